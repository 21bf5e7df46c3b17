"""Schools, wishes and lottery numbers as files, and the placements that follow from them.

The engine without an intake around it: one contest among all children of the files, ordered by
(band, distance when given, lottery number, child).
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from enrol.cli.rows import Fault, Table, shown
from enrol.core.contest import Contest, contest
from enrol.core.matching import UNPLACED, match
from enrol.core.tables import write_table

_NUMBER = re.compile(r"-?[0-9A-Fa-f]+")
_MOST_DIGITS = 9


Wish: TypeAlias = tuple[int, int, int, int]
"""One row of the wishes: rank, index of the school, band, metres (0 when not given)."""


@dataclass(slots=True)
class ContestFiles:
    """What the three files say. Schools are in the order of their file, faults file by file."""

    schools: list[str] = field(default_factory=list)
    seats: list[int] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    wishes: dict[str, list[Wish]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_contest(*, schools: Path, wishes: Path, lottery: Path) -> ContestFiles:
    """Return what the files say; it may only be used when it has no ``faults``.

    A wish of a school that has no good row counts as a fault of the wish as well.
    """
    files = ContestFiles()
    school_table = Table(path=schools, required=("school", "seats"))
    lottery_table = Table(path=lottery, required=("child", "number"))
    wish_table = Table(
        path=wishes, required=("child", "rank", "school", "band"), optional=("distance_m",)
    )
    _read_schools(school_table, files)
    _read_numbers(lottery_table, files)
    _read_wishes(wish_table, files)
    files.faults = school_table.faults + wish_table.faults + lottery_table.faults
    return files


def _read_schools(table: Table, files: ContestFiles) -> None:
    known = set()
    for line, (school, seats) in table.rows():
        count = _whole(seats)
        if not school:
            table.fault(line, "school is missing")
        elif school in known:
            table.fault(line, f"school {shown(school)} stands twice")
        elif count is None:
            table.fault(line, f"seats must be a whole number from 0, not {shown(seats)}")
        else:
            files.schools.append(school)
            files.seats.append(count)
        known.add(school)


def _read_numbers(table: Table, files: ContestFiles) -> None:
    for line, (child, number) in table.rows():
        if not child:
            table.fault(line, "child is missing")
        elif child in files.numbers:
            table.fault(line, f"child {shown(child)} stands twice")
        elif not _NUMBER.fullmatch(number):
            table.fault(line, f"number must be hexadecimal or whole, not {shown(number)}")
        else:
            # Digits alone have the same order in base 16 as in base 10, so one reading serves both.
            files.numbers[child] = int(number, 16)


def _read_wishes(table: Table, files: ContestFiles) -> None:
    index = {school: at for at, school in enumerate(files.schools)}
    for line, (child, rank, school, band, distance) in table.rows():
        metres = _whole(distance) if "distance_m" in table.columns else 0
        place, level, at = _whole(rank), _whole(band), index.get(school)
        if not child:
            table.fault(line, "child is missing")
        elif child not in files.numbers:
            table.fault(line, f"child {shown(child)} has no lottery number")
        elif not place:
            table.fault(line, f"rank must be a whole number from 1, not {shown(rank)}")
        elif at is None:
            table.fault(line, f"unknown school {shown(school)}")
        elif not level:
            table.fault(line, f"band must be a whole number from 1, not {shown(band)}")
        elif metres is None:
            table.fault(line, f"distance_m must be whole metres from 0, not {shown(distance)}")
        else:
            wishes = files.wishes.setdefault(child, [])
            _check_repeated(table, line, wishes, place, at)
            wishes.append((place, at, level, metres))


def _check_repeated(table: Table, line: int, earlier: list[Wish], rank: int, school: int) -> None:
    for other_rank, other_school, _, _ in earlier:
        if other_rank == rank:
            table.fault(line, f"a second wish of rank {rank}")
            return
        if other_school == school:
            table.fault(line, f"the school is wished twice, as {other_rank} and as {rank}")
            return


@lru_cache(maxsize=1 << 14)  # ranks, bands and distances repeat a lot
def _whole(text: str) -> int | None:
    """Return the whole number from 0 that the text is, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def place(files: ContestFiles) -> bytes:
    """Return the placements file: ``child,school`` for every child with a lottery number.

    Sorted by child, LF, UTF-8; ``school`` is empty for a child without a seat. The order of the
    rows of the input does not matter.
    """
    children = sorted(files.numbers, key=lambda child: (files.numbers[child], child))
    lined = _lined_up(files, children)
    granted = match(contest=lined, seats=files.seats, reserved={})
    placed = {
        child: "" if choice == UNPLACED else files.schools[lined.schools[choice]]
        for child, choice in zip(children, granted, strict=True)
    }
    return write_table(header=("child", "school"), rows=((c, placed[c]) for c in sorted(placed)))


def _lined_up(files: ContestFiles, children: list[str]) -> Contest:
    farthest = max((wish[3] for wishes in files.wishes.values() for wish in wishes), default=0)
    starts, schools, leading = [0], [], []
    for child in children:
        for _, school, band, metres in sorted(files.wishes.get(child, ())):
            schools.append(school)
            leading.append(band * (farthest + 1) + metres)
        starts.append(len(schools))
    return contest(starts=starts, schools=schools, leading=leading)
