"""Made-up families on real ground: what officers practise with in a training intake."""

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from enrol.core.made_up import TrainingFamily, TrainingGround, TrainingGroup, TrainingHome
from enrol.training.identities import phone
from enrol.training.names import Sex, child_name, guardian_name, majority_lineage
from enrol.training.streams import stream
from enrol.training.streets import STREETS

_TWINS = 0.02
_ELSEWHERE, _TEMPORARY, _UNREGISTERED, _MISTAKEN = 0.15, 0.10, 0.10, 0.06
_SIBLING, _DISABILITY, _WRONG_ID = 0.06, 0.02, 0.02
_MOST_WISHES = 3


def made_up_families(
    *, ground: TrainingGround, children: int, seed: int, year: int
) -> Iterator[TrainingFamily]:
    """Yield as many children born in ``year``, spread evenly over the zones that have schools.

    Some live elsewhere than where they are registered, some state what the register does not know
    or says otherwise, some are twins: what officers meet in an intake. The same ground, number and
    seed give the same families.
    """
    rng = stream(seed=seed, purpose="training families")
    by_zone: dict[str, list[TrainingGroup]] = {}
    for group in ground.groups:
        by_zone.setdefault(group.zone, []).append(group)
    zones = sorted(by_zone)
    number = 0
    while number < children:
        group = rng.choice(by_zone[zones[number % len(zones)]])
        twins = number + 1 < children and rng.random() < _TWINS
        for family in _household(rng, ground, group, number, year=year, twins=twins):
            yield family
            number += 1


def _household(
    rng: random.Random,
    ground: TrainingGround,
    group: TrainingGroup,
    number: int,
    *,
    year: int,
    twins: bool,
) -> Iterator[TrainingFamily]:
    lineage = majority_lineage(rng=rng)
    birth_on = date(year, 1, 1) + timedelta(days=rng.randrange(365))
    relation, guardian_sex = rng.choice(
        (("mother", "female"), ("mother", "female"), ("father", "male"))
    )
    guardian: Sex = "female" if guardian_sex == "female" else "male"
    name = guardian_name(rng=rng, lineage=lineage, sex=guardian)
    registered, stated = _homes(rng, ground, group)
    schools = list(ground.schools[group.zone])
    wishes = rng.sample(schools, min(len(schools), rng.randint(1, _MOST_WISHES)))
    sibling = rng.choice(wishes) if rng.random() < _SIBLING else None
    for nth in range(2 if twins else 1):
        sex: Sex = rng.choice(("female", "male"))
        yield TrainingFamily(
            number=number + nth,
            household=number if twins else None,
            full_name=child_name(rng=rng, lineage=lineage, sex=sex),
            birth_on=birth_on,
            sex=sex,
            personal_id=_personal_id(rng, number + nth, sex=sex, year=year),
            guardian_name=name,
            relation=relation,
            phone=phone(number=number, seed=0),
            registered=registered,
            stated=stated,
            sibling_school=sibling,
            policies=("disability",) if rng.random() < _DISABILITY else (),
            zone=group.zone,
            wishes=wishes,
        )


def _homes(
    rng: random.Random, ground: TrainingGround, group: TrainingGroup
) -> tuple[Mapping[str, TrainingHome], Mapping[str, TrainingHome]]:
    """Return the homes of the register and those that the family states; one is in ``group``."""
    here = TrainingHome(group, _address(rng))
    chance = rng.random()
    if chance < _ELSEWHERE:
        away = TrainingHome(rng.choice(list(ground.groups)), _address(rng))
        stated = {"permanent": away, "current": here}
    elif chance < _ELSEWHERE + _TEMPORARY:
        stated = {"temporary": here, "current": here}
    else:
        stated = {"permanent": here, "current": here}
    registered = dict(stated)
    doubt = rng.random()
    if doubt < _UNREGISTERED:
        registered.pop("current")
    elif doubt < _UNREGISTERED + _MISTAKEN:
        registered["current"] = TrainingHome(rng.choice(list(ground.groups)), _address(rng))
    return registered, stated


def _address(rng: random.Random) -> str:
    return f"{rng.randint(1, 180)} phố {rng.choice(STREETS)}"


def _personal_id(rng: random.Random, number: int, *, sex: Sex, year: int) -> str:
    """Return twelve digits of province 999, which does not exist; a few contradict the sex."""
    is_girl = (sex == "female") != (rng.random() < _WRONG_ID)
    return f"999{2 + is_girl}{year % 100:02}{number % 1_000_000:06}"
