"""Officers' what-ifs: what was asked, how far it is, and the children that would end elsewhere."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, collate, func, insert, select, update

from enrol.core.imagined import Change
from enrol.store.db import Transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.rehearsals import what_if_changes, what_ifs
from enrol.store.tables.units import zones

staff = Staff.__table__


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One what-if; no zone stands for all of them. ``list_hash`` is None for a list not frozen."""

    what_if_id: int
    intake_id: int
    intake_zone_id: int | None
    zone: str | None
    unit_id: int | None
    asked_by: str
    asked_at: datetime
    seats: Mapping[str, int]
    rules: str | None
    state: str
    zones: int
    zones_done: int
    list_hash: str | None
    before_digest: str | None
    after_digest: str | None
    totals_before: Mapping[str, int] | None
    totals_after: Mapping[str, int] | None
    finished_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Tell whether nothing more is to be computed."""
        return self.state == "done"

    @property
    def is_failed(self) -> bool:
        """Tell whether it ended without a result."""
        return self.is_done and self.totals_after is None

    @property
    def is_begun(self) -> bool:
        """Tell whether a worker has begun it and none has ended it."""
        return self.state == "running"

    @property
    def stage(self) -> str:
        """Return ``pending``, ``running``, ``done`` or ``failed``."""
        return "failed" if self.is_failed else self.state


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A child that would end elsewhere; no school stands for none of its wishes."""

    code: str
    zone: str
    school_before: str | None
    rank_before: int | None
    school_after: str | None
    rank_after: int | None


def ask(
    tx: Transaction,
    *,
    intake_id: int,
    intake_zone_id: int | None,
    asked_by: int,
    seats: Mapping[str, int],
    rules: str | None,
    zones: int,
) -> int:
    """Keep a question; returns its id."""
    values = {
        "intake_id": intake_id,
        "intake_zone_id": intake_zone_id,
        "asked_by": asked_by,
        "seats": dict(seats),
        "rules": rules,
        "zones": zones,
    }
    return int(tx.execute(insert(what_ifs).values(values).returning(what_ifs.c.id)).scalar_one())


def what_if_of(tx: Transaction, *, what_if_id: int) -> WhatIf | None:
    """Return one what-if."""
    row = tx.execute(_records().where(what_ifs.c.id == what_if_id)).one_or_none()
    return None if row is None else _record(row)


def hold(tx: Transaction, *, what_if_id: int) -> bool:
    """Hold the row against other workers; tells whether it is still to be done."""
    query = select(what_ifs.c.state).where(what_ifs.c.id == what_if_id).with_for_update()
    state: str | None = tx.execute(query).scalar_one_or_none()
    return state in ("pending", "running")


def newest(
    tx: Transaction, *, intake_id: int, unit_ids: Collection[int], leads: bool, limit: int
) -> list[WhatIf]:
    """Return the newest what-ifs of an intake: those of zones of these units, all to who leads."""
    query = _records().where(what_ifs.c.intake_id == intake_id)
    if not leads:
        query = query.where(zones.c.unit_id.in_(unit_ids))
    rows = tx.execute(query.order_by(what_ifs.c.id.desc()).limit(limit))
    return [_record(row) for row in rows]


def begin(tx: Transaction, *, what_if_id: int) -> None:
    """Note that a worker has begun."""
    tx.execute(
        update(what_ifs)
        .where(what_ifs.c.id == what_if_id, what_ifs.c.state == "pending")
        .values(state="running")
    )


def fail(tx: Transaction, *, what_if_id: int) -> None:
    """End it without a result; the row must be held."""
    tx.execute(
        update(what_ifs)
        .where(what_ifs.c.id == what_if_id)
        .values(state="done", finished_at=func.clock_timestamp())
    )


def advance(tx: Transaction, *, what_if_id: int, zones_done: int) -> None:
    """Note how many zones are computed, unless another worker has finished all."""
    tx.execute(
        update(what_ifs)
        .where(what_ifs.c.id == what_if_id, what_ifs.c.state != "done")
        .values(state="running", zones_done=zones_done)
    )


def finish(
    tx: Transaction,
    *,
    what_if_id: int,
    list_hash: str | None,
    before_digest: str,
    after_digest: str,
    totals_before: Mapping[str, int],
    totals_after: Mapping[str, int],
) -> None:
    """Keep the result; the row must be held."""
    tx.execute(
        update(what_ifs)
        .where(what_ifs.c.id == what_if_id)
        .values(
            state="done",
            zones_done=what_ifs.c.zones,
            list_hash=list_hash,
            before_digest=before_digest,
            after_digest=after_digest,
            totals_before=dict(totals_before),
            totals_after=dict(totals_after),
            finished_at=func.clock_timestamp(),
        )
    )


def save_changes(
    tx: Transaction, *, what_if_id: int, changes: Iterable[tuple[str, Change]]
) -> None:
    """Write (zone, change) by COPY."""
    raw = tx.connection.driver_connection
    assert raw is not None  # noqa: S101
    statement = (
        "COPY what_if_changes (what_if_id, code, zone, school_before, rank_before,"
        " school_after, rank_after) FROM STDIN"
    )
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for zone, change in changes:
            before, after = change.before, change.after
            places = (before.school, before.rank, after.school, after.rank)
            copy.write_row((what_if_id, change.code, zone, *places))


def changes_after(tx: Transaction, *, what_if_id: int, after: str, limit: int) -> list[ChangeLine]:
    """Return the changes whose code follows ``after``, by code."""
    columns = what_if_changes.c
    code = collate(columns.code, "C")
    query = (
        select(
            columns.code,
            columns.zone,
            columns.school_before,
            columns.rank_before,
            columns.school_after,
            columns.rank_after,
        )
        .where(columns.what_if_id == what_if_id, code > after)
        .order_by(code)
        .limit(limit)
    )
    return [ChangeLine(*row) for row in tx.execute(query)]


def change_counts(tx: Transaction, *, what_if_id: int) -> tuple[int, int, int, int]:
    """Return how many children gain a wish, lose every wish, rise and fall among their wishes."""
    columns = what_if_changes.c
    before, after = columns.school_before, columns.school_after
    query = select(
        func.count().filter(before.is_(None), after.is_not(None)),
        func.count().filter(before.is_not(None), after.is_(None)),
        func.count().filter(columns.rank_after < columns.rank_before),
        func.count().filter(columns.rank_after > columns.rank_before),
    ).where(columns.what_if_id == what_if_id)
    row = tx.execute(query).one()
    return int(row[0]), int(row[1]), int(row[2]), int(row[3])


def _records() -> Select[*tuple[Any, ...]]:
    return (
        select(
            what_ifs.c.id,
            what_ifs.c.intake_id,
            what_ifs.c.intake_zone_id,
            zones.c.code,
            zones.c.unit_id,
            staff.c.full_name,
            what_ifs.c.asked_at,
            what_ifs.c.seats,
            what_ifs.c.rules,
            what_ifs.c.state,
            what_ifs.c.zones,
            what_ifs.c.zones_done,
            what_ifs.c.list_hash,
            what_ifs.c.before_digest,
            what_ifs.c.after_digest,
            what_ifs.c.totals_before,
            what_ifs.c.totals_after,
            what_ifs.c.finished_at,
        )
        .join(staff, staff.c.id == what_ifs.c.asked_by)
        .outerjoin(intake_zones, intake_zones.c.id == what_ifs.c.intake_zone_id)
        .outerjoin(zones, zones.c.id == intake_zones.c.zone_id)
    )


def _record(row: Row[*tuple[Any, ...]]) -> WhatIf:
    values: list[Any] = list(row)
    return WhatIf(*values)
