"""What if: one zone allocated twice with the same numbers, as it is and as imagined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from enrol.core.allocation import allocate_zone
from enrol.core.model import Entry, SeatPlan
from enrol.core.outcome import Totals
from enrol.core.priority import RuleSet


@dataclass(frozen=True, slots=True)
class Seated:
    """Where a child ends at stage 1: a school and the wish it is, or neither."""

    school: str | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A child that ends elsewhere."""

    code: str
    before: Seated
    after: Seated


@dataclass(frozen=True, slots=True)
class Imagined:
    """Both totals of a zone and the children that end elsewhere, in code order."""

    before: Totals
    after: Totals
    changes: tuple[Change, ...]


def imagine_zone(
    *,
    entries: Sequence[Entry],
    seat_plans: Sequence[SeatPlan],
    rules: RuleSet,
    imagined_plans: Sequence[SeatPlan],
    imagined_rules: RuleSet,
    key: bytes,
) -> Imagined:
    """Return the difference that other seats or other rules make to stage 1 of one zone.

    Both sides draw with ``key``, so what differs comes from seats and rules alone. Raises
    ValueError as ``allocate_zone`` does.
    """
    before = allocate_zone(entries=entries, seat_plans=seat_plans, rules=rules, key=key)
    after = allocate_zone(entries=entries, seat_plans=imagined_plans, rules=imagined_rules, key=key)
    pairs = (
        (old.code, Seated(old.school, old.rank), Seated(new.school, new.rank))
        for old, new in zip(before.placements, after.placements, strict=True)
    )
    changes = tuple(Change(code, old, new) for code, old, new in pairs if old != new)
    return Imagined(before=before.totals, after=after.totals, changes=changes)


def summed(totals: Iterable[Totals]) -> Totals:
    """Return the totals of several zones added up."""
    names = [field.name for field in fields(Totals)]
    counts = dict.fromkeys(names, 0)
    for one in totals:
        for name in names:
            counts[name] += getattr(one, name)
    return Totals(**counts)
