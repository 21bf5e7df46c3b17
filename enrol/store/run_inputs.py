"""What a run computes from, read in few packed values: one text a zone instead of a row a child."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    Subquery,
    and_,
    bindparam,
    collate,
    exists,
    func,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from enrol.core.model import Reserve, SeatPlan
from enrol.core.roll import Packed
from enrol.store.db import Transaction
from enrol.store.frozen_entries import allow_minutes
from enrol.store.runs import FINAL, PROVISIONAL
from enrol.store.tables.corrections import corrections
from enrol.store.tables.intakes import draws, intakes, rule_sets, seat_plans
from enrol.store.tables.registrations import frozen_entries
from enrol.store.tables.runs import fills, placements, runs
from enrol.store.tables.schools import schools


@dataclass(frozen=True, slots=True)
class DrawnRules:
    """What turns facts into an order: the rule set's JSON, the revealed seed and public value."""

    rules: Mapping[str, object]
    seed: str
    public_value: str
    list_hash: str


@dataclass(frozen=True, slots=True)
class School:
    """A school with seats in a run; ``seats`` are those that the run may give."""

    school_id: int
    code: str
    seats: int
    reserves: Sequence[tuple[str, int]]

    def plan(self, *, zone: str) -> SeatPlan:
        """Return its seats as the core takes them."""
        return SeatPlan(self.code, zone, self.seats, reserves_of(self.reserves))


def reserves_of(stated: Iterable[tuple[str, int]]) -> tuple[Reserve, ...]:
    """Return the reserved seats of a row of ``seat_plans``, in the order in which they fill."""
    return tuple(Reserve(policy, seats) for policy, seats in stated)


@dataclass(frozen=True, slots=True)
class ZoneInput:
    """What one zone's run computes from."""

    drawn: DrawnRules
    schools: list[School]
    roll: Packed


# Built once: to build a statement again for each zone would take as long as to run it.
_DRAWN = (
    select(rule_sets.c.body, draws.c.seed, draws.c.public_value, draws.c.list_hash)
    .join(intakes, intakes.c.id == draws.c.intake_id)
    .join(rule_sets, rule_sets.c.id == intakes.c.rule_set_id)
    .where(draws.c.id == bindparam("draw"), draws.c.seed.is_not(None))
)
_SCHOOLS = (
    select(schools.c.id, schools.c.code, seat_plans.c.seats, seat_plans.c.reserves)
    .join(seat_plans, seat_plans.c.school_id == schools.c.id)
    .where(seat_plans.c.intake_zone_id == bindparam("zone"))
)


def _roll() -> Select[str, str, str, str]:
    def column(name: str) -> Label[str]:
        ordered: aggregate_order_by[str] = aggregate_order_by(
            literal_column("E'\\n'"), frozen_entries.c.position
        )
        return func.coalesce(func.string_agg(frozen_entries.c[name], ordered), "").label(name)

    return select(column("code"), column("family"), column("stated"), column("wished")).where(
        frozen_entries.c.intake_zone_id == bindparam("zone")
    )


_ROLL = _roll()
_ZONES = (
    "SELECT asked.zone, rule_sets.body, draws.seed, draws.public_value, draws.list_hash,"
    " offered.schools, roll.*"
    " FROM unnest(CAST(:zones AS int[])) AS asked(zone)"
    " JOIN draws ON draws.id = :draw AND draws.seed IS NOT NULL"
    " JOIN intakes ON intakes.id = draws.intake_id"
    " JOIN rule_sets ON rule_sets.id = intakes.rule_set_id"
    " CROSS JOIN LATERAL (SELECT coalesce(json_agg(json_build_array("
    "     schools.id, schools.code, seat_plans.seats, seat_plans.reserves)"
    "     ORDER BY schools.code COLLATE \"C\"), '[]'::json) AS schools"
    "   FROM seat_plans JOIN schools ON schools.id = seat_plans.school_id"
    "   WHERE seat_plans.intake_zone_id = asked.zone) AS offered"
    " CROSS JOIN LATERAL (SELECT"
    "     coalesce(string_agg(code, E'\\n' ORDER BY position), ''),"
    "     coalesce(string_agg(family, E'\\n' ORDER BY position), ''),"
    "     coalesce(string_agg(stated, E'\\n' ORDER BY position), ''),"
    "     coalesce(string_agg(wished, E'\\n' ORDER BY position), '')"
)
_FROZEN_ROLL = "   FROM frozen_entries WHERE intake_zone_id = asked.zone) AS roll"
# A correction may lead a child to another zone: it leaves the one and stands in the other.
_COUNTED_ROLL = (
    "   FROM (SELECT code, family, stated, wished, position FROM frozen_entries AS entry"
    "     WHERE intake_zone_id = asked.zone AND NOT EXISTS (SELECT FROM corrections"
    "       WHERE corrections.intake_id = draws.intake_id AND corrections.code = entry.code"
    "         AND replaced_at IS NULL)"
    "     UNION ALL"
    "     SELECT corrections.code, corrections.family, corrections.stated, corrections.wished,"
    "       entry.position"
    "     FROM corrections JOIN frozen_entries AS entry USING (intake_id, code)"
    "     WHERE corrections.intake_zone_id = asked.zone AND replaced_at IS NULL) AS counted"
    " ) AS roll"
)
_ZONE_INPUTS = {
    PROVISIONAL: text(_ZONES + _FROZEN_ROLL),
    FINAL: text(_ZONES + _COUNTED_ROLL),
}


