"""Freezing the list: live registrations streamed out, frozen entries copied in, memory flat."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, collate, select, text, type_coerce
from sqlalchemy.types import NullType

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.registrations import frozen_entries, registrations
from enrol.store.tables.schools import schools
from enrol.store.tables.units import zones

LIVE_STATUSES = ("submitted", "verifying", "needs_info", "eligible")
"""What stands in the list; a withdrawn or ineligible registration does not."""

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class LiveRegistration:
    """A registration as the list takes it: school ids and zone are still the database's, the facts
    still JSON text.
    """

    code: str
    family_code: str
    intake_zone_id: int
    wishes: Sequence[int]
    distances: Sequence[int]
    facts: str
    submission_hash: str


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """One leaf: its place in the tree, from 0, and its canonical JSON in UTF-8."""

    position: int
    code: str
    intake_zone_id: int
    entry: bytes


def allow_minutes(tx: Transaction) -> None:
    """Let this transaction's statements run long: a city's list is read and written in one."""
    tx.execute(text("SET LOCAL statement_timeout = '10min'"))


def zone_codes(tx: Transaction, *, intake_id: int) -> dict[int, str]:
    """Return the zone's code for each zone of the intake, by intake zone id."""
    query = (
        select(intake_zones.c.id, zones.c.code)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(intake_zones.c.intake_id == intake_id)
        .order_by(intake_zones.c.id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def school_codes(tx: Transaction) -> dict[int, str]:
    """Return every school's code by its id."""
    query = select(schools.c.id, schools.c.code).order_by(schools.c.id)
    return {row[0]: row[1] for row in tx.execute(query)}


def live_batches(tx: Transaction, *, intake_id: int) -> Iterator[Sequence[LiveRegistration]]:
    """Yield the live registrations in code order (by bytes, whatever the server's collation).

    One pass of a server-side cursor: what it shows is as old as its first row, so the exclusive
    lock of the intake must be held before. Other statements may run between two batches.
    """
    query = (
        select(
            registrations.c.code,
            registrations.c.family_code,
            registrations.c.intake_zone_id,
            # As the driver reads them: the array type of SQLAlchemy would copy each once more.
            type_coerce(registrations.c.wishes, NullType()),
            type_coerce(registrations.c.distances, NullType()),
            cast(registrations.c.facts, Text),
            registrations.c.submission_hash,
        )
        .where(registrations.c.intake_id == intake_id, registrations.c.status.in_(LIVE_STATUSES))
        .order_by(collate(registrations.c.code, "C"))
    )
    streaming = {"stream_results": True, "yield_per": BATCH}
    for rows in tx.execute(query, execution_options=streaming).partitions():
        yield [LiveRegistration(*row) for row in rows]


def copy_in(tx: Transaction, *, intake_id: int, lines: Iterable[FrozenLine]) -> None:
    """Write lines of the frozen list by COPY; they can never be changed or deleted afterwards."""
    raw = tx.connection.driver_connection
    assert raw is not None  # noqa: S101
    statement = "COPY frozen_entries (intake_id, code, position, intake_zone_id, entry) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row(
                (intake_id, line.code, line.position, line.intake_zone_id, line.entry.decode())
            )


def frozen_lines(tx: Transaction, *, intake_id: int) -> Iterator[str]:
    """Yield the entries of the frozen list in their order."""
    query = (
        select(frozen_entries.c.entry)
        .where(frozen_entries.c.intake_id == intake_id)
        .order_by(frozen_entries.c.position)
        .execution_options(stream_results=True, yield_per=BATCH)
    )
    yield from tx.execute(query).scalars()
