"""The first difference between what a bundle states and what was computed again.

Values are shown as ``name=value``, the same in every language.
"""

from collections.abc import Mapping, Sequence
from operator import eq
from typing import TypeAlias

from enrol.core.certificate import Certificate, certificate_to_json
from enrol.core.lottery import number, number_for_school
from enrol.core.model import Entry, Placement
from enrol.core.priority import RuleSet
from enrol.core.results import ZoneCutOff, ZoneWaiting
from enrol.core.roll_certificate import drawn_again
from enrol.core.verdict import Line, difference

_NOTHING = "–"

_Said: TypeAlias = tuple[str, str]
"""What is spoken of, and what is said of it."""


def number_difference(
    *, entries: Sequence[Entry], placements: Sequence[Placement], rules: RuleSet, key: bytes
) -> Line | None:
    """Return the first placement with another lottery number than its code draws, straight from
    the key and without the engine.
    """
    families = {entry.code: entry.family for entry in entries}
    if _are_drawn(families, placements, rules=rules, key=key):
        return None
    for placement in placements:
        family = families.get(placement.code)
        if family is None:
            continue  # a placement of nobody: the comparison of placements names it
        if rules.per_school_numbers and placement.school is not None:
            found = number_for_school(key=key, code=family, school=placement.school)
        else:
            found = number(key=key, code=family)
        if placement.number != found:
            code = placement.code
            return difference("number", code=code, stated=placement.number, found=found)
    return None


def _are_drawn(
    families: Mapping[str, str], placements: Sequence[Placement], *, rules: RuleSet, key: bytes
) -> bool:
    """Say whether all numbers are right, many at a time; False when that cannot be told so."""
    if rules.per_school_numbers or any(p.code not in families for p in placements):
        return False
    drawn = drawn_again(key=key, codes=(families[p.code] for p in placements))
    return all(map(eq, drawn, (p.number for p in placements)))


def placement_difference(*, stated: Sequence[Placement], found: Sequence[Placement]) -> Line | None:
    """Return the first registration, in code order, that ended elsewhere or is not named once."""
    if list(stated) == list(found):
        return None
    return _first_difference(
        "placement",
        [(placement.code, _placement_text(placement)) for placement in stated],
        [(placement.code, _placement_text(placement)) for placement in found],
    )


def _placement_text(placement: Placement) -> str:
    rank = _NOTHING if placement.rank is None else placement.rank
    return (
        f"school={placement.school or _NOTHING} wish={rank} band={placement.band}"
        f" stage={placement.stage} number={placement.number[:16]}…"
    )


def cut_off_difference(*, stated: Sequence[ZoneCutOff], found: Sequence[ZoneCutOff]) -> Line | None:
    """Return the first cut-off that is another one, or missing on one side."""
    return _first_difference("cut_off", _cut_off_texts(stated), _cut_off_texts(found))


def _cut_off_texts(cut_offs: Sequence[ZoneCutOff]) -> list[_Said]:
    return [
        (
            f"{_place_text(item.zone, item.cut_off.school)} band={item.cut_off.band}",
            f"number={item.cut_off.number} admitted={item.cut_off.admitted}",
        )
        for item in cut_offs
    ]


def waiting_difference(
    *, stated: Sequence[ZoneWaiting], found: Sequence[ZoneWaiting]
) -> Line | None:
    """Return the first place of a waiting list that is another child's, or missing on one side."""
    if list(stated) == list(found):
        return None
    return _first_difference("waiting", _waiting_texts(stated), _waiting_texts(found))


def _waiting_texts(waiting: Sequence[ZoneWaiting]) -> list[_Said]:
    return [
        (f"{_place_text(item.zone, item.waiting.school)} place={place}", code)
        for item in waiting
        for place, code in enumerate(item.waiting.codes, start=1)
    ]


def _place_text(zone: str | None, school: str) -> str:
    stage = "stage=2" if zone is None else f"stage=1 zone={zone}"
    return f"{stage} school={school}"


def _first_difference(key: str, stated: Sequence[_Said], found: Sequence[_Said]) -> Line | None:
    """Return the first place that differs: what was computed goes first, then what is too much."""
    says, is_so = dict(stated), dict(found)
    places = [place for place, _ in (*found, *stated)]
    for place in places:
        if says.get(place) != is_so.get(place):
            return _line(key, place, says.get(place, _NOTHING), is_so.get(place, _NOTHING))
    seen: set[str] = set()
    for place, value in stated:
        if place in seen:  # said twice: the second line must not hide the first
            return _line(key, place, f"2 × {value}", is_so[place])
        seen.add(place)
    return None


def _line(key: str, place: str, stated: str, found: str) -> Line:
    return difference(key, what=place, stated=stated, found=found)


def certificate_difference(*, stated: Mapping[str, object], found: Certificate) -> Line | None:
    """Return what is wrong with the placements, or the first line of the certificate that is."""
    violation = found.violation
    if violation is not None:
        named = (violation.code, violation.school, violation.other)
        told = " ".join(name for name in named if name is not None)
        return difference("violation", what=f"{violation.kind.value}: {told}")
    return _first_difference(
        "certificate",
        [(name, repr(value)) for name, value in stated.items()],
        [(name, repr(value)) for name, value in certificate_to_json(found).items()],
    )
