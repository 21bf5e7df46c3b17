"""Where a child lives and where it is registered: the three residences of a file and the point of
the home.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from enrol.training.city import Group, Quarter
from enrol.training.geometry import Point, nearby_point
from enrol.training.streets import PROVINCES, TOWER_PREFIXES

# How a child's papers and its home go together, and how often.
_MIXTURE = {
    "together": 0.80,  # permanent residence and home in the same group
    "registered_elsewhere": 0.08,  # permanent in another ward, temporary and home here
    "living_elsewhere": 0.08,  # permanent here, home in another ward
    "other_province": 0.012,  # permanent outside Hanoi, temporary and home here
    "group_unknown": 0.014,  # the register does not know the group
    "contradicted": 0.014,  # the point of the home lies in another ward than its address
}
_KINDS, _KIND_WEIGHTS = tuple(_MIXTURE), tuple(accumulate(_MIXTURE.values()))
_NEIGHBOUR_SHARE = 0.6
_HALF = 0.5


class Residence(NamedTuple):
    """One of the three addresses of a file; empty texts where nothing is known."""

    unit_code: str = ""
    group: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The residences of a family and the point of its home; no point for a few whose group is
    unknown.
    """

    kind: str
    zone_code: str
    permanent: Residence
    temporary: Residence
    current: Residence
    point: Point | None


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """The whole city by ward code, and the wards in a fixed order to draw a distant one from."""

    by_code: Mapping[str, Quarter]
    codes: Sequence[str]
    reach: Mapping[str, float]


def neighbourhoods(*, quarters: Sequence[Quarter]) -> Neighbourhoods:
    """Index the quarters for drawing homes; ``reach`` is how far around its group's point a home
    lies, in km.
    """
    return Neighbourhoods(
        by_code={quarter.ward.code: quarter for quarter in quarters},
        codes=[quarter.ward.code for quarter in quarters],
        reach={
            quarter.ward.code: math.sqrt(quarter.ward.area_km2 / len(quarter.groups))
            for quarter in quarters
        },
    )


def draw_home(
    *, rng: random.Random, quarter: Quarter, group: Group, around: Neighbourhoods
) -> Home:
    """Settle a family that is listed under ``group`` of ``quarter``."""
    kind = rng.choices(_KINDS, cum_weights=_KIND_WEIGHTS)[0]
    here = _residence(rng, quarter, group)
    if kind == "living_elsewhere":
        return _living_elsewhere(rng, quarter, group, here, around)
    permanent, temporary, current, point_in = here, Residence(), here, (quarter, group)
    if kind == "registered_elsewhere":
        permanent, temporary = _residence(rng, *_elsewhere(rng, quarter, around)), here
    elif kind == "other_province":
        permanent, temporary = _province_residence(rng), here
    elif kind == "group_unknown":
        permanent = current = Residence(here.unit_code, "", here.address)
    elif kind == "contradicted":
        point_in = _elsewhere(rng, quarter, around)
    unlocated = kind == "group_unknown" and rng.random() < _HALF
    point = None if unlocated else _point(rng, *point_in, around)
    return Home(kind, group.zone_code, permanent, temporary, current, point)


def _living_elsewhere(
    rng: random.Random, quarter: Quarter, group: Group, here: Residence, around: Neighbourhoods
) -> Home:
    other = _elsewhere(rng, quarter, around)
    current = _residence(rng, *other)
    temporary = current if rng.random() < _HALF else Residence()
    point = _point(rng, *other, around)
    return Home("living_elsewhere", group.zone_code, here, temporary, current, point)


def _elsewhere(
    rng: random.Random, quarter: Quarter, around: Neighbourhoods
) -> tuple[Quarter, Group]:
    """Draw a group of another ward, a neighbouring one more often than not."""
    codes: Sequence[str] = quarter.neighbours
    if not codes or rng.random() >= _NEIGHBOUR_SHARE:
        codes = [code for code in rng.choices(around.codes, k=3) if code != quarter.ward.code]
    other = around.by_code[rng.choice(codes)] if codes else quarter
    return other, rng.choice(other.groups)


def _point(rng: random.Random, quarter: Quarter, group: Group, around: Neighbourhoods) -> Point:
    code = quarter.ward.code
    return nearby_point(
        rng=rng, ground=quarter.ward.ground, around=group.point, reach_km=around.reach[code]
    )


def _residence(rng: random.Random, quarter: Quarter, group: Group) -> Residence:
    return Residence(quarter.ward.code, group.label, _address(rng, quarter, group))


def _address(rng: random.Random, quarter: Quarter, group: Group) -> str:
    ward = quarter.ward.name
    if group.label.startswith(TOWER_PREFIXES) and quarter.ward.urban:
        flat = f"Căn {rng.randrange(2, 36)}{rng.randrange(1, 17):02d}, tòa {group.label}"
        return f"{flat}, phố {rng.choice(quarter.streets)}, {ward}"
    if not quarter.ward.urban:
        spot = f"Số {rng.randrange(1, 400)}, xóm {rng.randrange(1, 12)}"
        return f"{spot}, {_lowered(group.name)}, {ward}"
    street, number = rng.choice(quarter.streets), rng.randrange(1, 200)
    alley = rng.choice(
        ("", f" ngõ {rng.randrange(1, 400)}", f" ngách {rng.randrange(1, 60)}/{number}")
    )
    return f"Số {number}{alley} phố {street}, {_lowered(group.name)}, {ward}"


def _province_residence(rng: random.Random) -> Residence:
    return Residence("", "", f"Thôn {rng.randrange(1, 20)}, {rng.choice(PROVINCES)}")


def _lowered(name: str) -> str:
    return name[0].lower() + name[1:]
