"""Primary schools and the seats they offer."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from enrol.training.city import Quarter
from enrol.training.geometry import Point, spread_points
from enrol.training.shares import apportion
from enrol.training.streams import stream
from enrol.training.streets import SCHOOL_HEROES, place_names
from enrol.training.wards import plain_letters, short_name

_CHILDREN_A_SCHOOL = 182  # about 160,000 children in 750 schools
_FULL_CITY = 40_000  # from here on a zone has at least three schools
_MOST_SCHOOLS = 8
_SEATS_SHARE = 0.95
_SHORT_ZONES, _SHORT_RATIO = 0.08, 0.70
_SPARE_ZONES, _SPARE_RATIO = 0.12, 1.10
_CLASS_SIZES = (35, 45)
_NEW_SCHOOLS = 0.05


@dataclass(frozen=True, slots=True)
class School:
    """A primary school of a ward and its zone."""

    code: str
    unit_code: str
    urban: bool
    zone_code: str
    name: str
    name_en: str
    address: str
    point: Point
    phone: str


@dataclass(frozen=True, slots=True)
class Seats:
    """What one school offers: seats, classes of 35 to 45, and last year's farthest admitted home
    in metres.
    """

    school: School
    seats: int
    classes: int
    last_year_distance: int | None


def build_schools(
    *, quarters: Sequence[Quarter], children: Mapping[str, int], seed: int
) -> tuple[School, ...]:
    """Found the schools of every zone, about one for 182 children, none with the name of another.

    ``children`` counts the children of each zone. A zone has 3 to 8 schools, in a city of under
    40,000 children 2 or 3, so that a school keeps a believable class even then.
    """
    small = sum(children.values()) < _FULL_CITY
    rng = stream(seed=seed, purpose="school names")
    heroes = [*SCHOOL_HEROES]
    rng.shuffle(heroes)
    names = _SchoolNames(rng=rng, heroes=heroes, places=place_names(rng=rng), taken=set())
    schools: list[School] = []
    for quarter in quarters:
        count = _school_count(children[quarter.zone_code], small=small, rng=rng)
        schools += _schools_of(quarter, count, names, seed, len(schools))
    return tuple(schools)


def plan_seats(
    *, schools: Sequence[School], children: Mapping[str, int], seed: int
) -> tuple[Seats, ...]:
    """Share seats for 95 % of all children: some zones at 70 %, some with spare seats, most about
    enough.

    Every school has at least one seat, so a city of a few hundred children may offer more than
    95 %.
    """
    rng = stream(seed=seed, purpose="seats")
    by_zone: dict[str, list[School]] = {}
    for school in schools:
        by_zone.setdefault(school.zone_code, []).append(school)
    totals = _zone_seats(children=children, rng=rng)
    plans: list[Seats] = []
    for zone, members in by_zone.items():
        weights = [0.7 + 0.6 * rng.random() for _ in members]
        parts = apportion(total=totals[zone], weights=weights, least=1)
        plans += [_seats(school, seats, rng) for school, seats in zip(members, parts, strict=True)]
    return tuple(plans)


def _zone_seats(*, children: Mapping[str, int], rng: random.Random) -> dict[str, int]:
    zones = sorted(children)
    drawn = rng.sample(zones, len(zones))
    short = set(drawn[: round(len(zones) * _SHORT_ZONES)])
    spare = set(drawn[len(short) : len(short) + round(len(zones) * _SPARE_ZONES)])
    fixed = {zone: round(children[zone] * _SHORT_RATIO) for zone in zones if zone in short}
    fixed |= {zone: round(children[zone] * _SPARE_RATIO) for zone in zones if zone in spare}
    rest = [zone for zone in zones if zone not in fixed]
    weights = [children[zone] * (0.97 + 0.06 * rng.random()) + 1e-9 for zone in rest]
    left = round(sum(children.values()) * _SEATS_SHARE) - sum(fixed.values())
    parts = apportion(total=max(left, 0), weights=weights) if rest else []
    return fixed | dict(zip(rest, parts, strict=True))


def _seats(school: School, seats: int, rng: random.Random) -> Seats:
    smallest, largest = _CLASS_SIZES
    classes = max(-(-seats // largest), round(seats / rng.randint(smallest, largest)), 1)
    reach = rng.randrange(350, 1900, 10) if school.urban else rng.randrange(900, 4200, 10)
    return Seats(school, seats, classes, None if rng.random() < _NEW_SCHOOLS else reach)


def _school_count(children: int, *, small: bool, rng: random.Random) -> int:
    if small:  # two, now and then three
        return 3 if rng.random() < 0.25 else 2
    return min(max(round(children / _CHILDREN_A_SCHOOL), 3), _MOST_SCHOOLS)


@dataclass(slots=True)
class _SchoolNames:
    """Hands out names no two schools share: the ward's own, heroes, village names."""

    rng: random.Random
    heroes: list[str]
    places: Iterator[str]
    taken: set[str]

    def next_name(self, *, ward_name: str, nth: int) -> str:
        name = ward_name if nth == 0 else ""
        while not name or name in self.taken:
            name = self._drawn()
        self.taken.add(name)
        return name

    def _drawn(self) -> str:
        if self.heroes and self.rng.random() < 0.1:
            return self.heroes.pop()
        return next(self.places)


def _schools_of(
    quarter: Quarter, count: int, names: _SchoolNames, seed: int, before: int
) -> list[School]:
    ward = quarter.ward
    rng = stream(seed=seed, purpose=f"schools of {ward.code}")
    points = spread_points(rng=rng, ground=ward.ground, count=count)
    schools = []
    for nth, point in enumerate(points):
        name = names.next_name(ward_name=short_name(ward.name), nth=nth)
        street = rng.choice(quarter.streets)
        spot = f"Số {rng.randrange(1, 300)} phố {street}" if ward.urban else f"Thôn {street}"
        schools.append(
            School(
                code=f"TH{ward.code}{nth + 1:02d}",
                unit_code=ward.code,
                urban=ward.urban,
                zone_code=quarter.zone_code,
                name=f"Trường Tiểu học {name}",
                name_en=f"{plain_letters(name)} Primary School",
                address=f"{spot}, {ward.name}",
                point=point,
                phone=f"0245555{before + nth:04d}",
            )
        )
    return schools
