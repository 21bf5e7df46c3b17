"""The review queue of a school or of a ward: which files wait, filtered, searched, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from enrol.core.actors import Actor
from enrol.core.decided import CONTRADICTED, DECLARED, FACT_NAMES, STATUSES
from enrol.core.review import UNDECIDED, Status
from enrol.services import authority, due_dates
from enrol.services.due_dates import AWAITED, NEAR, OVERDUE, Terms
from enrol.services.refusals import NotFound
from enrol.store import journal, review_queue, rolls, seats_offered
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.review_queue import QueueRow, UnitOfFiles, Wanted
from enrol.store.rolls import SchoolName

__all__ = [
    "NEAR",
    "OVERDUE",
    "Filters",
    "Queue",
    "QueueLine",
    "UnitOfFiles",
    "desks_of_units",
    "school_queue",
    "unit_queue",
]

PAGE = 50
WAITING = "waiting"
"""The filter for every file that waits for an answer."""
STATUS_FILTERS = (WAITING, *(status.value for status in Status))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the officer asked for, as typed; words that do not exist count as nothing."""

    status: str = WAITING
    fact: str = ""
    fact_status: str = ""
    due: str = ""
    text: str = ""
    any_wish: bool = False


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One file; no name where the child is of another ward or the school is not wished first.

    ``urgency`` is overdue, soon or empty; ``undecided`` and ``contradicted`` count facts.
    """

    code: str
    status: str
    submitted_at: datetime
    full_name: str | None
    zone: str
    due_on: date
    urgency: str
    undecided: int
    contradicted: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of files by code; ``after`` is where the next page begins, or None."""

    intake: IntakeRecord
    school: SchoolName | None
    unit: UnitOfFiles | None
    lines: tuple[QueueLine, ...]
    after: str | None
    today: date


def desks_of_units(*, actor: Actor, intake_id: int) -> tuple[IntakeRecord, list[UnitOfFiles]]:
    """Return the officer's units that answer for zones of the intake. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        found = review_queue.units_with_zones(
            tx, intake_id=intake_id, unit_ids=grasp.reach.unit_ids
        )
        return grasp.intake, found


def unit_queue(
    *, actor: Actor, intake_id: int, unit_id: int, filters: Filters, after: str = ""
) -> Queue:
    """Return a page of the files in a unit's zones; the reading is journalled. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.leads(unit_id):
            raise NotFound
        units = review_queue.units_with_zones(tx, intake_id=intake_id, unit_ids=[unit_id])
        if not units:
            raise NotFound
        zone_ids = review_queue.zones_of_unit(tx, intake_id=intake_id, unit_id=unit_id)
        queue = Queue(grasp.intake, None, units[0], (), None, date.min)
        return _page(tx, actor=actor, queue=queue, zone_ids=zone_ids, filters=filters, after=after)


def school_queue(
    *, actor: Actor, intake_id: int, school_id: int, filters: Filters, after: str = ""
) -> Queue:
    """Return a page of the files that wish the school first, or at all; the reading is journalled.

    Names stand where the officer is in charge: the school is wished first and the child is of its
    ward. Raises NotFound.
    """
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.holds_school(school_id):
            raise NotFound
        [school] = rolls.school_names(tx, school_ids=[school_id])
        seats = seats_offered.seat_lines(tx, intake_id=intake_id, school_ids=[school_id])
        zone_ids = [line.intake_zone_id for line in seats]
        queue = Queue(grasp.intake, school, None, (), None, date.min)
        return _page(tx, actor=actor, queue=queue, zone_ids=zone_ids, filters=filters, after=after)


def _page(
    tx: Transaction,
    *,
    actor: Actor,
    queue: Queue,
    zone_ids: Sequence[int],
    filters: Filters,
    after: str,
) -> Queue:
    terms = due_dates.terms_of(tx, intake_id=queue.intake.intake_id)
    wanted = _wanted(filters, terms=terms, school=queue.school)
    found = review_queue.page_of(tx, zone_ids=zone_ids, wanted=wanted, after=after, limit=PAGE + 1)
    rows = found[:PAGE]
    lines = tuple(_line(row, terms=terms, school=queue.school) for row in rows)
    named = [line.code for line in lines if line.full_name is not None]
    if named:
        place = queue.school or queue.unit
        journal.record(
            tx,
            actor=actor,
            action="queue.read",
            intake_id=queue.intake.intake_id,
            subject=place.code if place else None,
            detail={"codes": named},
        )
    next_after = rows[-1].code if len(found) > PAGE else None
    return replace(queue, lines=lines, after=next_after, today=terms.today)


def _wanted(filters: Filters, *, terms: Terms, school: SchoolName | None) -> Wanted:
    wanted = Wanted(
        school_id=school.school_id if school else None,
        first_only=not filters.any_wish,
        named_unit_id=school.unit_id if school else None,
        statuses=_statuses(filters.status),
        fact=filters.fact if filters.fact in FACT_NAMES else None,
        fact_status=filters.fact_status if filters.fact_status in STATUSES else None,
        text=filters.text,
    )
    if filters.due not in (OVERDUE, NEAR):
        return wanted
    return terms.narrowed(replace(wanted, statuses=AWAITED), due=filters.due)


def _statuses(asked: str) -> tuple[str, ...]:
    if asked == WAITING:
        return tuple(status.value for status in UNDECIDED)
    return (asked,) if asked in STATUS_FILTERS else ()


def _line(row: QueueRow, *, terms: Terms, school: SchoolName | None) -> QueueLine:
    is_ours = school is None or (
        row.unit_id == school.unit_id and row.first_school_id == school.school_id
    )
    due_on = terms.due_on(submitted_at=row.submitted_at, new_due_on=row.new_due_on)
    standing = [fact["status"] for fact in row.facts.values() if fact["value"]]
    return QueueLine(
        code=row.code,
        status=row.status,
        submitted_at=row.submitted_at,
        full_name=row.full_name if is_ours else None,
        zone=row.zone,
        due_on=due_on,
        urgency=terms.urgency(status=row.status, due_on=due_on),
        undecided=standing.count(DECLARED),
        contradicted=standing.count(CONTRADICTED),
    )
