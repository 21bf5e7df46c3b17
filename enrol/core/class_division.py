"""Dividing the children of a school among its classes: balanced, and the same whoever does it.

The rule needs neither chance nor a clock. Children stand in one total order (name as on a class
list, then registration code); girls are dealt out class after class, boys go on where the girls
ended. So sizes differ by at most one, and so do girls and boys.

Children of one family stay together when that is asked for: families are seated first, the largest
first, each in the class whose balance it disturbs least; the others fill what is left. Sizes come
before families: one that fits into no class any more is dealt out like everybody, and named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_CLASSES = 30
"""A school with more first classes has mistyped the number."""


class Sex(StrEnum):
    """As the register states it."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child with a seat. ``name_key`` is that of ``names.sort_key``; ``family`` is None for a
    child without brothers or sisters in the register.
    """

    code: str
    name_key: str
    sex: Sex
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Division:
    """Each class's codes in the order of a class list, and the families that had to be parted."""

    classes: tuple[tuple[str, ...], ...]
    parted: tuple[str, ...]


def divide(pupils: Iterable[Pupil], *, classes: int, keep_families: bool) -> Division:
    """Return the division into this many classes; the order of ``pupils`` does not matter.

    Sizes differ by at most one, larger classes first. Girls differ by at most one as well, as far
    as families that stay together allow it. Raises ValueError for a number of classes out of
    bounds, for fewer children than classes, and for a code that stands twice.
    """
    ordered = sorted(pupils, key=_order)
    if not 1 <= classes <= MOST_CLASSES or len(ordered) < classes:
        raise ValueError(f"{len(ordered)} children cannot be divided into {classes} classes")
    if len({pupil.code for pupil in ordered}) != len(ordered):
        raise ValueError("a code stands twice")
    rooms = _rooms(ordered, classes)
    families = _families(ordered) if keep_families else []
    parted = tuple(name for name, members in families if not _seat_family(rooms, members))
    seated = {pupil.code for room in rooms for pupil in room.pupils}
    for sex in Sex:
        for pupil in ordered:
            if pupil.sex is sex and pupil.code not in seated:
                _seat_child(rooms, pupil)
    return Division(
        classes=tuple(tuple(one.code for one in sorted(room.pupils, key=_order)) for room in rooms),
        parted=parted,
    )


def class_names(*, classes: int, grade: int = 1) -> tuple[str, ...]:
    """Return the usual names of the classes of a grade: 1A1, 1A2 …"""
    return tuple(f"{grade}A{number}" for number in range(1, classes + 1))


class _Room:
    """A class while it fills; ``free`` counts its places by sex as they would be in balance."""

    def __init__(self, free: Mapping[Sex, int]) -> None:
        self.pupils: list[Pupil] = []
        self.free = dict(free)

    @property
    def places(self) -> int:
        return sum(self.free.values())

    def excess(self, members: Sequence[Pupil]) -> int:
        """Return how many of these children the class would have above its balance."""
        counts = (sum(1 for one in members if one.sex is sex) - self.free[sex] for sex in Sex)
        return sum(max(0, count) for count in counts)

    def take(self, members: Sequence[Pupil]) -> None:
        self.pupils.extend(members)
        for one in members:
            self.free[one.sex] -= 1


def _order(pupil: Pupil) -> tuple[str, str]:
    return pupil.name_key, pupil.code


def _rooms(pupils: Sequence[Pupil], classes: int) -> list[_Room]:
    girls = sum(1 for pupil in pupils if pupil.sex is Sex.FEMALE)
    shares = [{Sex.FEMALE: 0, Sex.MALE: 0} for _ in range(classes)]
    for number in range(len(pupils)):
        shares[number % classes][Sex.FEMALE if number < girls else Sex.MALE] += 1
    return [_Room(share) for share in shares]


def _families(pupils: Sequence[Pupil]) -> list[tuple[str, list[Pupil]]]:
    """Return who has brothers or sisters here: the largest families first, then by name."""
    found: dict[str, list[Pupil]] = {}
    for pupil in pupils:
        if pupil.family is not None:
            found.setdefault(pupil.family, []).append(pupil)
    several = [(name, members) for name, members in found.items() if len(members) > 1]
    return sorted(several, key=lambda family: (-len(family[1]), _order(family[1][0])))


def _seat_family(rooms: Sequence[_Room], members: Sequence[Pupil]) -> bool:
    fitting = [room for room in rooms if room.places >= len(members)]
    if not fitting:
        return False
    min(fitting, key=lambda room: (room.excess(members), -room.places)).take(members)
    return True


def _seat_child(rooms: Sequence[_Room], pupil: Pupil) -> None:
    def fullness(room: _Room) -> tuple[bool, int, int]:
        alike = sum(1 for one in room.pupils if one.sex is pupil.sex)
        return room.free[pupil.sex] <= 0, alike, len(room.pupils)

    min((room for room in rooms if room.places > 0), key=fullness).take([pupil])
