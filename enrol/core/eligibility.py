"""Whether a child may be registered in an intake, and with which wishes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum


class Refusal(str, Enum):
    """A fact that keeps a registration from being taken, in the order they are told."""

    BORN_TOO_LATE = "born_too_late"
    BORN_TOO_EARLY = "born_too_early"
    NO_WISH_GIVEN = "no_wish_given"
    TOO_MANY_WISHES_GIVEN = "too_many_wishes_given"
    WISH_REPEATED = "wish_repeated"
    WISH_OUTSIDE_ZONE = "wish_outside_zone"
    HOLDS_A_SEAT = "holds_a_seat"

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an intake asks of a registration; both birth dates are included.

    ``born_from_with_grounds`` is the earliest birth date of a child with legal grounds for late
    entry (Circular 28/2020/TT-BGDĐT art. 33: up to three years for children who are disabled,
    orphaned, of an ethnic minority, from a disadvantaged area, back from abroad or foreign); None
    when the intake knows no such grounds. Under-age children have no exception.
    """

    born_from: date
    born_until: date
    max_wishes: int
    born_from_with_grounds: date | None = None


def check(
    *,
    born_on: date,
    wishes: Sequence[str],
    zone_schools: Collection[str],
    limits: Limits,
    has_late_entry_grounds: bool = False,
    holds_a_seat: bool = False,
) -> tuple[Refusal, ...]:
    """Return every reason to refuse the registration, in the order of ``Refusal``; none is good.

    ``wishes`` are school codes in the family's order; ``zone_schools`` those the family may wish.
    ``holds_a_seat`` is said of the first round by a second one, which is not for such a child.
    """
    born_from = limits.born_from
    if has_late_entry_grounds and limits.born_from_with_grounds is not None:
        born_from = min(born_from, limits.born_from_with_grounds)
    found = {
        Refusal.BORN_TOO_LATE: born_on > limits.born_until,
        Refusal.BORN_TOO_EARLY: born_on < born_from,
        Refusal.NO_WISH_GIVEN: not wishes,
        Refusal.TOO_MANY_WISHES_GIVEN: len(wishes) > limits.max_wishes,
        Refusal.WISH_REPEATED: len(set(wishes)) != len(wishes),
        Refusal.WISH_OUTSIDE_ZONE: any(wish not in zone_schools for wish in wishes),
        Refusal.HOLDS_A_SEAT: holds_a_seat,
    }
    return tuple(refusal for refusal in Refusal if found[refusal])
