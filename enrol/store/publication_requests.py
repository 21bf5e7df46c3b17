"""Requests of two officers to publish an outcome at a set minute."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, insert, select, update

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.intakes import publication_requests as requests
from enrol.store.tables.intakes import publications

_staff = Staff.__table__
_asker = _staff.alias("asker")
_confirmer = _staff.alias("confirmer")
_halter = _staff.alias("halter")


@dataclass(frozen=True, slots=True)
class PublicationRequest:
    """A request as it stands; names are those of the officers. ``halted_by`` is None, with a
    ``halted_at``, when the system halted it.
    """

    request_id: int
    intake_id: int
    kind: str
    outcome_digest: str
    totals: Mapping[str, int]
    publish_at: datetime
    objection_days: int
    asked_by: int
    asker: str
    asked_at: datetime
    confirmed_by: int | None
    confirmer: str | None
    confirmed_at: datetime | None
    halted_by: int | None
    halter: str | None
    halted_at: datetime | None
    halt_reason: str | None

    @property
    def is_confirmed(self) -> bool:
        """Tell whether a second officer agreed."""
        return self.confirmed_by is not None


_QUERY = (
    select(
        requests.c.id,
        requests.c.intake_id,
        requests.c.kind,
        requests.c.outcome_digest,
        requests.c.totals,
        requests.c.publish_at,
        requests.c.objection_days,
        requests.c.asked_by,
        _asker.c.full_name,
        requests.c.asked_at,
        requests.c.confirmed_by,
        _confirmer.c.full_name,
        requests.c.confirmed_at,
        requests.c.halted_by,
        _halter.c.full_name,
        requests.c.halted_at,
        requests.c.halt_reason,
    )
    .join(_asker, _asker.c.id == requests.c.asked_by)
    .outerjoin(_confirmer, _confirmer.c.id == requests.c.confirmed_by)
    .outerjoin(_halter, _halter.c.id == requests.c.halted_by)
)


def ask(
    tx: Transaction,
    *,
    intake_id: int,
    kind: str,
    outcome_digest: str,
    totals: Mapping[str, int],
    publish_at: datetime,
    objection_days: int,
    asked_by: int,
) -> int:
    """Write a request and return its id. Raises AlreadyAsked while another one stands."""
    with translated():
        request_id: int = tx.execute(
            insert(requests)
            .values(
                intake_id=intake_id,
                kind=kind,
                outcome_digest=outcome_digest,
                totals=dict(totals),
                publish_at=publish_at,
                objection_days=objection_days,
                asked_by=asked_by,
            )
            .returning(requests.c.id)
        ).scalar_one()
    return request_id


def latest(tx: Transaction, *, intake_id: int, kind: str) -> PublicationRequest | None:
    """Return the newest request, halted or not."""
    query = _QUERY.where(requests.c.intake_id == intake_id, requests.c.kind == kind)
    row = tx.execute(query.order_by(requests.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else PublicationRequest(*tuple(row))


def request_of(tx: Transaction, *, request_id: int) -> PublicationRequest | None:
    """Return one request."""
    row = tx.execute(_QUERY.where(requests.c.id == request_id)).one_or_none()
    return None if row is None else PublicationRequest(*tuple(row))


def confirm(tx: Transaction, *, request_id: int, confirmed_by: int) -> None:
    """Note the second officer. Raises SameOfficerTwice."""
    with translated():
        tx.execute(
            update(requests)
            .where(requests.c.id == request_id)
            .values(confirmed_by=confirmed_by, confirmed_at=func.clock_timestamp())
        )


def halt(tx: Transaction, *, request_id: int, halted_by: int | None, reason: str) -> None:
    """Let a request stand no longer; ``halted_by`` None: the system did."""
    tx.execute(
        update(requests)
        .where(requests.c.id == request_id)
        .values(halted_by=halted_by, halted_at=func.clock_timestamp(), halt_reason=reason)
    )


def due_unpublished(tx: Transaction) -> list[int]:
    """Return the requests whose minute has come and whose outcome is not public."""
    is_public = exists().where(
        publications.c.intake_id == requests.c.intake_id, publications.c.kind == requests.c.kind
    )
    query = select(requests.c.id).where(
        requests.c.agreed_by.is_not(None),
        requests.c.publish_at <= func.clock_timestamp(),
        ~is_public,
    )
    return list(tx.execute(query.order_by(requests.c.id)).scalars())