def zone_inputs(
    tx: Transaction, *, draw_id: int, intake_zone_ids: Sequence[int], outcome: str = PROVISIONAL
) -> dict[int, ZoneInput]:
    """Return all of it by intake zone id, in one statement; nothing while the draw is not
    confirmed. For the final results corrected entries count in the place of the frozen ones.
    """
    asked = {"draw": draw_id, "zones": list(intake_zone_ids)}
    return {
        zone: ZoneInput(DrawnRules(*drawn), [School(*school) for school in schools], Packed(*roll))
        for zone, *drawn, schools, code, family, stated, wished in tx.execute(
            _ZONE_INPUTS[outcome], asked
        )
        for roll in [(code, family, stated, wished)]
    }


def drawn_rules(tx: Transaction, *, draw_id: int) -> DrawnRules | None:
    """Return the rules and the draw; None while the draw is not confirmed."""
    row = tx.execute(_DRAWN, {"draw": draw_id}).one_or_none()
    return None if row is None else DrawnRules(*row)


def zone_entries(tx: Transaction, *, intake_zone_id: int, outcome: str = PROVISIONAL) -> str:
    """Return the entries of a zone as one JSON array, in code order: the frozen ones, or for the
    final results those that count.
    """
    listed = select(frozen_entries.c.code, frozen_entries.c.entry).where(
        frozen_entries.c.intake_zone_id == intake_zone_id
    )
    if outcome == PROVISIONAL:
        return str(tx.execute(_packed(listed.subquery())).scalar_one())
    is_corrected = exists().where(
        corrections.c.intake_id == frozen_entries.c.intake_id,
        corrections.c.code == frozen_entries.c.code,
        corrections.c.replaced_at.is_(None),
    )
    here = select(corrections.c.code, corrections.c.entry).where(
        corrections.c.intake_zone_id == intake_zone_id, corrections.c.replaced_at.is_(None)
    )
    counted = union_all(listed.where(~is_corrected), here).subquery()
    return str(tx.execute(_packed(counted)).scalar_one())


def zone_roll(tx: Transaction, *, intake_zone_id: int) -> Packed:
    """Return what decides in a zone."""
    return Packed(*tx.execute(_ROLL, {"zone": intake_zone_id}).one())


def zone_schools(tx: Transaction, *, intake_zone_id: int) -> list[School]:
    """Return the schools of a zone with all their seats, by code."""
    query = _SCHOOLS.order_by(collate(schools.c.code, "C"))
    return [School(*row) for row in tx.execute(query, {"zone": intake_zone_id})]


def leftover_entries(tx: Transaction, *, draw_id: int, outcome: str = PROVISIONAL) -> str:
    """Return the entries that the first stage left without a seat, as one JSON array: the frozen
    ones, or for the final results those that count.
    """
    allow_minutes(tx)
    entry: ColumnElement[str] = frozen_entries.c.entry
    if outcome == FINAL:
        entry = func.coalesce(corrections.c.entry, entry)
    left = (
        select(placements.c.code, entry.label("entry"))
        .join(runs, runs.c.id == placements.c.run_id)
        .join(
            frozen_entries,
            and_(
                frozen_entries.c.intake_id == runs.c.intake_id,
                frozen_entries.c.code == placements.c.code,
            ),
        )
        .where(
            runs.c.draw_id == draw_id,
            runs.c.outcome == outcome,
            runs.c.stage == 1,
            placements.c.school_id.is_(None),
        )
    )
    if outcome == FINAL:
        left = left.outerjoin(
            corrections,
            and_(
                corrections.c.intake_id == frozen_entries.c.intake_id,
                corrections.c.code == frozen_entries.c.code,
                corrections.c.replaced_at.is_(None),
            ),
        )
    return str(tx.execute(_packed(left.subquery())).scalar_one())


def free_schools(tx: Transaction, *, draw_id: int, outcome: str = PROVISIONAL) -> list[School]:
    """Return every school of the first stage with the seats that nobody holds, by code."""
    query = (
        select(
            schools.c.id,
            schools.c.code,
            fills.c.seats - fills.c.taken,
            literal_column("'[]'::jsonb", JSONB),
        )
        .join(fills, fills.c.school_id == schools.c.id)
        .join(runs, runs.c.id == fills.c.run_id)
        .where(runs.c.draw_id == draw_id, runs.c.outcome == outcome, runs.c.stage == 1)
        .order_by(collate(schools.c.code, "C"))
    )
    return [School(*row) for row in tx.execute(query)]


def _packed(listed: Subquery) -> Select[str]:
    ordered: aggregate_order_by[str] = aggregate_order_by(
        literal_column("','"), collate(listed.c.code, "C")
    )
    joined = func.string_agg(listed.c.entry, ordered)
    return select(func.concat("[", joined, "]")).select_from(listed)
