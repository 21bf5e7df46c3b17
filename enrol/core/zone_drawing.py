"""Points and outlines on a small flat drawing: whole numbers, so that the page stays light."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

WIDTH = 640
MARGIN = 16
TALLEST = 640

Mark = tuple[str, float, float]
"""A name with latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A ring of a zone as (latitude, longitude) pairs."""

    zone: str
    ring: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Dot:
    """A named point of the drawing, from its upper left corner."""

    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a page draws: outlines as (zone, "x,y x,y …")."""

    width: int
    height: int
    outlines: tuple[tuple[str, str], ...]
    schools: tuple[Dot, ...]
    groups: tuple[Dot, ...]


def draw(
    *, outlines: Sequence[Outline], schools: Sequence[Mark], groups: Sequence[Mark]
) -> Drawing | None:
    """Return the drawing, north up and true to scale at its middle; None when nothing is known."""
    points = [point for outline in outlines for point in outline.ring]
    points += [(latitude, longitude) for _, latitude, longitude in (*schools, *groups)]
    if not points:
        return None
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    shrink = cos(radians((south + north) / 2))
    across, up = max((east - west) * shrink, 1e-6), max(north - south, 1e-6)
    scale = min((WIDTH - 2 * MARGIN) / across, (TALLEST - 2 * MARGIN) / up)

    def at(latitude: float, longitude: float) -> tuple[int, int]:
        x = MARGIN + (longitude - west) * shrink * scale
        return round(x), round(MARGIN + (north - latitude) * scale)

    return Drawing(
        width=WIDTH,
        height=round(up * scale) + 2 * MARGIN,
        outlines=tuple(
            (outline.zone, " ".join("{},{}".format(*at(*point)) for point in outline.ring))
            for outline in outlines
        ),
        schools=tuple(Dot(name, *at(latitude, longitude)) for name, latitude, longitude in schools),
        groups=tuple(Dot(name, *at(latitude, longitude)) for name, latitude, longitude in groups),
    )
