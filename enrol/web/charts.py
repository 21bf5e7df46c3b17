"""Charts as plain SVG: computed here, drawn by a macro, coloured by the style sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 400, 200
"""A size at which the numbers can be read on a phone."""
_LEFT, _RIGHT, _BOTTOM, _TOP = 54, 18, 24, 8
_GAP = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, in the chart's own units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the chart with its number, or a time below it."""

    at: float
    value: int
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over time with a scale from nought to a round number."""

    width: int
    height: int
    left: int
    ground: int
    bars: tuple[Bar, ...]
    lines: tuple[Mark, ...]
    times: tuple[Mark, ...]


def bars_over_time(
    values: Sequence[tuple[datetime, int]],
    *,
    width: int = WIDTH,
    height: int = HEIGHT,
    every: int = 15,
) -> Chart:
    """Return the chart of one bar a value; every ``every``-th instant from the end is named."""
    top = round_top(max((count for _, count in values), default=0))
    inner_height, inner_width = height - _BOTTOM - _TOP, width - _LEFT - _RIGHT
    step = inner_width / max(1, len(values))
    ground = height - _BOTTOM

    def height_of(count: int) -> float:
        return round(inner_height * count / top, 1)

    bars = tuple(
        Bar(
            x=round(_LEFT + step * (place + _GAP / 2), 1),
            y=round(ground - height_of(count), 1),
            width=round(step * (1 - _GAP), 1),
            height=height_of(count),
        )
        for place, (_, count) in enumerate(values)
        if count
    )
    lines = tuple(
        Mark(at=round(ground - height_of(value), 1), value=value) for value in (0, top // 2, top)
    )
    named = range(len(values) - 1, -1, -every)
    times = tuple(
        Mark(at=round(_LEFT + step * (place + 0.5), 1), value=place, moment=values[place][0])
        for place in named
        if place * step > _LEFT / 2  # nearer to the edge it would stand under the scale
    )
    return Chart(width, height, _LEFT, ground, bars, lines, times)


def round_top(most: int) -> int:
    """Return the smallest even number of 1, 2, 3, 4, 5, 6 or 8 times a power of ten that is no
    less."""
    if most <= 2:
        return 2
    power = 1
    while power * 10 <= most:
        power *= 10
    fitting = (factor * power for factor in (1, 2, 3, 4, 5, 6, 8, 10))
    return next(top for top in fitting if top >= most and top % 2 == 0)
