"""Writing settled zones: the children as one block of text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from enrol.core.settlement import Settlement
from enrol.store.constraints import SeatsExceeded
from enrol.store.db import Transaction
from enrol.store.outcomes import SchoolCutOff, SchoolFill, copy_lines, write_by_school

_NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(frozen=True, slots=True)
class SettledZone:
    """A run's settlement; ``schools`` gives each school's id and seats."""

    run_id: int
    settlement: Settlement
    schools: Mapping[str, tuple[int, int]]


def save(tx: Transaction, *, zones: Sequence[SettledZone]) -> None:
    """Write settlements; the caller holds their runs (``runs.hold``).

    Raises SeatsExceeded when a school holds more children than seats, or others than are counted.
    """
    copy_lines(
        tx,
        "placements (run_id, code, school_id, rank, band, number)",
        [line for zone in zones for line in _lines(zone)],
    )
    write_by_school(
        tx,
        run_ids=[zone.run_id for zone in zones],
        fills=[fill for zone in zones for fill in _fills(zone)],
        cut_offs=[bound for zone in zones for bound in _cut_offs(zone)],
    )


def _fills(zone: SettledZone) -> Iterable[SchoolFill]:
    settlement, codes = zone.settlement, zone.settlement.codes
    columns = (settlement.names, settlement.left, settlement.waiting)
    for name, left, queue in zip(*columns, strict=True):
        school, seats = zone.schools[name]
        if left < 0:
            raise SeatsExceeded
        yield zone.run_id, school, seats, seats - left, [codes[child] for child in queue]


def _cut_offs(zone: SettledZone) -> Iterable[SchoolCutOff]:
    for cut in zone.settlement.cut_offs:
        yield zone.run_id, zone.schools[cut.school][0], cut.band, cut.number, cut.admitted


def _lines(zone: SettledZone) -> list[str]:
    settlement, run_id = zone.settlement, zone.run_id
    # ``NOWHERE`` is the last.
    held_by = [*(str(zone.schools[name][0]) for name in settlement.names), _NULL]
    codes = [code if code.isalnum() else code.translate(_ESCAPES) for code in settlement.codes]
    columns = (codes, settlement.schools, settlement.ranks, settlement.bands, settlement.numbers)
    return [
        f"{run_id}\t{code}\t{held_by[school]}\t{rank or _NULL}\t{band}\t{number}\n"
        for code, school, rank, band, number in zip(*columns, strict=True)
    ]
