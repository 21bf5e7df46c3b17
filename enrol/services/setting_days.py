"""How many days the office gives itself and families, while no clock runs by it yet.

The days for answering a file run from its submission, those for an objection and for errors of
fact from the provisional results: a number stands from the first registration, or from the
allocation, on. So no family's due date ever moves by this.
"""

from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.services import authority
from enrol.services.phases import locked_intake
from enrol.services.refusals import Refusal
from enrol.store import day_counts, journal
from enrol.store.day_counts import DayCounts
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord

__all__ = ["MOST", "ClockRuns", "DayCounts", "DayPage", "DaysOutOfBounds", "days_of", "set_days"]

MOST = {"review": 60, "reply": 60, "correction": 30}
"""The greatest number of each kind; the smallest is 1."""

_BEFORE_RESULTS = (Phase.DRAFT, Phase.ANNOUNCED, Phase.OPEN, Phase.CLOSED, Phase.DRAWN)


class ClockRuns(Refusal):
    """``kinds`` of days were to change that families are already promised."""

    def __init__(self, kinds: frozenset[str]) -> None:
        super().__init__()
        self.kinds = kinds


class DaysOutOfBounds(Refusal):
    """A number below 1 or above what ``MOST`` says."""


@dataclass(frozen=True, slots=True)
class DayPage:
    """The day counts of an intake, and which kinds of them may change now."""

    intake: IntakeRecord
    days: DayCounts
    free: frozenset[str]


def days_of(*, actor: Actor, intake_id: int) -> DayPage:
    """Return the day counts for the office that leads the intake. Raises NotFound."""
    with transaction() as tx:
        return _page(tx, authority.led_intake(tx, actor=actor, intake_id=intake_id))


def set_days(*, actor: Actor, intake_id: int, days: DayCounts) -> frozenset[str]:
    """Give the intake these day counts; returns the kinds that changed. The same again writes
    nothing.

    Under the intake's exclusive lock: a registration in flight is committed first and then has its
    promise. Raises NotFound, DaysOutOfBounds, ClockRuns; nothing is changed then.
    """
    wanted = _numbers(days)
    if not all(1 <= wanted[kind] <= most for kind, most in MOST.items()):
        raise DaysOutOfBounds
    with transaction() as tx:
        page = _page(tx, locked_intake(tx, actor=actor, intake_id=intake_id))
        before = _numbers(page.days)
        changed = frozenset(kind for kind in MOST if before[kind] != wanted[kind])
        if changed - page.free:
            raise ClockRuns(changed - page.free)
        if changed:
            day_counts.set_day_counts(tx, intake_id=intake_id, days=days)
            detail = {kind: wanted[kind] for kind in sorted(changed)}
            detail |= {f"{kind}_before": before[kind] for kind in sorted(changed)}
            journal.record(
                tx,
                actor=actor,
                action="intake.days_set",
                intake_id=intake_id,
                subject=page.intake.code,
                detail=detail,
            )
        return changed


def _page(tx: Transaction, intake: IntakeRecord) -> DayPage:
    free: set[str] = set()
    if intake.phase in _BEFORE_RESULTS:
        free = {"reply", "correction"}
        if not day_counts.has_registrations(tx, intake_id=intake.intake_id):
            free.add("review")
    return DayPage(
        intake=intake,
        days=day_counts.day_counts_of(tx, intake_id=intake.intake_id),
        free=frozenset(free),
    )


def _numbers(days: DayCounts) -> dict[str, int]:
    return {"review": days.review, "reply": days.reply, "correction": days.correction}
