"""Rule sets: how facts become a band and a place in the queue of a school.

A rule set is data, so that a city can state its rules, publish their hash before the intake and
be checked against them afterwards. Nothing here knows the time of a registration or a name.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from enrol.core.documents import flag_of, list_of, object_of, text_of, texts_of
from enrol.core.model import Entry, Facts
from enrol.core.sealing import Json, canonical_json

PERMANENT = "permanent"
TEMPORARY = "temporary"
CURRENT = "current"
RESIDENCE = "residence"
POLICY_PREFIX = "policy:"

RESIDENCE_KINDS = (PERMANENT, TEMPORARY, CURRENT)
CRITERIA = ("band", "sibling", "distance", "number")

# A school to which no distance is known comes after every known one.
UNKNOWN_DISTANCE = 10**9

PriorityKey: TypeAlias = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """One band (đối tượng): a child is in the first band all of whose facts it has.

    ``requires`` holds fact names: ``permanent``, ``temporary``, ``current`` (residence of that kind
    in the zone), ``residence`` (any kind that counts in the rule set) or ``policy:<category>``.
    """

    name: str
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of an intake. Raises ValueError when they do not order every child.

    ``order`` is taken out of ``CRITERIA`` and ends with ``number``; the registration code breaks
    what is left. ``residence`` are the kinds that put a child in its zone. The last band requires
    nothing, so that every child has a band.
    """

    name: str
    version: str
    bands: tuple[Band, ...]
    order: tuple[str, ...]
    residence: tuple[str, ...]
    per_school_numbers: bool = False
    reserves: bool = True

    def __post_init__(self) -> None:
        """Refuse rules that are not total or not known."""
        for fault, found in _faults(self):
            if found:
                message = f"rule set {self.name!r}: {fault}"
                raise ValueError(message)


def _faults(rules: RuleSet) -> tuple[tuple[str, bool], ...]:
    names = [band.name for band in rules.bands]
    facts = [fact for band in rules.bands for fact in band.requires]
    return (
        ("it needs a name and a version", not rules.name or not rules.version),
        ("the last band must require nothing", not rules.bands or bool(rules.bands[-1].requires)),
        ("two bands have the same name", len(set(names)) != len(names)),
        ("a band requires an unknown fact", not all(_is_fact(fact) for fact in facts)),
        ("the order names an unknown criterion", not set(rules.order) <= set(CRITERIA)),
        ("the order repeats a criterion", len(set(rules.order)) != len(rules.order)),
        ("the order must end with the number", rules.order[-1:] != ("number",)),
        ("bands have no effect", len(rules.bands) > 1 and "band" not in rules.order),
        ("an unknown kind of residence", not set(rules.residence) <= set(RESIDENCE_KINDS)),
        ("some kind of residence must count", not rules.residence),
    )


def _is_fact(name: str) -> bool:
    is_policy = name.startswith(POLICY_PREFIX) and len(name) > len(POLICY_PREFIX)
    return is_policy or name == RESIDENCE or name in RESIDENCE_KINDS


def _has_residence(facts: Facts, kind: str) -> bool:
    # Without a known zone nobody can live "in the zone", whatever the flags say.
    if facts.zone is None:
        return False
    return (
        (kind == PERMANENT and facts.permanent_in_zone)
        or (kind == TEMPORARY and facts.temporary_in_zone)
        or (kind == CURRENT and facts.current_in_zone)
    )


def _has_fact(facts: Facts, name: str, rules: RuleSet) -> bool:
    if name.startswith(POLICY_PREFIX):
        return name.removeprefix(POLICY_PREFIX) in facts.policies
    if name == RESIDENCE:
        return is_in_zone(facts=facts, rules=rules)
    return _has_residence(facts, name)


def is_in_zone(*, facts: Facts, rules: RuleSet) -> bool:
    """Say whether the child has a kind of residence in its zone that counts (đúng tuyến)."""
    return any(_has_residence(facts, kind) for kind in rules.residence)


def band(*, facts: Facts, rules: RuleSet) -> int:
    """Return the child's band: 1 is first, the first band whose facts the child all has."""
    for rank, candidate in enumerate(rules.bands, start=1):
        if all(_has_fact(facts, name, rules) for name in candidate.requires):
            return rank
    message = "unreachable: the last band requires nothing"
    raise AssertionError(message)


def priority_key(
    *, entry: Entry, school: str, number: str, rules: RuleSet, counted: int | None = None
) -> PriorityKey:
    """Return the child's place in the queue of ``school``; the lower key goes first.

    ``counted`` is the child's band where it is known. Two keys of the same rule set always
    compare, and are equal only for the same registration.
    """
    values: list[int | str] = []
    for criterion in rules.order:
        if criterion == "band":
            values.append(band(facts=entry.facts, rules=rules) if counted is None else counted)
        elif criterion == "sibling":
            values.append(0 if school in entry.facts.sibling_schools else 1)
        elif criterion == "distance":
            values.append(dict(entry.facts.distances).get(school, UNKNOWN_DISTANCE))
        else:
            values.append(number)
    return (*values, entry.code)


