"""Codes and numbers that look right and can belong to nobody.

A code is a running number sent through a fixed one-to-one scrambling of the eight-digit numbers,
so no two children share one and no table of used codes is kept.
"""

import random

from enrol.training.names import Sex

MOST_CHILDREN = 1_000_000
_EIGHT_DIGITS = 100_000_000
_STRIDES = {"pupil": 61_803_399, "person": 41_421_357, "family": 73_205_081, "phone": 23_606_797}
_WRONG_DIGIT_SHARE = 0.005


def pupil_code(*, number: int, seed: int) -> str:
    """Return a pupil code (mã học sinh) of ten digits; 90 is no province, so it is no real
    pupil's.
    """
    return f"90{_scrambled(number, seed, 'pupil'):08d}"


def family_code(*, number: int, seed: int) -> str:
    """Return the code twins share, ``GD`` and eight digits, which says nothing of their pupil
    codes.
    """
    return f"GD{_scrambled(number, seed, 'family'):08d}"


def personal_id(*, number: int, seed: int, sex: Sex, rng: random.Random) -> str:
    """Return twelve digits shaped like a personal identification number (số định danh) of a child
    of 2020.

    Province (three digits), century and sex (2 boy, 3 girl), year of birth, six digits. The
    province is 9xx: the country's run from 001 to 096. One in two hundred has the wrong sex or
    year, as files do.
    """
    scrambled = _scrambled(number, seed, "person")
    province, serial = divmod(scrambled, 1_000_000)
    century, year = (2 if sex == "male" else 3), 20
    if rng.random() < _WRONG_DIGIT_SHARE:
        century, year = rng.choice(((5 - century, year), (century, 19), (century, 21)))
    return f"9{province:02d}{century}{year}{serial:06d}"


def phone(*, number: int, seed: int) -> str:
    """Return a number of the right shape under 095, a prefix whose network closed and was never
    given out again.
    """
    return f"095{_scrambled(number, seed, 'phone') % 10_000_000:07d}"


def _scrambled(number: int, seed: int, what: str) -> int:
    """Map 0 to 99,999,999 onto itself, one to one: the stride shares no factor with ten to the
    eighth.
    """
    return ((number + seed * 7_919) * _STRIDES[what] + seed) % _EIGHT_DIGITS
