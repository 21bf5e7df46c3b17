"""The children of a ward, family by family."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from enrol.training.city import Group, Quarter
from enrol.training.geometry import kilometres
from enrol.training.homes import Home, Neighbourhoods, draw_home
from enrol.training.identities import family_code, personal_id, phone, pupil_code
from enrol.training.names import (
    Lineage,
    Sex,
    child_name,
    guardian_name,
    majority_lineage,
    minority_lineage,
)
from enrol.training.rows import ChildRow
from enrol.training.schools import School
from enrol.training.streams import stream
from enrol.training.streets import KINDERGARTENS
from enrol.training.wards import plain_letters, short_name

_FIRST_BIRTHDAY, _DAYS = date(2020, 1, 1), 366
_BOYS_SHARE = 0.527  # about 111 boys to 100 girls were born in those years
_TWIN_BIRTHS = 0.0061  # 1.2 % of children are twins
_SIBLING_SHARE = 0.04
_NO_PERSONAL_ID, _NO_KINDERGARTEN, _NO_PHONE, _EMAIL = 0.012, 0.08, 0.03, 0.35
_MINORITY_SHARE, _MINORITY_SHARE_WEST = 0.011, 0.08
# Communes below Ba Vì and around Hòa Lạc where Mường and Dao families are at home.
_WEST = frozenset({"Xã Ba Vì", "Xã Yên Bài", "Xã Suối Hai", "Xã Yên Xuân", "Xã Phú Cát"})
_MINORITY_POLICY, _DISABILITY, _WAR_INVALID = 0.6, 0.008, 0.004


@dataclass(frozen=True, slots=True)
class Settlement:
    """What every ward needs to fill itself: the city, its schools by zone and the seed."""

    around: Neighbourhoods
    schools: Mapping[str, Sequence[School]]
    seed: int


@dataclass(frozen=True, slots=True)
class _Household:
    """What twins share."""

    lineage: Lineage
    home: Home
    birth_on: date
    family_code: str
    guardian: tuple[str, str, str, str]
    kindergarten: str
    sibling_school: str


def children_of(
    *, quarter: Quarter, first_number: int, settlement: Settlement
) -> Iterator[ChildRow]:
    """Yield one row for each child listed under the ward's groups, numbered from ``first_number``.

    Twins stand next to each other; the second takes the place of the next child of the ward.
    """
    rng = stream(seed=settlement.seed, purpose=f"children of {quarter.ward.code}")
    places = [group for group in quarter.groups for _ in range(group.children)]
    nth = 0
    while nth < len(places):
        twins = nth + 1 < len(places) and rng.random() < _TWIN_BIRTHS
        number = first_number + nth
        household = _household(rng, quarter, places[nth], settlement, number, twins=twins)
        names: list[str] = []
        for twin in range(2 if twins else 1):
            row = _child(rng, household, number + twin, settlement.seed, names)
            names.append(row.full_name)
            yield row
        nth += len(names)


def _household(
    rng: random.Random,
    quarter: Quarter,
    group: Group,
    settlement: Settlement,
    number: int,
    *,
    twins: bool,
) -> _Household:
    minority = _MINORITY_SHARE_WEST if quarter.ward.name in _WEST else _MINORITY_SHARE
    lineage = (minority_lineage if rng.random() < minority else majority_lineage)(rng=rng)
    home = draw_home(rng=rng, quarter=quarter, group=group, around=settlement.around)
    return _Household(
        lineage=lineage,
        home=home,
        birth_on=_FIRST_BIRTHDAY + timedelta(days=rng.randrange(_DAYS)),
        family_code=family_code(number=number, seed=settlement.seed) if twins else "",
        guardian=_guardian(rng, lineage, number, settlement.seed),
        kindergarten=_kindergarten(rng, quarter),
        sibling_school=_sibling_school(rng, group, settlement.schools),
    )


def _child(
    rng: random.Random, household: _Household, number: int, seed: int, taken: Sequence[str]
) -> ChildRow:
    sex: Sex = "male" if rng.random() < _BOYS_SHARE else "female"
    home, point = household.home, household.home.point
    unnumbered = rng.random() < _NO_PERSONAL_ID
    return ChildRow(
        pupil_code(number=number, seed=seed),
        _name(rng, household.lineage, sex, taken),
        household.birth_on.isoformat(),
        sex,
        "" if unnumbered else personal_id(number=number, seed=seed, sex=sex, rng=rng),
        household.family_code,
        household.kindergarten,
        *household.guardian,
        *home.permanent,
        *home.temporary,
        *home.current,
        f"{point.latitude:.6f}" if point else "",
        f"{point.longitude:.6f}" if point else "",
        household.sibling_school,
        "|".join(_policies(rng, household.lineage)),
    )


def _name(rng: random.Random, lineage: Lineage, sex: Sex, taken: Sequence[str]) -> str:
    """Draw a name no twin has; in the rare run of bad luck the last draw stands."""
    name = child_name(rng=rng, lineage=lineage, sex=sex)
    for _ in range(20):
        if name not in taken:
            break
        name = child_name(rng=rng, lineage=lineage, sex=sex)
    return name


def _guardian(
    rng: random.Random, lineage: Lineage, number: int, seed: int
) -> tuple[str, str, str, str]:
    """Return name, relation, phone and e-mail of the grown-up who registers the child."""
    relation = rng.choices(("mother", "father", "guardian"), cum_weights=(62, 95, 100))[0]
    sex: Sex = "male" if relation == "father" else "female"
    name = guardian_name(rng=rng, lineage=lineage, sex=sex)
    telephone = "" if rng.random() < _NO_PHONE else phone(number=number, seed=seed)
    address = ""
    if rng.random() < _EMAIL:
        letters = "".join(part for part in plain_letters(name).lower() if part.isalpha())
        address = f"{letters}{number}@example.invalid"
    return name, relation, telephone, address


def _kindergarten(rng: random.Random, quarter: Quarter) -> str:
    if rng.random() < _NO_KINDERGARTEN:
        return ""
    name = rng.choice((*KINDERGARTENS, short_name(quarter.ward.name)))
    return f"Trường Mầm non {name}"


def _sibling_school(
    rng: random.Random, group: Group, schools: Mapping[str, Sequence[School]]
) -> str:
    """Return the school of the zone nearest the group for the few who have a sibling there."""
    if rng.random() >= _SIBLING_SHARE:
        return ""
    choices = schools[group.zone_code]
    return min(choices, key=lambda school: kilometres(here=school.point, there=group.point)).code


def _policies(rng: random.Random, lineage: Lineage) -> Iterator[str]:
    if rng.random() < _DISABILITY:
        yield "disability"
    if lineage.people and rng.random() < _MINORITY_POLICY:
        yield "ethnic_minority"
    if rng.random() < _WAR_INVALID:
        yield "war_invalid"
