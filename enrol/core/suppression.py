"""Small counts taken out of tables, so that nobody can work them out from what is left.

A count below ``SMALL`` may point to single children. It is hidden, and with it (complementary
suppression) a greater one, so that the difference between a total and the shown counts tells no
more: whoever subtracts finds that each hidden count may just as well be ``SMALL`` or greater. A
nought says that there is nobody to point to, and is shown unless the caller says otherwise.

Two kinds of totals are shown, and neither couples rows with columns: the total of a row, whose
counts are protected against it, and the total of all rows, against which the rows' totals are
protected in the same way. Sums of columns add up what is shown and nothing else.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

SMALL = 5
"""The smallest count above nought that is shown."""

Shown = int | None
"""A count, or None for one that is hidden."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as shown: its total, and its parts, each of which adds up to the total.

    A row whose total is hidden shows nothing.
    """

    total: Shown
    parts: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as shown: the total of all rows, the rows, and the sums of what their parts show."""

    total: Shown
    rows: tuple[Row, ...]
    sums: tuple[tuple[int, ...], ...]


def protected_line(
    counts: Sequence[int], *, also: Collection[int] = (), hides_nought: bool = False
) -> tuple[Shown, ...] | None:
    """Return counts with the small ones taken out, safe beside their total.

    With the small counts always go those of the next greater value, all of them. So what is hidden
    is hidden by its value and not by its place: exchange any two hidden counts, and the same is
    shown. Even who runs this program on every line that fits cannot tell the small ones among the
    hidden, nor what any of them is. ``also`` are places to be hidden in any case. None when there
    is nothing to hide the small counts among: then the total must be hidden, too.
    """
    least = 0 if hides_nought else 1
    hidden = {place for place, count in enumerate(counts) if least <= count < SMALL} | set(also)
    if not hidden:
        return tuple(counts)
    rest = {count for place, count in enumerate(counts) if count and place not in hidden}
    if not rest:
        return None
    hidden |= {place for place, count in enumerate(counts) if count == min(rest)}
    return tuple(None if place in hidden else count for place, count in enumerate(counts))


def protected_table(
    rows: Sequence[Sequence[Sequence[int]]], *, hides_nought: bool = False
) -> Table:
    """Return a table of rows, each cut into parts in one or more ways, with small counts taken out.

    Every part of a row adds up to the same total. ``hides_nought`` also hides that nobody gave an
    answer, which tells something about all who answered.
    """
    totals = [sum(parts[0]) for parts in rows]
    lines = [
        [protected_line(part, hides_nought=hides_nought and bool(total)) for part in parts]
        for total, parts in zip(totals, rows, strict=True)
    ]
    unsafe = [place for place, line in enumerate(lines) if None in line]
    shown = protected_line(totals, also=unsafe)
    is_whole = shown is not None
    if shown is None:  # then there is no total to subtract from, and only empty rows are shown
        shown = tuple(None if total else 0 for total in totals)
    made = tuple(
        Row(total, tuple(part or () for part in line))
        if total is not None
        else Row(None, tuple((None,) * len(part) for part in parts))
        for total, line, parts in zip(shown, lines, rows, strict=True)
    )
    return Table(total=sum(totals) if is_whole else None, rows=made, sums=_sums(made))


def _sums(rows: Sequence[Row]) -> tuple[tuple[int, ...], ...]:
    if not rows:
        return ()
    return tuple(
        tuple(sum(count or 0 for count in counts) for counts in zip(*parts, strict=True))
        for parts in zip(*(row.parts for row in rows), strict=True)
    )
