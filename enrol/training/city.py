"""The city itself: wards, zones, residential groups and schools, before any child moves in."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shapely import STRtree, distance
from shapely.geometry import Point as ShapelyPoint

from enrol.training.geometry import HOAN_KIEM_LAKE, Point, kilometres, middle, spread_points
from enrol.training.groups import group_labels
from enrol.training.shares import apportion
from enrol.training.streams import stream
from enrol.training.streets import STREETS, VILLAGES
from enrol.training.wards import Ward

CITY_CODE = "01"
_USUAL_GROUPS = 24
_FEWEST_GROUPS, _MOST_GROUPS = 10, 40
_SMALLEST_SHARE, _LARGEST_SHARE = 0.4, 2.0
_BORDER_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Group:
    """A residential group (tổ dân phố or thôn), the zone it belongs to and how many children live
    in it.
    """

    unit_code: str
    label: str
    name: str
    zone_code: str
    point: Point
    children: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """A ward with everything in it but its schools."""

    ward: Ward
    groups: tuple[Group, ...]
    streets: tuple[str, ...]
    neighbours: tuple[str, ...]

    @property
    def zone_code(self) -> str:
        """Return the code of the zone that carries the ward's name."""
        return zone_code(ward_code=self.ward.code)

    @property
    def children(self) -> int:
        """Return how many children are listed under the ward's groups."""
        return sum(group.children for group in self.groups)


def zone_code(*, ward_code: str) -> str:
    """Return the code of a ward's zone."""
    return f"T{ward_code}"


def build_quarters(*, wards: Sequence[Ward], children: int, seed: int) -> tuple[Quarter, ...]:
    """Lay out every ward: groups with points, streets, border groups, and ``children`` shared
    among them.

    Points, labels and streets depend on the seed and the wards only, so a larger city of the same
    seed is the same city with more children.
    """
    weights = _ward_weights(wards=wards, seed=seed)
    counts = apportion(total=children, weights=weights)
    usual = sum(weights) / len(weights)
    neighbours = _neighbours(wards)
    by_code = {ward.code: ward for ward in wards}
    return tuple(
        _quarter(
            ward=ward,
            children=count,
            size=weight / usual,
            neighbours=[by_code[code] for code in neighbours[ward.code]],
            rng=stream(seed=seed, purpose=f"groups of {ward.code}"),
        )
        for ward, count, weight in zip(wards, counts, weights, strict=True)
    )


def zone_children(*, quarters: Sequence[Quarter]) -> dict[str, int]:
    """Return how many children live in each zone, border groups counted where they belong."""
    counts = {quarter.zone_code: 0 for quarter in quarters}
    for quarter in quarters:
        for group in quarter.groups:
            counts[group.zone_code] += group.children
    return counts


def _ward_weights(*, wards: Sequence[Ward], seed: int) -> list[float]:
    """Weigh a ward by area^0.6 times a density that falls off with the square of the way to the
    lake.

    24,000 + 500 a km² at the lake, half of it 5 km away, 500 far out. The exponent is below one
    because wards were drawn to hold comparable numbers of people. A ward then gets 0.4 to 2 times
    the usual number, as the real ones do, with a tenth up or down by chance.
    """
    rng = stream(seed=seed, purpose="ward weights")
    raw = []
    for ward in wards:
        away = kilometres(here=middle(ward.ground), there=HOAN_KIEM_LAKE) / 5
        density = 24_000 / (1 + away * away) + 500
        raw.append(ward.area_km2**0.6 * density * (0.9 + 0.2 * rng.random()))
    usual = sum(raw) / len(raw)
    return [min(max(weight / usual, _SMALLEST_SHARE), _LARGEST_SHARE) for weight in raw]


def _neighbours(wards: Sequence[Ward]) -> dict[str, list[str]]:
    """Return the codes of the wards that touch each ward, in code order; never an empty list but
    for one ward.
    """
    tree = STRtree([ward.ground for ward in wards])
    touching: dict[str, list[str]] = {}
    for place, ward in enumerate(wards):
        found = tree.query(ward.ground, predicate="intersects")
        others = sorted(wards[other].code for other in found if other != place)
        touching[ward.code] = others or _closest(ward, wards)
    return touching


def _closest(ward: Ward, wards: Sequence[Ward]) -> list[str]:
    others = [other for other in wards if other.code != ward.code]
    if not others:
        return []
    return [min(others, key=lambda other: (distance(ward.ground, other.ground), other.code)).code]


def _quarter(
    *, ward: Ward, children: int, size: float, neighbours: Sequence[Ward], rng: random.Random
) -> Quarter:
    count = min(max(round(_USUAL_GROUPS * size), _FEWEST_GROUPS), _MOST_GROUPS)
    points = spread_points(rng=rng, ground=ward.ground, count=count)
    labels = group_labels(rng=rng, count=count, urban=ward.urban)
    zones = _zones(ward=ward, points=points, neighbours=neighbours, rng=rng)
    shares = apportion(total=children, weights=[0.5 + rng.random() for _ in points])
    groups = tuple(
        Group(ward.code, label, name, zone, point, share)
        for (label, name), zone, point, share in zip(labels, zones, points, shares, strict=True)
    )
    streets = rng.sample(STREETS if ward.urban else VILLAGES, 12)
    codes = tuple(other.code for other in neighbours)
    return Quarter(ward=ward, groups=groups, streets=tuple(streets), neighbours=codes)


def _zones(
    *, ward: Ward, points: Sequence[Point], neighbours: Sequence[Ward], rng: random.Random
) -> list[str]:
    """Give every group its ward's zone, but for the odd one that goes with the ward it looks on
    to.
    """
    zones = [zone_code(ward_code=ward.code)] * len(points)
    for other in _courted(rng, neighbours):
        spots = [ShapelyPoint(point.longitude, point.latitude) for point in points]
        nearest = min(range(len(points)), key=lambda place: distance(spots[place], other.ground))
        zones[nearest] = zone_code(ward_code=other.code)
    return zones


def _courted(rng: random.Random, neighbours: Sequence[Ward]) -> Iterator[Ward]:
    """Yield the neighbours whose zone reaches across the border: none, one, rarely two."""
    chance = rng.random()
    if not neighbours or chance >= _BORDER_SHARE:
        return
    yield rng.choice(neighbours)
    if chance < _BORDER_SHARE / 4:
        yield rng.choice(neighbours)
