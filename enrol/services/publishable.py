"""What two officers look at before they publish: provisional or final results, never both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.services import authority
from enrol.services.stored_outcomes import differing_totals
from enrol.store import clock, draws, final_outcomes, publication_requests, runs
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.publication_requests import PublicationRequest

PROVISIONAL, FINAL = runs.PROVISIONAL, runs.FINAL
_FINAL = (Phase.FINAL, Phase.SETTLED)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both officers look at. ``kind`` is what would be published next, else what was last:
    provisional or final. ``request`` is the newest one of that kind, halted or not; None before
    anybody asked. ``digest`` and ``totals`` are those that the runs left: None and empty unless the
    intake is *allocated*, or *provisional* with its final run done.
    """

    intake: IntakeRecord
    at: datetime
    kind: str
    digest: str | None
    totals: Mapping[str, int]
    request: PublicationRequest | None

    @property
    def standing(self) -> PublicationRequest | None:
        """The request that can be confirmed or halted, None when there is none."""
        request = self.request
        return None if request is None or request.halted_at is not None else request


def agreement_of(*, actor: Actor, intake_id: int) -> Agreement:
    """Return where an agreement stands, for officers who lead the intake; nothing is hashed again.

    Raises NotFound.
    """
    with transaction() as tx:
        intake = authority.led_intake(tx, actor=actor, intake_id=intake_id)
        next_kind = publishable_kind(tx, intake)
        kind = next_kind or (FINAL if intake.phase in _FINAL else PROVISIONAL)
        draw = draws.draw_of(tx, intake_id=intake_id) if next_kind else None
        return Agreement(
            intake=intake,
            at=clock.database_now(tx),
            kind=kind,
            digest=runs.digest_of_draw(tx, draw_id=draw.draw_id, outcome=kind) if draw else None,
            totals=_totals(tx, intake_id, draw.draw_id, kind) if draw else {},
            request=publication_requests.latest(tx, intake_id=intake_id, kind=kind),
        )


def publishable_kind(tx: Transaction, intake: IntakeRecord) -> str | None:
    """Return which results of an intake may be published now: provisional, final or neither."""
    if intake.phase is Phase.ALLOCATED:
        return PROVISIONAL
    is_computed = intake.phase is Phase.PROVISIONAL and final_outcomes.is_computed(
        tx, intake_id=intake.intake_id
    )
    return FINAL if is_computed else None


def _totals(tx: Transaction, intake_id: int, draw_id: int, kind: str) -> dict[str, int]:
    totals = runs.totals_of_draw(tx, draw_id=draw_id, outcome=kind)
    if kind == FINAL:
        totals |= differing_totals(tx, intake_id=intake_id, draw_id=draw_id)
    return totals
