"""Units, zones, residential groups, schools and boundaries: from staged rows to the real tables."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select, update

from enrol.store.db import Transaction
from enrol.store.loading import staged
from enrol.store.loading.merging import (
    Written,
    add_missing,
    count_of,
    merge,
    unit_ids,
    update_differing,
)
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones

_PLACES = {"units": units, "zones": zones}


def merge_units(tx: Transaction, *, present: Collection[str]) -> Written:
    """Merge the units and hang each under its parent, which the file may name after it."""
    rows, ids = staged.units, unit_ids()
    own = [column for column in rows.c if column.name != "parent_code"]
    last_id = int(tx.execute(select(func.coalesce(func.max(units.c.id), 0))).scalar_one())
    added = add_missing(tx, target=units, source=select(*own), key=("code",))
    hung = select(*own, ids.c.id.label("parent_id")).outerjoin(
        ids, ids.c.code == rows.c.parent_code
    )
    names = {column.name for column in own} - {"line", "code"}
    updated = names & set(present) | ({"parent_id"} if "parent_code" in present else set())
    changed = update_differing(
        tx, target=units, source=hung, key=("code",), updated=updated, only=units.c.id <= last_id
    )
    update_differing(
        tx,
        target=units,
        source=hung,
        key=("code",),
        updated={"parent_id"},
        only=units.c.id > last_id,
    )
    return Written(added=added, changed=changed)


def merge_zones(tx: Transaction, *, present: Collection[str]) -> Written:
    """Merge the zones."""
    rows, ids = staged.zones, unit_ids()
    source = select(
        rows.c.line,
        rows.c.code,
        ids.c.id.label("unit_id"),
        rows.c.name,
        rows.c.name_en,
        rows.c.valid_from,
        rows.c.valid_to,
    ).outerjoin(ids, ids.c.code == rows.c.unit_code)
    updated = {"unit_id", "name", "valid_from"} | ({"name_en", "valid_to"} & set(present))
    return merge(tx, target=zones, source=source, key=("code",), updated=updated)


def merge_groups(tx: Transaction, *, present: Collection[str]) -> Written:
    """Merge the residential groups."""
    rows, ids = staged.residential_groups, unit_ids()
    source = (
        select(
            rows.c.line,
            ids.c.id.label("unit_id"),
            rows.c.label,
            rows.c.sort_key,
            rows.c.name,
            zones.c.id.label("zone_id"),
            rows.c.latitude,
            rows.c.longitude,
        )
        .outerjoin(ids, ids.c.code == rows.c.unit_code)
        .outerjoin(zones, zones.c.code == rows.c.zone_code)
    )
    updated = {"sort_key", "zone_id"} | ({"name", "latitude", "longitude"} & set(present))
    key = ("unit_id", "label")
    return merge(tx, target=residential_groups, source=source, key=key, updated=updated)


def merge_schools(tx: Transaction, *, present: Collection[str]) -> Written:
    """Merge the schools."""
    rows, ids = staged.schools, unit_ids()
    source = select(
        rows.c.line,
        rows.c.code,
        ids.c.id.label("unit_id"),
        rows.c.name,
        rows.c.name_en,
        rows.c.address,
        rows.c.latitude,
        rows.c.longitude,
        rows.c.phone,
    ).outerjoin(ids, ids.c.code == rows.c.unit_code)
    required = {"unit_id", "name", "address", "latitude", "longitude"}
    updated = required | ({"name_en", "phone"} & set(present))
    return merge(tx, target=schools, source=source, key=("code",), updated=updated)


def merge_boundaries(tx: Transaction) -> Written:
    """Give units and zones the ground that was staged for them."""
    return sum((_bounded(tx, table) for table in _PLACES), start=Written())


def _bounded(tx: Transaction, table: str) -> Written:
    rows, target = staged.boundaries, _PLACES[table]
    is_meant: ColumnElement[bool] = target.c.code == rows.c.code
    if table == "units":
        ids = unit_ids()
        newest = select(ids.c.id).where(ids.c.code == rows.c.code).correlate(rows)
        is_meant = target.c.id == newest.scalar_subquery()
    differs = target.c.boundary.is_distinct_from(rows.c.boundary)
    statement = update(target).where(rows.c.table == table, is_meant, differs)
    return Written(changed=count_of(tx, statement.values(boundary=rows.c.boundary)))
