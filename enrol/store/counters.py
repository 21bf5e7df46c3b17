"""Numbers for the counter pages, counted set by set and kept as snapshots with their time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from enrol.store.db import Transaction
from enrol.store.frozen_entries import school_codes, zone_codes
from enrol.store.tables.intakes import intakes, snapshots
from enrol.store.tables.registrations import registrations

WITHDRAWN = "withdrawn"
QUIET_PHASES = ("draft", "settled")

# GROUPING(zone, first wish, minute, hour): a bit is set for what a row sums over.
_BY_ZONE, _BY_FIRST_WISH, _BY_MINUTE, _BY_HOUR, _ALL = 0b0111, 0b1011, 0b1101, 0b1110, 0b1111


@dataclass
class Counts:
    """Live registrations of one intake: in all, by zone, by first wish, by minute, by hour."""

    total: int = 0
    zones: dict[str, int] = field(default_factory=dict)
    first_wishes: dict[str, int] = field(default_factory=dict)
    minutes: dict[datetime, int] = field(default_factory=dict)
    hours: dict[datetime, int] = field(default_factory=dict)


def counted_intakes(tx: Transaction) -> list[int]:
    """Return the intakes whose numbers may still change, in id order."""
    query = select(intakes.c.id).where(
        intakes.c.phase.not_in(QUIET_PHASES), intakes.c.retired_at.is_(None)
    )
    return list(tx.execute(query.order_by(intakes.c.id)).scalars())


def count_registrations(tx: Transaction, *, intake_id: int) -> Counts:
    """Count the live registrations of an intake in one pass over them.

    ``minutes`` holds the minutes that have some, in order, of the hour before the database's now;
    ``hours`` every hour that has some.
    """
    zone, first = registrations.c.intake_zone_id, registrations.c.wishes[1]
    minute = func.date_trunc("minute", registrations.c.submitted_at)
    hour = func.date_trunc("hour", registrations.c.submitted_at)
    kind = func.grouping(zone, first, minute, hour)
    by_one = (tuple_(column) for column in (zone, first, minute, hour))
    query = (
        select(kind, zone, first, minute, hour, func.count())
        .where(registrations.c.intake_id == intake_id, registrations.c.status != WITHDRAWN)
        .group_by(func.grouping_sets(tuple_(), *by_one))
        .having((kind != _BY_MINUTE) | (minute > func.now() - func.make_interval(0, 0, 0, 0, 1)))
        .order_by(kind, zone, first, minute, hour)
    )
    zone_of = zone_codes(tx, intake_id=intake_id)
    school_of = school_codes(tx)
    counts = Counts()
    for row_kind, zone_id, school_id, at, hour_at, count in tx.execute(query):
        if row_kind == _ALL:
            counts.total = count
        elif row_kind == _BY_ZONE:
            counts.zones[zone_of[zone_id]] = count
        elif row_kind == _BY_FIRST_WISH:
            counts.first_wishes[school_of[school_id]] = count
        elif row_kind == _BY_HOUR:
            counts.hours[hour_at] = count
        else:
            counts.minutes[at] = count
    return counts


def save(tx: Transaction, *, name: str, body: Mapping[str, object]) -> None:
    """Keep the numbers under a name; what stood there is replaced."""
    row = {"body": dict(body), "taken_at": func.clock_timestamp()}
    tx.execute(
        insert(snapshots)
        .values(name=name, **row)
        .on_conflict_do_update(index_elements=[snapshots.c.name], set_=row)
    )
