"""A round after the final results: answers free seats, and freed seats move the waiting lists.

The move is child-proposing deferred acceptance among what each child still wants and the seat it
holds, where whoever holds a seat of a school stands there before everyone who waits. So nobody
loses a seat, every queue keeps its order, and the end is the same in whatever order children ask
(Gale and Shapley 1962): of all ends in which nobody is passed over it is the best for each child.
It ends because a child never asks a school twice. A child that moves up leaves a seat, which can
move others, and two who want each other's seats may exchange them if nobody stands before them.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from enrol.core.holdings import Holdings, Queues


class Answer(Enum):
    """What became of a child's seat or waiting."""

    ACCEPT = "accept"
    STAY = "stay"
    DECLINE = "decline"
    UNCLAIMED = "unclaimed"


class Cause(Enum):
    """How the seat that a line of the ledger is about came to be free.

    ``DECLINED`` and ``UNCLAIMED``: its holder gave it up or let the deadline pass. ``MOVED``: its
    holder moved up in this round. ``FREE``: nobody held it before the round.
    """

    DECLINED = "declined"
    UNCLAIMED = "unclaimed"
    MOVED = "moved"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Answered:
    """One child's answer in one round; ``on`` is its date as YYYY-MM-DD.

    ``STAY`` keeps the seat and the places on waiting lists, ``ACCEPT`` gives the places up.
    ``DECLINE`` gives up the seat, if there is one, and all places. ``UNCLAIMED`` is what the
    deadline says of a seat that nobody answered.
    """

    code: str
    answer: Answer
    on: str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One child that left or changed its seat.

    ``left`` and ``taken`` are schools or None. ``cause`` is of the seat taken, or where none is
    taken of the seat left; ``by`` is the child that held the seat before and ``on`` the date it
    was given up, empty where there is none.
    """

    code: str
    left: str | None
    taken: str | None
    place: int
    cause: Cause
    by: str
    on: str


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: the ledger, leavers first and then those who moved, and the new state."""

    ledger: tuple[LedgerLine, ...]
    holdings: Holdings


def hold_round(*, holdings: Holdings, answers: Iterable[Answered], queues: Queues) -> Round:
    """Return the round that these answers lead to.

    The order of the answers does not matter. ``queues`` must name everyone who wants a school. A
    child that moves up from a seat keeps waiting for what it wants more and has nothing to
    answer; a child that had no seat has its new one to answer. Raises ValueError for two answers
    of one child, for an answer to a seat that it does not hold, for ``STAY`` without anything to
    wait for, and for ``UNCLAIMED`` where the seat is answered or gone already.
    """
    given = sorted(answers, key=lambda item: item.code)
    after = _answered(holdings, given)
    gone = [_gone(item, holdings) for item in given if _frees(item, holdings)]
    ends = _settle(after, queues)
    moved = _moves(after, ends, gone, queues)
    return Round((*gone, *moved), _state_after(after, ends))


def replay(*, holds: Mapping[str, str], ledger: Iterable[LedgerLine]) -> dict[str, str]:
    """Return who holds what after the lines of one round, applied at one stroke.

    Raises ValueError for a line whose child does not hold what the line says it left.
    """
    lines, after = list(ledger), dict(holds)
    for line in lines:
        if after.pop(line.code, None) != line.left:
            raise ValueError(f"{line.code} did not hold {line.left}")
    after.update({line.code: line.taken for line in lines if line.taken is not None})
    return after


def _answered(holdings: Holdings, given: Sequence[Answered]) -> Holdings:
    holds, wants = dict(holdings.holds), dict(holdings.wants)
    unanswered = set(holdings.unanswered)
    previous = ""
    for item in given:
        code, answer = item.code, item.answer
        _refuse_wrong(item, holdings, is_second=code == previous)
        previous = code
        unanswered.discard(code)
        if answer is not Answer.STAY:
            wants.pop(code, None)
        if answer in {Answer.DECLINE, Answer.UNCLAIMED}:
            holds.pop(code, None)
    return Holdings(holdings.seats, holds, wants, frozenset(unanswered))


