"""The straight distance between a home (or a zone) and a school, in steps of 100 metres.

Computed once, when a family submits, and recorded as a fact: the draw and the allocation only ever
see the recorded integer, so no floating-point arithmetic takes part in a placement. Lists are
published with distances in them: exact ones to three schools would say where a home is, so a
distance never leaves this module finer than ``STEP``.
"""

from math import asin, cos, floor, radians, sin, sqrt

EARTH_RADIUS = 6_371_008.8
"""Mean radius in metres (IUGG)."""

STEP = 100
"""Metres: every distance is a multiple of it."""


def metres_between(
    *, latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> int:
    """Return the great-circle distance between two WGS 84 points (haversine) in metres, rounded to
    a multiple of 100, the half upwards.
    """
    north, other_north = radians(latitude), radians(other_latitude)
    half_north = (other_north - north) / 2
    half_east = radians(other_longitude - longitude) / 2
    chord = sin(half_north) ** 2 + cos(north) * cos(other_north) * sin(half_east) ** 2
    metres = 2 * EARTH_RADIUS * asin(sqrt(min(1.0, chord)))
    return floor(metres / STEP + 0.5) * STEP
