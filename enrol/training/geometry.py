"""Points, distances and areas around Hanoi, in degrees of WGS 84 and kilometres.

The city is 100 km across, so a flat map scaled at its middle is right to a few tenths of a per
cent. Only the four operations and square roots are used: they round the same way on every machine.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from shapely import contains_xy, prepare
from shapely.geometry import MultiPolygon, Polygon

KM_PER_DEGREE_NORTH = 110.72
KM_PER_DEGREE_EAST = 103.93  # on the parallel of 21° north
_TRIES_IN_BOX = 400
_TRIES_NEARBY = 12
_SPREAD_CANDIDATES = 6


class Point(NamedTuple):
    """A place, rounded to six decimals of a degree (about 10 cm), as it is written to the files."""

    latitude: float
    longitude: float


HOAN_KIEM_LAKE = Point(latitude=21.0287, longitude=105.8524)


def kilometres(*, here: Point, there: Point) -> float:
    """Return the straight distance between two points of the city."""
    north = (here.latitude - there.latitude) * KM_PER_DEGREE_NORTH
    east = (here.longitude - there.longitude) * KM_PER_DEGREE_EAST
    return math.sqrt(north * north + east * east)


def area_km2(ground: Polygon | MultiPolygon) -> float:
    """Return the area of a ward or commune in square kilometres."""
    return float(ground.area) * KM_PER_DEGREE_NORTH * KM_PER_DEGREE_EAST


def middle(ground: Polygon | MultiPolygon) -> Point:
    """Return a point well inside the ground (the centroid of a bent ward may lie outside)."""
    inside = ground.representative_point()
    return Point(latitude=round(inside.y, 6), longitude=round(inside.x, 6))


def spread_points(*, rng: random.Random, ground: Polygon | MultiPolygon, count: int) -> list[Point]:
    """Return ``count`` points inside the ground that keep away from one another.

    Each is the candidate farthest from those before it (Mitchell's best-candidate sampling, 1991).
    """
    prepare(ground)
    points: list[Point] = []
    for _ in range(count):
        candidates = [_anywhere(rng, ground) for _ in range(_SPREAD_CANDIDATES)]
        points.append(max(candidates, key=_remoteness(points)))
    return points


def nearby_point(
    *, rng: random.Random, ground: Polygon | MultiPolygon, around: Point, reach_km: float
) -> Point:
    """Return a point inside the ground about ``reach_km`` from ``around``, which must lie inside
    too.

    After a few misses the reach shrinks; after the last one the answer is ``around`` itself, so
    that the work is bounded however narrow the ground is.
    """
    for attempt in range(_TRIES_NEARBY):
        reach = reach_km / (1 + attempt // 3)
        point = Point(
            latitude=round(around.latitude + _bell(rng) * reach / KM_PER_DEGREE_NORTH, 6),
            longitude=round(around.longitude + _bell(rng) * reach / KM_PER_DEGREE_EAST, 6),
        )
        if contains_xy(ground, point.longitude, point.latitude):
            return point
    return around


def hexagons(*, count: int, cell_km2: float) -> Iterator[Polygon]:
    """Yield cells of a honeycomb around the lake, ring by ring outwards."""
    radius = math.sqrt(cell_km2 * 2 / (3 * math.sqrt(3)))
    for step, (column, row) in enumerate(_spiral()):
        if step == count:
            return
        east = radius * 1.5 * column
        north = radius * math.sqrt(3) * (row + column / 2)
        yield _hexagon(east, north, radius)


def _hexagon(east: float, north: float, radius: float) -> Polygon:
    half, height = radius / 2, radius * math.sqrt(3) / 2
    corners = [(radius, 0.0), (half, height), (-half, height)]
    corners += [(-radius, 0.0), (-half, -height), (half, -height)]
    return Polygon(
        [
            (
                round(HOAN_KIEM_LAKE.longitude + (east + x) / KM_PER_DEGREE_EAST, 6),
                round(HOAN_KIEM_LAKE.latitude + (north + y) / KM_PER_DEGREE_NORTH, 6),
            )
            for x, y in corners
        ]
    )


def _spiral() -> Iterator[tuple[int, int]]:
    """Walk a hexagonal grid in rings: the middle, its 6 neighbours, the next 12, and so on."""
    yield 0, 0
    ring = 0
    while True:
        ring += 1
        column, row = 0, ring
        for step in ((1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1), (1, 0)):
            for _ in range(ring):
                yield column, row
                column, row = column + step[0], row + step[1]


def _anywhere(rng: random.Random, ground: Polygon | MultiPolygon) -> Point:
    west, south, east, north = ground.bounds
    for _ in range(_TRIES_IN_BOX):
        longitude = round(west + (east - west) * rng.random(), 6)
        latitude = round(south + (north - south) * rng.random(), 6)
        if contains_xy(ground, longitude, latitude):
            return Point(latitude=latitude, longitude=longitude)
    return middle(ground)


def _remoteness(others: Sequence[Point]) -> Callable[[Point], float]:
    def nearest(point: Point) -> float:
        return min((kilometres(here=point, there=other) for other in others), default=0.0)

    return nearest


def _bell(rng: random.Random) -> float:
    """Return a number around 0, mostly within 1: the sum of four even draws, near enough to a
    normal.
    """
    return rng.random() + rng.random() + rng.random() + rng.random() - 2