def _refuse_wrong(item: Answered, holdings: Holdings, *, is_second: bool) -> None:
    code = item.code
    holds, waits = code in holdings.holds, code in holdings.wants
    wrong = {
        Answer.ACCEPT: not holds,
        Answer.STAY: not (holds and waits),
        Answer.DECLINE: not (holds or waits),
        Answer.UNCLAIMED: code not in holdings.unanswered,
    }[item.answer]
    if is_second or wrong:
        reason = "a second answer in one round" if is_second else "nothing to answer so"
        raise ValueError(f"{code}: {item.answer.value}: {reason}")


def _frees(item: Answered, holdings: Holdings) -> bool:
    gives_up = item.answer in {Answer.DECLINE, Answer.UNCLAIMED}
    return gives_up and item.code in holdings.holds


def _gone(item: Answered, holdings: Holdings) -> LedgerLine:
    cause = Cause.DECLINED if item.answer is Answer.DECLINE else Cause.UNCLAIMED
    return LedgerLine(item.code, holdings.holds[item.code], None, 0, cause, "", item.on)


def _settle(holdings: Holdings, queues: Queues) -> dict[str, str]:
    """Return the school at which each child that holds or wants something ends."""
    # Holders count as before everyone: place 0. Codes break no tie, since places are all different.
    place = {
        school: {code: at for at, code in enumerate(queue, start=1)}
        for school, queue in queues.items()
    }
    lists = {code: [*schools] for code, schools in holdings.wants.items()}
    for code, school in holdings.holds.items():
        lists.setdefault(code, []).append(school)
    kept: dict[str, list[tuple[int, str]]] = {school: [] for school in holdings.seats}
    asking = sorted(lists)
    next_wish = dict.fromkeys(lists, 0)
    while asking:
        code = asking.pop()
        if next_wish[code] == len(lists[code]):
            continue
        school = lists[code][next_wish[code]]
        next_wish[code] += 1
        is_holder = holdings.holds.get(code) == school
        heapq.heappush(kept[school], (0 if is_holder else -place[school][code], code))
        if len(kept[school]) > holdings.seats[school]:
            asking.append(heapq.heappop(kept[school])[1])
    return {code: school for school, children in kept.items() for _, code in children}


def _moves(
    before: Holdings, ends: Mapping[str, str], gone: Sequence[LedgerLine], queues: Queues
) -> list[LedgerLine]:
    """Return a line for each child that took a seat, schools in order, the first called first."""
    arrivals: dict[str, list[str]] = {}
    freed: dict[str, list[tuple[Cause, str, str]]] = {}
    for line in gone:
        freed.setdefault(line.left or "", []).append((line.cause, line.code, line.on))
    left = [code for code in sorted(before.holds) if ends[code] != before.holds[code]]
    for code, school in ends.items():
        if before.holds.get(code) != school:
            arrivals.setdefault(school, []).append(code)
    empty = before.free
    lines = []
    for school in sorted(arrivals):
        seats = freed.get(school, [])
        seats += [(Cause.FREE, "", "")] * (empty[school] - len(seats))
        seats += [(Cause.MOVED, code, "") for code in left if before.holds[code] == school]
        place = {code: at for at, code in enumerate(_waiting(before, queues, school), start=1)}
        for code, seat in zip(sorted(arrivals[school], key=place.__getitem__), seats, strict=False):
            lines.append(LedgerLine(code, before.holds.get(code), school, place[code], *seat))
    return lines


def _waiting(holdings: Holdings, queues: Queues, school: str) -> list[str]:
    return [code for code in queues[school] if school in holdings.wants.get(code, ())]


def _state_after(before: Holdings, ends: Mapping[str, str]) -> Holdings:
    wants = {}
    for code, schools in before.wants.items():
        school = ends.get(code)
        better = schools[: schools.index(school)] if school in schools else schools
        if better:
            wants[code] = better
    new = {code for code in ends if code not in before.holds}
    return replace(before, holds=dict(ends), wants=wants, unanswered=before.unanswered | new)
