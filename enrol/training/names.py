"""Believable Vietnamese names: family name, middle name, given name, in that order."""

import random
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from enrol.training import name_lists as lists

Sex = Literal["male", "female"]

_SURNAMES = tuple(lists.SURNAMES)
_SURNAME_WEIGHTS = tuple(accumulate(lists.SURNAMES.values()))
_LONG_NAME_SHARE = 0.03
_TWO_MIDDLES_SHARE = 0.06
_DOUBLE_SURNAME_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Lineage:
    """What the members of a family share of their names; ``people`` is empty for Kinh families."""

    surname: str
    people: str = ""


def majority_lineage(*, rng: random.Random) -> Lineage:
    """Draw a Kinh family: one common surname, now and then a double one."""
    if rng.random() < _DOUBLE_SURNAME_SHARE:
        return Lineage(surname=rng.choice(lists.DOUBLE_SURNAMES))
    return Lineage(surname=_surname(rng))


def minority_lineage(*, rng: random.Random) -> Lineage:
    """Draw a family of an ethnic minority; mostly Mường and Dao, who are at home in the west of
    the city.
    """
    people = rng.choices(
        ("Mường", "Dao", "Thái", "Tày", "Mông", "Ê Đê"), cum_weights=(45, 60, 72, 84, 92, 100)
    )[0]
    if people == "Ê Đê":
        return Lineage(surname=rng.choice(lists.HIGHLAND_FAMILIES), people=people)
    return Lineage(surname=rng.choice(lists.MINORITY_NAMES[people]["family"]), people=people)


def child_name(*, rng: random.Random, lineage: Lineage, sex: Sex) -> str:
    """Return the full name of a child born in 2020, one to seven words, in NFC."""
    if lineage.people == "Ê Đê":
        given = rng.choice(lists.HIGHLAND_BOYS if sex == "male" else lists.HIGHLAND_GIRLS)
        return f"{given} {lineage.surname}"
    if lineage.people:
        return f"{lineage.surname} {rng.choice(lists.MINORITY_NAMES[lineage.people][sex])}"
    middles = lists.BOY_MIDDLES if sex == "male" else lists.GIRL_MIDDLES
    given = rng.choice(lists.BOY_GIVEN if sex == "male" else lists.GIRL_GIVEN)
    chance = rng.random()
    if chance < _LONG_NAME_SHARE:
        return f"{lineage.surname} {_distinct(rng, middles, 3, given)} {given}"
    if chance < _LONG_NAME_SHARE + _TWO_MIDDLES_SHARE:
        return f"{lineage.surname} {_distinct(rng, middles, 2, given)} {given}"
    return f"{lineage.surname} {_distinct(rng, middles, 1, given)} {given}"


def adult_name(*, rng: random.Random, sex: Sex, surname: str = "") -> str:
    """Return the full name of a grown-up, with the given surname or one of their own."""
    surname = surname or _surname(rng)
    if sex == "male":
        return f"{surname} {rng.choice(lists.MEN_MIDDLES)} {rng.choice(lists.MEN_GIVEN)}"
    return f"{surname} {rng.choice(lists.WOMEN_MIDDLES)} {rng.choice(lists.WOMEN_GIVEN)}"


def guardian_name(*, rng: random.Random, lineage: Lineage, sex: Sex) -> str:
    """Return a parent's name: a father shares the child's surname, a mother has her own."""
    if lineage.people:
        return child_name(rng=rng, lineage=lineage, sex=sex)
    return adult_name(rng=rng, sex=sex, surname=lineage.surname if sex == "male" else "")


def _surname(rng: random.Random) -> str:
    return rng.choices(_SURNAMES, cum_weights=_SURNAME_WEIGHTS)[0]


def _distinct(rng: random.Random, middles: tuple[str, ...], count: int, given: str) -> str:
    """Pick middle names that neither repeat nor equal the given name."""
    picked: list[str] = []
    while len(picked) < count:
        middle = rng.choice(middles)
        if middle != given and middle not in picked:
            picked.append(middle)
    return " ".join(picked)
