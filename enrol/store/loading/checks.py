"""What only the database can tell of staged rows: lines that repeat or contradict what stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, cast, exists, func, null, or_, select
from sqlalchemy.dialects.postgresql import JSONB, array

from enrol.core.intake import Phase
from enrol.store.db import Transaction
from enrol.store.loading import staged
from enrol.store.loading.merging import unit_ids
from enrol.store.tables.children import children
from enrol.store.tables.intakes import intake_zones, intakes, rule_sets, seat_plans
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, zones

_REGISTERING = (Phase.ANNOUNCED.value, Phase.OPEN.value)
_IS_RUNNING = intakes.c.phase != Phase.DRAFT.value


@dataclass(frozen=True, slots=True)
class Repeated:
    """A line whose value stood in an earlier one."""

    line: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A line that would change what an intake has announced; ``columns`` would differ."""

    line: int
    intake_code: str
    phase: str
    columns: tuple[str, ...] = ()


def repeated_children(tx: Transaction, *, column: str) -> list[Repeated]:
    """Return the lines of the children whose value of ``column`` an earlier line has."""
    rows = staged.children
    first = func.min(rows.c.line).over(partition_by=rows.c[column])
    seen = (
        select(rows.c.line, first.label("first_line"))
        .where(rows.c[column].is_not(None))
        .subquery("seen")
    )
    query = (
        select(seen.c.line, seen.c.first_line)
        .where(seen.c.line > seen.c.first_line)
        .order_by(seen.c.line)
    )
    return [Repeated(*row) for row in tx.execute(query)]


def taken_personal_ids(tx: Transaction) -> list[int]:
    """Return the lines whose personal id belongs to a child that the file does not name."""
    rows, named = staged.children, staged.children.alias("named")
    query = (
        select(rows.c.line)
        .join(children, children.c.personal_id == rows.c.personal_id)
        .where(
            children.c.pupil_code != rows.c.pupil_code,
            ~exists().where(named.c.pupil_code == children.c.pupil_code),
        )
        .order_by(rows.c.line)
    )
    return list(tx.execute(query).scalars())


def settled_intakes(tx: Transaction) -> list[Settled]:
    """Return the lines that would change an intake which is announced already."""
    rows, ids = staged.intakes, unit_ids()
    pairs: dict[str, ColumnElement[bool]] = {
        column.name: intakes.c[column.name].is_distinct_from(column)
        for column in rows.c
        if column.name not in {"line", "code", "unit_code", "rules_hash"}
    }
    pairs["unit_code"] = intakes.c.unit_id.is_distinct_from(ids.c.id)
    pairs["rule_set"] = rule_sets.c.hash.is_distinct_from(rows.c.rules_hash)
    query = (
        select(rows.c.line, intakes.c.code, intakes.c.phase, _names_of(pairs))
        .join(intakes, intakes.c.code == rows.c.code)
        .join(rule_sets, rule_sets.c.id == intakes.c.rule_set_id)
        .outerjoin(ids, ids.c.code == rows.c.unit_code)
        .where(_IS_RUNNING, or_(*pairs.values()))
        .order_by(rows.c.line)
    )
    return [_settled(row) for row in tx.execute(query)]


def settled_seat_plans(tx: Transaction, *, present: Collection[str]) -> list[Settled]:
    """Return the lines that would change or add seats of an intake which is announced already.

    Only the columns that are ``present`` in the file are compared.
    """
    rows = staged.seat_plans
    every: dict[str, ColumnElement[bool]] = {
        "zone_code": zones.c.code.is_distinct_from(rows.c.zone_code),
        "seats": seat_plans.c.seats.is_distinct_from(rows.c.seats),
        "classes": seat_plans.c.classes.is_distinct_from(rows.c.classes),
        "last_year_distance": seat_plans.c.last_year_distance.is_distinct_from(
            rows.c.last_year_distance
        ),
        "reserves": seat_plans.c.reserves.is_distinct_from(cast(rows.c.reserves, JSONB)),
    }
    pairs = {name: differs for name, differs in every.items() if name in present}
    query = (
        select(rows.c.line, intakes.c.code, intakes.c.phase, _names_of(pairs))
        .join(intakes, intakes.c.code == rows.c.intake_code)
        .outerjoin(schools, schools.c.code == rows.c.school_code)
        .outerjoin(
            seat_plans,
            (seat_plans.c.intake_id == intakes.c.id) & (seat_plans.c.school_id == schools.c.id),
        )
        .outerjoin(intake_zones, intake_zones.c.id == seat_plans.c.intake_zone_id)
        .outerjoin(zones, zones.c.id == intake_zones.c.zone_id)
        .where(_IS_RUNNING, or_(*pairs.values()))
        .order_by(rows.c.line)
    )
    return [_settled(row) for row in tx.execute(query)]


def rezoned_groups(tx: Transaction) -> list[Settled]:
    """Return the lines that would give a group another zone while families of it may register."""
    rows, ids = staged.residential_groups, unit_ids()
    query = (
        select(rows.c.line, func.min(intakes.c.code), func.min(intakes.c.phase))
        .join(ids, ids.c.code == rows.c.unit_code)
        .join(
            residential_groups,
            (residential_groups.c.unit_id == ids.c.id)
            & (residential_groups.c.label == rows.c.label),
        )
        .join(zones, zones.c.id == residential_groups.c.zone_id)
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .join(intakes, intakes.c.id == intake_zones.c.intake_id)
        .where(zones.c.code != rows.c.zone_code, intakes.c.phase.in_(_REGISTERING))
        .group_by(rows.c.line)
        .order_by(rows.c.line)
    )
    return [Settled(row[0], row[1], row[2], ("zone_code",)) for row in tx.execute(query)]


def kept_schools(tx: Transaction) -> list[Settled]:
    """Return the lines that would give a school another ward while it offers seats in an intake
    that is announced and not settled: planned moves wait for its end too.
    """
    rows, ids = staged.schools, unit_ids()
    query = (
        select(rows.c.line, func.min(intakes.c.code), func.min(intakes.c.phase))
        .join(ids, ids.c.code == rows.c.unit_code)
        .join(schools, schools.c.code == rows.c.code)
        .join(seat_plans, seat_plans.c.school_id == schools.c.id)
        .join(intakes, intakes.c.id == seat_plans.c.intake_id)
        .where(
            schools.c.unit_id != ids.c.id,
            intakes.c.kind == "official",
            intakes.c.phase.not_in((Phase.DRAFT.value, Phase.SETTLED.value)),
        )
        .group_by(rows.c.line)
        .order_by(rows.c.line)
    )
    return [Settled(row[0], row[1], row[2], ("unit_code",)) for row in tx.execute(query)]


def _names_of(pairs: Mapping[str, ColumnElement[bool]]) -> ColumnElement[Any]:
    """Return the names whose condition holds, as an array."""
    named = array([case((differs, name), else_=null()) for name, differs in sorted(pairs.items())])
    return func.array_remove(named, null())


def _settled(row: Sequence[Any]) -> Settled:
    line, intake_code, phase, columns = row
    return Settled(line, intake_code, phase, tuple(columns))
