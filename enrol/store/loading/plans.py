"""Intakes with their rule sets, zones and seats: from staged rows to the real tables.

Only intakes that are not announced change; the caller holds their locks.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Integer, Select, cast, delete, exists, func, literal, or_, select, union
from sqlalchemy.dialects.postgresql import JSONB, insert

from enrol.core.intake import Phase
from enrol.store.db import Transaction
from enrol.store.intakes import CIVIL_TIME
from enrol.store.loading import staged
from enrol.store.loading.merging import Written, add_missing, count_of, unit_ids, update_differing
from enrol.store.tables.intakes import intake_zones, intakes, rule_sets, seat_plans
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units, zones

_IS_DRAFT = intakes.c.phase == Phase.DRAFT.value


def draft_intake_ids(tx: Transaction) -> list[int]:
    """Return the intakes that are not announced yet, in the order in which they are locked."""
    query = select(intakes.c.id).where(_IS_DRAFT).order_by(intakes.c.id)
    return list(tx.execute(query).scalars())


def staged_rule_hashes(tx: Transaction) -> set[str]:
    """Return the hashes of the rule sets that staged intakes go by."""
    return set(tx.execute(select(staged.intakes.c.rules_hash)).scalars())


def store_rule_set(
    tx: Transaction, *, name: str, version: str, body: Mapping[str, Any], rules_hash: str
) -> None:
    """Keep a rule set by its hash; one that is there already stays untouched."""
    values = {"name": name, "version": version, "body": dict(body), "hash": rules_hash}
    tx.execute(insert(rule_sets).values(values).on_conflict_do_nothing(index_elements=["hash"]))


def merge_intakes(tx: Transaction) -> Written:
    """Merge the intakes; their rule sets are stored already."""
    rows, ids = staged.intakes, unit_ids()
    elsewhere = {"line", "code", "unit_code", "rules_hash"}
    plain = [column for column in rows.c if column.name not in elsewhere]
    source = (
        select(
            rows.c.line,
            rows.c.code,
            ids.c.id.label("unit_id"),
            rule_sets.c.id.label("rule_set_id"),
            *plain,
        )
        .outerjoin(ids, ids.c.code == rows.c.unit_code)
        .outerjoin(rule_sets, rule_sets.c.hash == rows.c.rules_hash)
    )
    updated = {"unit_id", "rule_set_id"} | {column.name for column in plain}
    changed = update_differing(
        tx, target=intakes, source=source, key=("code",), updated=updated, only=_IS_DRAFT
    )
    return Written(add_missing(tx, target=intakes, source=source, key=("code",)), changed)


def add_zones(tx: Transaction) -> int:
    """Let zones take part in the intakes that are not announced; returns how many joined.

    They are the zones below the intake's unit that exist when it opens, and those of its seats.
    """
    wanted = union(_zones_below(), _zones_of_seats()).subquery("wanted")
    rows = (
        select(wanted.c.intake_id, wanted.c.zone_id)
        .join(zones, zones.c.id == wanted.c.zone_id)
        .order_by(wanted.c.intake_id, zones.c.code)
    )
    statement = insert(intake_zones).from_select(["intake_id", "zone_id"], rows)
    return count_of(tx, statement.on_conflict_do_nothing(index_elements=["intake_id", "zone_id"]))


def drop_zones(tx: Transaction) -> int:
    """Take out of unannounced intakes the zones that neither belong there any more nor have seats.

    To be called when the seats are merged; returns how many left.
    """
    wanted = _zones_below().subquery("wanted")
    belongs = exists().where(
        wanted.c.intake_id == intake_zones.c.intake_id, wanted.c.zone_id == intake_zones.c.zone_id
    )
    has_seats = exists().where(seat_plans.c.intake_zone_id == intake_zones.c.id)
    statement = delete(intake_zones).where(
        intake_zones.c.intake_id == intakes.c.id, _IS_DRAFT, ~belongs, ~has_seats
    )
    return count_of(tx, statement)


def _zones_below() -> Select[tuple[int, int]]:
    below = (
        select(intakes.c.id.label("intake_id"), intakes.c.unit_id)
        .where(_IS_DRAFT)
        .cte("below", recursive=True)
    )
    below = below.union(
        select(below.c.intake_id, units.c.id).where(units.c.parent_id == below.c.unit_id)
    )
    opens_on = func.date(func.timezone(CIVIL_TIME, intakes.c.opens_at))
    return (
        select(below.c.intake_id, zones.c.id.label("zone_id"))
        .join(intakes, intakes.c.id == below.c.intake_id)
        .join(zones, zones.c.unit_id == below.c.unit_id)
        .where(
            zones.c.valid_from <= opens_on,
            or_(zones.c.valid_to.is_(None), zones.c.valid_to > opens_on),
        )
    )


def _zones_of_seats() -> Select[tuple[int, int]]:
    rows = staged.seat_plans
    return (
        select(intakes.c.id, zones.c.id)
        .select_from(rows)
        .join(intakes, intakes.c.code == rows.c.intake_code)
        .join(zones, zones.c.code == rows.c.zone_code)
        .where(_IS_DRAFT)
    )


def merge_seat_plans(
    tx: Transaction, *, present: Collection[str], stated_by: int | None = None
) -> Written:
    """Merge the seats of intakes that are not announced; their zones take part already.

    ``stated_by`` is the officer whose seats another one has to approve; None needs nobody.
    """
    rows = staged.seat_plans
    source = (
        select(
            rows.c.line,
            intakes.c.id.label("intake_id"),
            intake_zones.c.id.label("intake_zone_id"),
            schools.c.id.label("school_id"),
            rows.c.seats,
            rows.c.classes,
            rows.c.last_year_distance,
            cast(rows.c.reserves, JSONB).label("reserves"),
            literal(stated_by, Integer).label("stated_by"),
        )
        .join(intakes, intakes.c.code == rows.c.intake_code)
        .outerjoin(schools, schools.c.code == rows.c.school_code)
        .outerjoin(zones, zones.c.code == rows.c.zone_code)
        .outerjoin(
            intake_zones,
            (intake_zones.c.intake_id == intakes.c.id) & (intake_zones.c.zone_id == zones.c.id),
        )
        .where(_IS_DRAFT)
    )
    key = ("intake_id", "school_id")
    updated = {"intake_zone_id", "seats"} | (
        {"classes", "last_year_distance", "reserves"} & set(present)
    )
    changed = update_differing(
        tx,
        target=seat_plans,
        source=source,
        key=key,
        updated=updated,
        stated_at=func.clock_timestamp(),
        stated_by=stated_by,
        stated_reason=None,
        approved_by=None,
        approved_at=None,
    )
    return Written(add_missing(tx, target=seat_plans, source=source, key=key), changed)
