"""Between the provisional and the final results: corrected facts, the same numbers, a new run.

A correction replaces the facts of one entry of the frozen list and nothing else, so that the child
draws under the same code with the same key: its number stays. Each has a reason out of a fixed
list. Which children end elsewhere is stated child by child, for two officers to approve.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from enrol.core.model import Entry, Facts, Placement
from enrol.core.tables import read_table, write_table

_HEADER = ("code", "reason")


class CorrectionReason(Enum):
    """Why a fact was corrected after the provisional results."""

    RESIDENCE = "residence"
    SIBLING = "sibling"
    POLICY = "policy"
    ZONE = "zone"
    DISTANCE = "distance"
    OFFICE_MISTAKE = "office_mistake"


@dataclass(frozen=True, slots=True)
class Correction:
    """The facts of one registration as they count from now on, and why."""

    code: str
    facts: Facts
    reason: CorrectionReason


@dataclass(frozen=True, slots=True)
class Change:
    """One registration that a correction leads to another school or wish."""

    code: str
    before: Placement
    after: Placement


def corrected(*, entries: Sequence[Entry], corrections: Iterable[Correction]) -> list[Entry]:
    """Return the frozen list with the corrected facts in it, in the order of ``entries``.

    Raises ValueError for a registration that is not in the list or is corrected twice, and for a
    correction that changes nothing.
    """
    facts: dict[str, Facts] = {}
    for correction in corrections:
        if correction.code in facts:
            raise ValueError(f"{correction.code} is corrected twice")
        facts[correction.code] = correction.facts
    known = {entry.code: entry.facts for entry in entries}
    for code, new in facts.items():
        if code not in known or known[code] == new:
            raise ValueError(f"{code}: nothing to correct")
    return [replace(entry, facts=facts.get(entry.code, entry.facts)) for entry in entries]


def changes(*, before: Iterable[Placement], after: Iterable[Placement]) -> list[Change]:
    """Return, in code order, who ends at another school. Raises KeyError unless both name the same.

    A band that changed without moving the child is no change of its place.
    """
    old = {item.code: item for item in before}
    return [
        Change(item.code, old[item.code], item)
        for item in sorted(after, key=lambda item: item.code)
        if item.school != old[item.code].school
    ]


def write_corrections(corrections: Iterable[Correction]) -> bytes:
    """Return code and reason of each correction, in code order; facts stand in the new list."""
    ordered = sorted(corrections, key=lambda item: item.code)
    return write_table(header=_HEADER, rows=[(item.code, item.reason.value) for item in ordered])


def read_reasons(data: bytes) -> list[tuple[str, CorrectionReason]]:
    """Return the rows that ``write_corrections`` wrote."""
    return [(code, CorrectionReason(reason)) for code, reason in read_table(data, header=_HEADER)]


def corrections_of(
    *,
    frozen: Sequence[Entry],
    counted: Sequence[Entry],
    reasons: Iterable[tuple[str, CorrectionReason]],
) -> list[Correction]:
    """Return the corrections that lead from the frozen list to the one that counted.

    Raises ValueError, naming the registration, when the lists differ in anything but facts, or
    when the reasons do not name exactly the registrations whose facts differ, in code order.
    """
    if [entry.code for entry in frozen] != [entry.code for entry in counted]:
        raise ValueError("the corrected list has other registrations than the frozen one")
    facts = {}
    for old, new in zip(frozen, counted, strict=True):
        if replace(new, facts=old.facts) != old:
            raise ValueError(f"{old.code}: more than its facts was changed")
        if new.facts != old.facts:
            facts[old.code] = new.facts
    given = list(reasons)
    if [code for code, _ in given] != sorted(facts):
        wrong = sorted({code for code, _ in given} ^ set(facts))
        raise ValueError(f"reasons do not fit the corrected facts: {', '.join(wrong[:5])}")
    return [Correction(code, facts[code], reason) for code, reason in given]
