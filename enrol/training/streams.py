"""Chance that repeats: one independent stream a purpose, fixed by the seed alone."""

import random


def stream(*, seed: int, purpose: str) -> random.Random:
    """Return the generator of one purpose, such as ``children of 00004``.

    A stream a purpose keeps the city stable: another draw added for the schools moves no child.
    Text seeds go through SHA-512 inside ``random``, so the hash seed of the process plays no part.
    """
    return random.Random(f"enrol training city, seed {seed}, {purpose}")
