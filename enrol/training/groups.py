"""Labels of residential groups: numbers mostly, letters and tower blocks here and there."""

import random

from enrol.training.streets import TOWER_PREFIXES, VILLAGES

_NAMED_VILLAGES_SHARE = 0.6


def group_labels(*, rng: random.Random, count: int, urban: bool) -> list[tuple[str, str]]:
    """Return ``count`` pairs of label and name, no label twice within the ward."""
    if urban:
        return _street_groups(rng, count)
    if rng.random() < _NAMED_VILLAGES_SHARE and count <= len(VILLAGES):
        return [(village, f"Thôn {village}") for village in rng.sample(VILLAGES, count)]
    return [(str(number), f"Thôn {number}") for number in range(1, count + 1)]


def _street_groups(rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Number the groups, split one or two into A and B, and name a few after their tower."""
    towers = rng.sample(range(1, 10), rng.randrange(0, 5))
    labels = [f"{rng.choice(TOWER_PREFIXES)}{number}" for number in sorted(towers)]
    split = set(rng.sample(range(3, count), rng.randrange(0, 3)))
    number = 0
    numbered: list[str] = []
    while len(numbered) < count - len(labels):
        number += 1
        numbered += [f"{number}A", f"{number}B"] if number in split else [str(number)]
    numbered = numbered[: count - len(labels)]
    return [(label, f"Tổ dân phố số {label}") for label in numbered] + [
        (label, f"Tòa {label}") for label in labels
    ]
