"""The engine against an independent implementation: the package ``matching``."""

import random
import warnings

import pytest
from matching import games

from enrol.core.contest import contest
from enrol.core.matching import match

MOST = [40] * 170 + [300] * 26 + [2000] * 4
"""Children at most, instance by instance: the package's time grows with their square."""


@pytest.mark.parametrize("seed", range(len(MOST)))
def test_the_same_seats_as_the_package(seed):
    chance = random.Random(seed)
    most = MOST[seed]
    children = chance.randint(max(1, most // 2 if most > 40 else 1), most)
    schools = chance.randint(1, 6 if most == 40 else 12)
    fair = max(1, children // schools)
    seats = [chance.randint(max(1, fair // 3), fair * 5 // 4 + 1) for _ in range(schools)]
    wishes = [
        chance.sample(range(schools), chance.randint(1, min(5, schools))) for _ in range(children)
    ]
    starts = [0]
    for wished in wishes:
        starts.append(starts[-1] + len(wished))
    leading = [chance.randrange(4) for _ in range(starts[-1])]
    flat = [school for wished in wishes for school in wished]
    game = contest(starts=starts, schools=flat, leading=leading)

    granted = match(contest=game, seats=seats, reserved={})
    ours = {child: flat[choice] for child, choice in enumerate(granted) if choice >= 0}

    queues: dict[str, list[tuple[int, str]]] = {}
    for child in range(children):
        for choice in range(starts[child], starts[child + 1]):
            place = (game.priorities[choice], f"c{child}")
            queues.setdefault(f"s{flat[choice]}", []).append(place)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        solved = games.HospitalResident.create_from_dictionaries(
            {f"c{child}": [f"s{s}" for s in wished] for child, wished in enumerate(wishes)},
            {school: [code for _, code in sorted(queue)] for school, queue in queues.items()},
            {school: seats[int(school[1:])] for school in queues},
        ).solve(optimal="resident")
    theirs = {
        int(str(child)[1:]): int(str(school)[1:])
        for school, held in solved.items()
        for child in held
    }

    assert ours == theirs
