"""Charts of named bars, one below the other, as plain SVG: computed here, drawn by a macro."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 360
"""A width at which the words can be read on a phone."""
_ROW = 46
_TEXT = 16
_BAR_FROM, _BAR_HEIGHT = 22, 16
_ROOM_FOR_NUMBER = 64


@dataclass(frozen=True, slots=True)
class NamedBar:
    """One bar in the chart's units: its words stand above, its number behind it.

    ``value`` is None for a number that is not shown; then there is no bar.
    """

    name: str
    value: int | None
    text_y: int
    y: int
    width: float
    height: int
    number_x: float
    number_y: int


@dataclass(frozen=True, slots=True)
class NamedChart:
    """Bars from the longest scale that all share."""

    width: int
    height: int
    bars: tuple[NamedBar, ...]


def named_bars(values: Sequence[tuple[str, int | None]], *, top: int | None = None) -> NamedChart:
    """Return the chart of these values; ``top`` is the number whose bar takes the whole width."""
    most = max(top or max((value or 0 for _name, value in values), default=0), 1)
    room = WIDTH - _ROOM_FOR_NUMBER
    bars = []
    for place, (name, value) in enumerate(values):
        width = round(room * (value or 0) / most, 1)
        above = place * _ROW
        bars.append(
            NamedBar(
                name=name,
                value=value,
                text_y=above + _TEXT,
                y=above + _BAR_FROM,
                width=width,
                height=_BAR_HEIGHT,
                number_x=width + 6,
                number_y=above + _BAR_FROM + _BAR_HEIGHT - 3,
            )
        )
    return NamedChart(width=WIDTH, height=max(1, len(values) * _ROW), bars=tuple(bars))
