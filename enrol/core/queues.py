"""What a finished contest leaves: placements, cut-offs, free seats, and waiting lists in order."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from enrol.core.line_up import LineUp, Standing
from enrol.core.matching import UNPLACED
from enrol.core.model import CutOff, Placement
from enrol.core.outcome import FreeSeats, WaitingList
from enrol.core.reserves import ReservedSeats


def placements_of(
    *, everyone: Iterable[Standing], line_up: LineUp, granted: Sequence[int], stage: int
) -> tuple[Placement, ...]:
    """Return a placement for everyone, in the same order, also for those who did not compete."""
    seats: dict[str, tuple[str, str]] = {}
    for child, choice in enumerate(granted):
        if choice != UNPLACED:
            school = line_up.contest.schools[choice]
            code = line_up.children[child].entry.code
            seats[code] = (line_up.schools[school], line_up.number_at(child, school))
    return tuple(
        _placement(standing, seats.get(standing.entry.code), stage) for standing in everyone
    )


def _placement(standing: Standing, seat: tuple[str, str] | None, stage: int) -> Placement:
    code, wishes = standing.entry.code, standing.entry.wishes
    if seat is None:
        return Placement(code, None, None, standing.band, standing.number, stage)
    school, number = seat
    rank = wishes.index(school) + 1 if school in wishes else None
    return Placement(code, school, rank, standing.band, number, stage)


def cut_offs(
    *, line_up: LineUp, granted: Sequence[int], reserved: Mapping[int, ReservedSeats]
) -> tuple[CutOff, ...]:
    """Return the cut-off of every band of which a school admitted someone, by (school, band).

    ``admitted`` counts all children of the band. ``number`` is the last one's in the order of the
    queue; where seats are reserved, the last one's on the seats open to all, unless the whole band
    sits on reserved seats.
    """
    contest = line_up.contest
    on_open_seats = {school: set(seats.open_priorities()) for school, seats in reserved.items()}
    counts: dict[tuple[int, int], int] = {}
    last: dict[tuple[int, int], tuple[bool, int]] = {}
    for child, choice in enumerate(granted):
        if choice == UNPLACED:
            continue
        school, priority = contest.schools[choice], contest.priorities[choice]
        place = (school, line_up.children[child].band)
        counts[place] = counts.get(place, 0) + 1
        is_open = school not in reserved or priority in on_open_seats[school]
        last[place] = max(last.get(place, (False, -1)), (is_open, priority))
    found = []
    for school, band in sorted(counts):
        child = contest.child_of(last[school, band][1])
        number = line_up.number_at(child, school)
        found.append(CutOff(line_up.schools[school], band, number, counts[school, band]))
    return tuple(found)


def waiting_lists(
    *, line_up: LineUp, granted: Sequence[int], waits: Callable[[Standing], bool]
) -> tuple[WaitingList, ...]:
    """Return for every school the children who wished it above what they got, in queue order.

    Only children for whom ``waits`` is true are listed.
    """
    contest = line_up.contest
    queues: list[list[int]] = [[] for _ in line_up.schools]
    for child, choice in enumerate(granted):
        if not waits(line_up.children[child]):
            continue
        end = contest.starts[child + 1] if choice == UNPLACED else choice
        for refused in range(contest.starts[child], end):
            queues[contest.schools[refused]].append(contest.priorities[refused])
    return tuple(
        WaitingList(
            school,
            tuple(line_up.children[contest.child_of(p)].entry.code for p in sorted(queue)),
        )
        for school, queue in zip(line_up.schools, queues, strict=True)
    )


def free_seats(
    *, line_up: LineUp, granted: Sequence[int], seats: Sequence[int]
) -> tuple[FreeSeats, ...]:
    """Return how many seats every school has left, in school order."""
    left = list(seats)
    for choice in granted:
        if choice != UNPLACED:
            left[line_up.contest.schools[choice]] -= 1
    return tuple(FreeSeats(name, count) for name, count in zip(line_up.schools, left, strict=True))
