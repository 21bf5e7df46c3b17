"""The engine alone against others on the same children: a textbook heap, and PyPI packages."""

import gc
import random
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from heapq import heappush, heappushpop
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter

from benchmarks.city import RULES, SEED, City
from enrol.core.contest import Contest
from enrol.core.line_up import Contender, line_up, standings
from enrol.core.matching import match
from enrol.core.results import entries_by_zone

Game = tuple[Contest, list[int]]


def games(city: City) -> list[Game]:
    """Return every zone's contest and seats, as a run prepares them."""
    offered = {
        zone: dict(zip(city.schools(zone), city.seats(zone), strict=True)) for zone in city.zones
    }
    found = []
    for zone, entries in sorted(entries_by_zone(list(city.entries())).items()):
        everyone = standings(entries=entries, rules=RULES, key=SEED)
        contenders = [Contender(s, s.entry.wishes, ()) for s in everyone if s.in_zone]
        lined = line_up(contenders=contenders, schools=offered[zone], rules=RULES, key=SEED)
        found.append((lined.contest, [offered[zone][school] for school in lined.schools]))
    return found


def textbook(
    starts: list[int], wished: list[int], priorities: list[int], owners: list[int], seats: list[int]
) -> list[int]:
    """Deferred acceptance as in a textbook: a stack of free children, a heap a school.

    ``owners`` maps a choice to its child, for the refused ones. Returns the school index of each
    child, or -1.
    """
    heaps: list[list[tuple[int, int]]] = [[] for _ in seats]
    following = list(starts[:-1])
    result = [-1] * len(following)
    free = list(range(len(following)))
    while free:
        child = free.pop()
        choice = following[child]
        if choice == starts[child + 1]:
            continue
        following[child] = choice + 1
        school = wished[choice]
        heap = heaps[school]
        if len(heap) < seats[school]:
            heappush(heap, (-priorities[choice], choice))
            result[child] = school
            continue
        if not seats[school]:
            free.append(child)
            continue
        _, out = heappushpop(heap, (-priorities[choice], choice))
        if out != choice:
            result[child] = school
        result[owners[out]] = -1
        free.append(owners[out])
    return result


def measure(city: City, *, repeats: int) -> dict[str, list[float]]:
    """Return seconds a repetition of our engine and the textbook's, on prepared flat lists."""
    prepared = games(city)
    owners = [
        [
            child
            for child in range(len(g.starts) - 1)
            for _ in range(g.starts[child], g.starts[child + 1])
        ]
        for g, _ in prepared
    ]
    ours: list[float] = []
    theirs: list[float] = []
    gc.collect()
    gc.disable()
    for _ in range(repeats):
        began = perf_counter()
        granted = [match(contest=game, seats=seats, reserved={}) for game, seats in prepared]
        ours.append(perf_counter() - began)
        began = perf_counter()
        plain = [
            textbook(game.starts, game.schools, game.priorities, owned, seats)
            for (game, seats), owned in zip(prepared, owners, strict=True)
        ]
        theirs.append(perf_counter() - began)
        for (game, _), mine, other in zip(prepared, granted, plain, strict=True):
            assert [-1 if k < 0 else game.schools[k] for k in mine] == other
    gc.enable()
    return {"engine": ours, "textbook": theirs}


def whole_game(children: int) -> Game:
    """Return one game without zones, for packages that know none: 4 wishes out of all schools."""
    chance = random.Random(children)
    count = max(4, children * 750 // 160_000)
    starts, wished, priorities = [0], [], []
    order = list(range(children))
    chance.shuffle(order)
    bits = children.bit_length()
    for child in range(children):
        wished += chance.sample(range(count), 4)
        starts.append(len(wished))
        priorities += [order[child] << bits | child] * 4
    # The low bits name the child, as the engine needs; the order is that of the shuffled numbers.
    seats = [round(children / count * chance.uniform(0.6, 1.4)) for _ in range(count)]
    return Contest(starts, wished, priorities, bits), seats


def _by_name(game: Contest) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    wishes: dict[str, list[str]] = {}
    queues: dict[str, list[tuple[int, str]]] = {}
    for child in range(len(game.starts) - 1):
        choices = range(game.starts[child], game.starts[child + 1])
        wishes[f"c{child}"] = [f"s{game.schools[k]}" for k in choices]
        for k in choices:
            queues.setdefault(f"s{game.schools[k]}", []).append((game.priorities[k], f"c{child}"))
    return wishes, {school: [c for _, c in sorted(queue)] for school, queue in queues.items()}


@contextmanager
def _deep_stack() -> Iterator[ThreadPoolExecutor]:
    """Give one thread room to recurse as deep as the package copies a whole city."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**7)
    threading.stack_size(512 * 1024 * 1024)
    try:
        with ThreadPoolExecutor(1) as pool:
            yield pool
    finally:
        threading.stack_size(0)
        sys.setrecursionlimit(limit)


def against_packages(children: int) -> dict[str, float]:
    """Return seconds of one whole game (building included) by us and by the packages here."""
    game, seats = whole_game(children)
    began = perf_counter()
    granted = match(contest=game, seats=seats, reserved={})
    found = {"engine": perf_counter() - began}
    wishes, queues = _by_name(game)
    ours = {
        f"c{child}": None if k < 0 else f"s{game.schools[k]}" for child, k in enumerate(granted)
    }
    room = {school: seats[int(school[1:])] for school in queues}
    if find_spec("matching"):
        games_of = import_module("matching.games")
        with warnings.catch_warnings(), _deep_stack() as pool:
            warnings.simplefilter("ignore")
            began = perf_counter()
            solved = pool.submit(
                lambda: games_of.HospitalResident.create_from_dictionaries(
                    wishes, queues, room
                ).solve(optimal="resident")
            ).result()
            found["matching"] = perf_counter() - began
        theirs = {str(c): str(school) for school, held in solved.items() for c in held}
        assert theirs == {child: school for child, school in ours.items() if school}
    if find_spec("algmatch"):
        package = import_module("algmatch")
        document = {
            "residents": {int(c[1:]) + 1: [int(s[1:]) + 1 for s in w] for c, w in wishes.items()},
            "hospitals": {
                int(s[1:]) + 1: {
                    "capacity": room[s],
                    "preferences": [int(c[1:]) + 1 for c in queue],
                }
                for s, queue in queues.items()
            },
        }
        began = perf_counter()
        package.HospitalResidentsProblem(
            dictionary=document, optimised_side="residents"
        ).get_stable_matching()
        found["algmatch"] = perf_counter() - began
    return found
