"""The reason for each wish as plain values: kept with a second stage, shown on result pages."""

from collections.abc import Mapping, Sequence

from enrol.core.explanation import Position, Reason, WishReason

SHOWN = 3
"""A re-routed child's nearer schools that were full: so many are told, nearest first."""


def wish_values(wish: WishReason) -> dict[str, object]:
    """Return ``school``, ``rank``, ``reason`` (its word), ``own`` and ``last`` (band, sibling,
    distance, number; ``last`` may be None) and ``changes`` by criterion.
    """
    return {
        "school": wish.school,
        "rank": wish.rank,
        "reason": wish.reason.value,
        "own": _position(wish.position),
        "last": _position(wish.last),
        "changes": {change.criterion: change.value for change in wish.changes},
    }


def granted(wishes: Sequence[Mapping[str, object]]) -> Mapping[str, object] | None:
    """Return the wish that was granted, if one was."""
    return next((wish for wish in wishes if wish["reason"] == Reason.GRANTED.value), None)


def _position(position: Position | None) -> dict[str, object] | None:
    if position is None:
        return None
    return {
        "band": position.band,
        "sibling": position.sibling,
        "distance": position.distance,
        "number": position.number,
    }
