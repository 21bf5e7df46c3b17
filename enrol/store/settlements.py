"""Writing a settled zone: one COPY a table, each a single block of text."""

from collections.abc import Mapping

from sqlalchemy import text

from enrol.core.settlement import Settlement
from enrol.store.constraints import SeatsExceeded
from enrol.store.db import Transaction

_NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

# Instead of foreign keys, whose checks row by row cost as much as everything else: what stands in
# the placements must be what the fills say, and only schools of the fills may stand there.
_DIFFERS = text(
    "SELECT EXISTS ("
    " SELECT FROM (SELECT school_id, count(*) AS held FROM placements"
    "   WHERE run_id = :run_id AND school_id IS NOT NULL GROUP BY school_id) AS seated"
    " FULL JOIN (SELECT school_id, taken FROM fills WHERE run_id = :run_id) AS filled"
    "   USING (school_id)"
    " WHERE coalesce(held, 0) <> coalesce(taken, -1))"
)


def save(
    tx: Transaction, *, run_id: int, settlement: Settlement, schools: Mapping[str, tuple[int, int]]
) -> None:
    """Write a settlement; the caller holds the run (``runs.hold``).

    ``schools`` gives each school's id and seats. Raises SeatsExceeded when a school holds more
    children than seats, or others than are counted.
    """
    ids = [schools[name][0] for name in settlement.names]
    seats = [schools[name][1] for name in settlement.names]
    codes = [_escaped(code) for code in settlement.codes]
    taken = [offered - left for offered, left in zip(seats, settlement.left, strict=True)]
    if any(count > offered for count, offered in zip(taken, seats, strict=True)):
        raise SeatsExceeded
    _copy(
        tx,
        "fills (run_id, school_id, seats, taken)",
        [
            f"{run_id}\t{school}\t{offered}\t{count}\n"
            for school, offered, count in zip(ids, seats, taken, strict=True)
        ],
    )
    held_by = [*map(str, ids), _NULL]  # ``NOWHERE`` is the last
    columns = (codes, settlement.schools, settlement.ranks, settlement.bands, settlement.numbers)
    _copy(
        tx,
        "placements (run_id, code, school_id, rank, band, number)",
        [
            f"{run_id}\t{code}\t{held_by[school]}\t{rank or _NULL}\t{band}\t{number}\n"
            for code, school, rank, band, number in zip(*columns, strict=True)
        ],
    )
    _copy(
        tx,
        "cut_offs (run_id, school_id, band, number, admitted)",
        [
            f"{run_id}\t{schools[c.school][0]}\t{c.band}\t{c.number}\t{c.admitted}\n"
            for c in settlement.cut_offs
        ],
    )
    _copy(
        tx,
        "waiting_places (run_id, school_id, position, code)",
        [
            f"{run_id}\t{school}\t{place}\t{codes[child]}\n"
            for school, queue in zip(ids, settlement.waiting, strict=True)
            for place, child in enumerate(queue, start=1)
        ],
    )
    refuse_difference(tx, run_id=run_id)


def refuse_difference(tx: Transaction, *, run_id: int) -> None:
    """Raise SeatsExceeded unless the run's placements are as many at each school as its fills."""
    if tx.execute(_DIFFERS, {"run_id": run_id}).scalar_one():
        raise SeatsExceeded


def _escaped(code: str) -> str:
    return code if code.isalnum() else code.translate(_ESCAPES)


def _copy(tx: Transaction, into: str, lines: list[str]) -> None:
    if not lines:
        return
    raw = tx.connection.driver_connection
    assert raw is not None  # noqa: S101
    with raw.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        copy.write("".join(lines))
