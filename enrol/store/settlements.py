"""Writing a settled zone: the children as one block of text."""

from collections.abc import Mapping

from enrol.core.settlement import Settlement
from enrol.store.constraints import SeatsExceeded
from enrol.store.db import Transaction
from enrol.store.outcomes import copy_lines, write_by_school

_NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def save(
    tx: Transaction, *, run_id: int, settlement: Settlement, schools: Mapping[str, tuple[int, int]]
) -> None:
    """Write a settlement; the caller holds the run (``runs.hold``).

    ``schools`` gives each school's id and seats. Raises SeatsExceeded when a school holds more
    children than seats, or others than are counted.
    """
    ids = [schools[name][0] for name in settlement.names]
    seats = [schools[name][1] for name in settlement.names]
    taken = [offered - left for offered, left in zip(seats, settlement.left, strict=True)]
    if any(count > offered for count, offered in zip(taken, seats, strict=True)):
        raise SeatsExceeded
    codes = settlement.codes
    copy_lines(
        tx,
        "placements (run_id, code, school_id, rank, band, number)",
        _lines(run_id, settlement, [*map(str, ids), _NULL]),
    )  # ``NOWHERE`` is the last
    write_by_school(
        tx,
        run_id=run_id,
        fills=[
            (school, offered, count, [codes[child] for child in queue])
            for school, offered, count, queue in zip(
                ids, seats, taken, settlement.waiting, strict=True
            )
        ],
        cut_offs=[
            (schools[c.school][0], c.band, c.number, c.admitted) for c in settlement.cut_offs
        ],
    )


def _lines(run_id: int, settlement: Settlement, held_by: list[str]) -> list[str]:
    codes = [code if code.isalnum() else code.translate(_ESCAPES) for code in settlement.codes]
    columns = (codes, settlement.schools, settlement.ranks, settlement.bands, settlement.numbers)
    return [
        f"{run_id}\t{code}\t{held_by[school]}\t{rank or _NULL}\t{band}\t{number}\n"
        for code, school, rank, band, number in zip(*columns, strict=True)
    ]
