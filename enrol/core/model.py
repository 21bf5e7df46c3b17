"""The records that pass between the floors: frozen, plain, and free of any library.

Codes are text and keep their leading zeros. Distances are whole metres. Nothing here
holds a name, a birth date or an address: what decides a placement is public by code.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides a child's priority, as decided at closing (DESIGN section 5).

    ``zone`` is the zone of the registration, or None while the family's residential group is
    unknown to the register. ``distances`` maps a wished school's code to whole metres from home.
    ``policies`` are policy categories (diện ưu tiên), sorted.
    """

    zone: str | None
    permanent_in_zone: bool = False
    temporary_in_zone: bool = False
    current_in_zone: bool = False
    sibling_schools: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    distances: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the frozen list: a registration as the draw and the allocation see it.

    ``family`` equals ``code`` unless twins or siblings of the same intake share a family code.
    ``wishes`` are school codes in the family's order, without repetition.
    ``submission_hash`` is 64 hex digits (see ``sealing.submission_hash``).
    """

    code: str
    family: str
    submission_hash: str
    facts: Facts
    wishes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reserve:
    """Seats of a school kept for one policy category, given back when unused."""

    policy: str
    seats: int


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """The seats one school offers in one zone of an intake (chỉ tiêu)."""

    school: str
    zone: str
    seats: int
    reserves: tuple[Reserve, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a registration ended.

    ``school`` is None when no seat was found at this stage; ``rank`` is the wish (1 is first)
    that was granted, None when the school was not among the wishes (re-routing).
    ``number`` is the lottery number that counted, 64 hex digits.
    """

    code: str
    school: str | None
    rank: int | None
    band: int
    number: str
    stage: int = 1


@dataclass(frozen=True, slots=True)
class CutOff:
    """The last admitted place of one band at one school: (band, number) and how many got in."""

    school: str
    band: int
    number: str
    admitted: int