def policies_that_count(*, rules: RuleSet, reserved: Iterable[str] = ()) -> frozenset[str]:
    """Return the policy categories that can change a place: those of the bands, and the reserved.

    No other category needs to stand in a published list.
    """
    named = {
        fact.removeprefix(POLICY_PREFIX)
        for item in rules.bands
        for fact in item.requires
        if fact.startswith(POLICY_PREFIX)
    }
    return frozenset(named | set(reserved if rules.reserves else ()))


def rules_to_json(rules: RuleSet) -> dict[str, Json]:
    """Return the rule set as plain data: the text whose hash is announced."""
    return {
        "name": rules.name,
        "version": rules.version,
        "bands": [{"name": band.name, "requires": list(band.requires)} for band in rules.bands],
        "order": list(rules.order),
        "residence": list(rules.residence),
        "per_school_numbers": rules.per_school_numbers,
        "reserves": rules.reserves,
    }


_RULE_KEYS = frozenset(
    {"name", "version", "bands", "order", "residence", "per_school_numbers", "reserves"}
)


def rules_from_json(value: object) -> RuleSet:
    """Return the rule set that ``rules_to_json`` wrote. Raises ValueError for anything else."""
    fields = object_of(value, what="rules", keys=_RULE_KEYS)
    return RuleSet(
        name=text_of(fields["name"], what="name"),
        version=text_of(fields["version"], what="version"),
        bands=tuple(_band_from_json(item) for item in list_of(fields["bands"], what="bands")),
        order=texts_of(fields["order"], what="order"),
        residence=texts_of(fields["residence"], what="residence"),
        per_school_numbers=flag_of(fields["per_school_numbers"], what="per_school_numbers"),
        reserves=flag_of(fields["reserves"], what="reserves"),
    )


def _band_from_json(value: object) -> Band:
    fields = object_of(value, what="band", keys={"name", "requires"})
    return Band(
        name=text_of(fields["name"], what="name"),
        requires=texts_of(fields["requires"], what="requires"),
    )


def rules_hash(rules: RuleSet) -> str:
    """Return SHA-256 of the rule set's canonical JSON as 64 hex digits."""
    return hashlib.sha256(canonical_json(rules_to_json(rules))).hexdigest()


@dataclass(frozen=True, slots=True)
class BandDescription:
    """A band as a page shows it; ``in_zone`` says whether its children live in their zone."""

    rank: int
    name: str
    requires: tuple[str, ...]
    in_zone: bool


@dataclass(frozen=True, slots=True)
class RulesDescription:
    """A rule set as a page shows it, without prose: names for the page's own translations."""

    name: str
    version: str
    hash: str
    bands: tuple[BandDescription, ...]
    order: tuple[str, ...]
    residence: tuple[str, ...]
    per_school_numbers: bool
    reserves: bool


def describe(rules: RuleSet) -> RulesDescription:
    """Return what a page needs to explain the rules; ``order`` ends with the registration code."""
    counting = {RESIDENCE, *rules.residence}
    return RulesDescription(
        name=rules.name,
        version=rules.version,
        hash=rules_hash(rules),
        bands=tuple(
            BandDescription(rank, item.name, item.requires, bool(counting & set(item.requires)))
            for rank, item in enumerate(rules.bands, start=1)
        ),
        order=(*rules.order, "code"),
        residence=rules.residence,
        per_school_numbers=rules.per_school_numbers,
        reserves=rules.reserves,
    )


HANOI_2018 = RuleSet(
    name="hanoi-2018",
    version="1",
    bands=(
        Band("DT1", (PERMANENT, CURRENT)),
        Band("DT2", (PERMANENT,)),
        Band("DT3", (CURRENT,)),
        Band("DT4"),
    ),
    order=("band", "number"),
    residence=(PERMANENT, CURRENT),
)
"""Hanoi's guidance of 2017-2018: groups DT1 to DT4 by permanent and current residence."""

RESIDENCE_2026 = RuleSet(
    name="residence-2026",
    version="1",
    bands=(Band("resident", (RESIDENCE,)), Band("other")),
    order=("band", "number"),
    residence=(PERMANENT, TEMPORARY),
)
"""Hanoi 2026-2027: the place of residence, which may be permanent or temporary."""

NEAREST_SCHOOL = RuleSet(
    name="nearest-school",
    version="1",
    bands=(Band("resident", (RESIDENCE,)), Band("other")),
    order=("band", "distance", "number"),
    residence=RESIDENCE_KINDS,
)
"""Distance from home decides; the number only between equal distances."""

LOTTERY_ONLY = RuleSet(
    name="lottery-only",
    version="1",
    bands=(Band("all"),),
    order=("number",),
    residence=RESIDENCE_KINDS,
)
"""One band for everyone; residence decides only who is in the zone."""

PRESETS = {
    rules.name: rules for rules in (HANOI_2018, RESIDENCE_2026, NEAREST_SCHOOL, LOTTERY_ONLY)
}
