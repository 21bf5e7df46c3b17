"""What both stages of a draw say of the children and the schools of one zone."""

from dataclasses import dataclass

from sqlalchemy import and_, case, collate, func, or_, select, true

from enrol.core.model import Placement
from enrol.store.db import Transaction
from enrol.store.runs import FINAL, PROVISIONAL
from enrol.store.tables.corrections import corrections
from enrol.store.tables.intakes import seat_plans
from enrol.store.tables.registrations import frozen_entries
from enrol.store.tables.runs import explanations, placements, runs, waiting_lists
from enrol.store.tables.schools import schools


@dataclass(frozen=True, slots=True)
class Leftover:
    """A child of the zone in the second stage: where it ended and why (``services.reasons``)."""

    placement: Placement
    wishes: list[dict[str, object]]


_PLACEMENT = (
    placements.c.code,
    schools.c.code,
    placements.c.rank,
    placements.c.band,
    placements.c.number,
    runs.c.stage,
)


# Where a child counts: a correction may have led it to another zone for the final results.
_CORRECTED = and_(
    corrections.c.intake_id == frozen_entries.c.intake_id,
    corrections.c.code == frozen_entries.c.code,
    corrections.c.replaced_at.is_(None),
    runs.c.outcome == FINAL,
)
_counts_in = func.coalesce(corrections.c.intake_zone_id, frozen_entries.c.intake_zone_id)


def leftovers(
    tx: Transaction, *, draw_id: int, intake_zone_id: int, outcome: str = PROVISIONAL
) -> dict[str, Leftover]:
    """Return the children of the zone whom its own schools could not take, by code."""
    query = (
        select(*_PLACEMENT, explanations.c.wishes)
        .join(runs, runs.c.id == placements.c.run_id)
        .join(
            frozen_entries,
            and_(
                frozen_entries.c.intake_id == runs.c.intake_id,
                frozen_entries.c.code == placements.c.code,
            ),
        )
        .join(
            explanations,
            and_(
                explanations.c.run_id == placements.c.run_id,
                explanations.c.code == placements.c.code,
            ),
        )
        .outerjoin(corrections, _CORRECTED)
        .outerjoin(schools, schools.c.id == placements.c.school_id)
        .where(
            runs.c.draw_id == draw_id,
            runs.c.outcome == outcome,
            runs.c.stage == 2,
            _counts_in == intake_zone_id,
        )
        .order_by(collate(placements.c.code, "C"))
    )
    return {row[0]: Leftover(Placement(*row[:6]), row[6]) for row in tx.execute(query)}


def admitted(
    tx: Transaction, *, draw_id: int, intake_zone_id: int, outcome: str = PROVISIONAL
) -> dict[str, list[Placement]]:
    """Return who holds a seat at each school of the zone, of either stage and any zone, by code."""
    query = (
        select(*_PLACEMENT)
        .join(runs, runs.c.id == placements.c.run_id)
        .join(schools, schools.c.id == placements.c.school_id)
        .join(seat_plans, seat_plans.c.school_id == placements.c.school_id)
        .where(
            runs.c.draw_id == draw_id,
            runs.c.outcome == outcome,
            or_(runs.c.stage == 2, runs.c.intake_zone_id == intake_zone_id),
            seat_plans.c.intake_zone_id == intake_zone_id,
        )
        .order_by(collate(schools.c.code, "C"), collate(placements.c.code, "C"))
    )
    held: dict[str, list[Placement]] = {}
    for row in tx.execute(query):
        held.setdefault(row[1], []).append(Placement(*row))
    return held


def waiting_places_of(
    tx: Transaction, *, draw_id: int, intake_zone_id: int, outcome: str = PROVISIONAL
) -> dict[str, dict[str, int]]:
    """Return the places in waiting lists of the zone's children, by code and school.

    Whoever waits since the second stage stands behind the school's list of the first.
    """
    first = (
        select(waiting_lists.c.school_id, func.cardinality(waiting_lists.c.codes).label("length"))
        .join(runs, runs.c.id == waiting_lists.c.run_id)
        .where(runs.c.draw_id == draw_id, runs.c.outcome == outcome, runs.c.stage == 1)
        .subquery("first_lists")
    )
    waiting = (
        func.unnest(waiting_lists.c.codes)
        .table_valued("code", with_ordinality="position", name="waiting")
        .render_derived()
    )
    ahead = case((runs.c.stage == 2, func.coalesce(first.c.length, 0)), else_=0)
    query = (
        select(waiting.c.code, schools.c.code, waiting.c.position + ahead)
        .select_from(waiting_lists)
        .join(waiting, true())
        .join(runs, runs.c.id == waiting_lists.c.run_id)
        .join(
            frozen_entries,
            and_(
                frozen_entries.c.intake_id == runs.c.intake_id,
                frozen_entries.c.code == waiting.c.code,
            ),
        )
        .outerjoin(corrections, _CORRECTED)
        .join(schools, schools.c.id == waiting_lists.c.school_id)
        .outerjoin(first, first.c.school_id == waiting_lists.c.school_id)
        .where(
            runs.c.draw_id == draw_id,
            runs.c.outcome == outcome,
            or_(runs.c.stage == 2, runs.c.intake_zone_id == intake_zone_id),
            _counts_in == intake_zone_id,
        )
        .order_by(collate(waiting.c.code, "C"), runs.c.stage, waiting_lists.c.school_id)
    )
    places: dict[str, dict[str, int]] = {}
    for code, school, place in tx.execute(query):
        places.setdefault(code, {})[school] = place
    return places
