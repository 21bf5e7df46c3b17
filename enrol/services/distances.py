"""The straight distance between a home and a school, in whole metres.

Computed once, when a family submits, and recorded as a fact: the draw and the allocation only ever
see the recorded integer, so no floating-point arithmetic takes part in a placement.
"""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS = 6_371_008.8
"""Mean radius in metres (IUGG)."""


def metres_between(
    *, latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> int:
    """Return the great-circle distance between two WGS 84 points, rounded to whole metres
    (haversine).
    """
    north, other_north = radians(latitude), radians(other_latitude)
    half_north = (other_north - north) / 2
    half_east = radians(other_longitude - longitude) / 2
    chord = sin(half_north) ** 2 + cos(north) * cos(other_north) * sin(half_east) ** 2
    return round(2 * EARTH_RADIUS * asin(sqrt(min(1.0, chord))))
