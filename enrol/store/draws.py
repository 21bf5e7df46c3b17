"""The draw of an intake: a value proposed by one officer, confirmed by another, then the seed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.intakes import draws

_proposers = Staff.__table__.alias("proposers")
_confirmers = Staff.__table__.alias("confirmers")


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw; ``seed`` (64 hex digits) is None until the second officer has confirmed."""

    draw_id: int
    kind: str
    list_hash: str
    public_value: str
    proposed_by: int
    proposer: str
    proposed_at: datetime
    confirmed_by: int | None
    confirmer: str | None
    confirmed_at: datetime | None
    seed: str | None

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the draw stands."""
        return self.seed is not None


def draw_of(tx: Transaction, *, intake_id: int) -> Draw | None:
    """Return the latest draw of an intake, confirmed or only proposed."""
    query = (
        select(
            draws.c.id,
            draws.c.kind,
            draws.c.list_hash,
            draws.c.public_value,
            draws.c.proposed_by,
            _proposers.c.full_name,
            draws.c.proposed_at,
            draws.c.confirmed_by,
            _confirmers.c.full_name,
            draws.c.confirmed_at,
            draws.c.seed,
        )
        .join(_proposers, _proposers.c.id == draws.c.proposed_by)
        .outerjoin(_confirmers, _confirmers.c.id == draws.c.confirmed_by)
        .where(draws.c.intake_id == intake_id)
        .order_by(draws.c.id.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Draw(*row)


def propose(
    tx: Transaction,
    *,
    intake_id: int,
    kind: str,
    list_hash: str,
    public_value: str,
    proposed_by: int,
) -> int:
    """Write a proposal and return its id. Raises AlreadyDrawn when the intake has a draw."""
    with translated():
        draw_id: int = tx.execute(
            insert(draws)
            .values(
                intake_id=intake_id,
                kind=kind,
                list_hash=list_hash,
                public_value=public_value,
                proposed_by=proposed_by,
            )
            .returning(draws.c.id)
        ).scalar_one()
    return draw_id


def take_back(tx: Transaction, *, draw_id: int) -> None:
    """Remove a proposal that nobody confirmed."""
    tx.execute(delete(draws).where(draws.c.id == draw_id, draws.c.confirmed_by.is_(None)))


def confirm(tx: Transaction, *, draw_id: int, confirmed_by: int, seed: str) -> None:
    """Complete the draw. Raises SameOfficerTwice when the proposer confirms."""
    with translated():
        tx.execute(
            update(draws)
            .where(draws.c.id == draw_id, draws.c.confirmed_by.is_(None))
            .values(confirmed_by=confirmed_by, confirmed_at=func.clock_timestamp(), seed=seed)
        )
