"""Whole numbers that add up."""

from collections.abc import Sequence


def apportion(*, total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """Split ``total`` into whole parts proportional to ``weights`` by largest remainders.

    Every part gets at least ``least``, even where the parts then add up to more than ``total``.
    Equal remainders go to the earlier part, so the answer is the same everywhere.
    """
    mass = sum(weights)
    exact = [total * weight / mass for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return _lifted(parts=parts, least=least)


def _lifted(*, parts: list[int], least: int) -> list[int]:
    """Raise small parts to ``least``, taking what that costs from the largest ones."""
    for place, part in enumerate(parts):
        if part >= least:
            continue
        parts[place] = least
        for _ in range(least - part):
            largest = max(range(len(parts)), key=parts.__getitem__)
            if parts[largest] <= least:
                break
            parts[largest] -= 1
    return parts
