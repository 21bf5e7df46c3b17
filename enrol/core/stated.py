"""Facts as a family states them: what decides priority, each with where it comes from.

Each fact is ``{"value": …, "status": "declared", "source": "register" | "family"}``; an officer
may later make it *verified* or *contradicted* (DESIGN section 5: facts, not ranks, are recorded).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from enrol.core.answers import Answers, Place
from enrol.core.sealing import Json

DECLARED = "declared"
REGISTER = "register"
FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows of a child: (ward, group) of each residence, sibling's school,
    policies.
    """

    in_register: bool
    places: Mapping[str, tuple[str | None, str | None]]
    sibling_school: str | None
    policies: tuple[str, ...]


def stated_facts(
    *, answers: Answers, known: Known, zone_of: Mapping[tuple[str, str], str]
) -> dict[str, Json]:
    """Return the facts of a submission. ``zone_of`` maps (ward code, group label) to a zone
    code.
    """
    facts: dict[str, Json] = {
        f"{kind}_in_zone": _fact(_zone(place, zone_of) == answers.zone, _agrees(kind, place, known))
        for kind, place in (
            ("permanent", answers.permanent),
            ("temporary", answers.temporary),
            ("current", answers.current),
        )
    }
    sibling = answers.sibling_school
    facts["sibling_schools"] = _fact([sibling] if sibling else [], sibling == known.sibling_school)
    facts["policies"] = _fact(list(known.policies), agrees=True)
    return facts


def needs_verification(
    *,
    answers: Answers,
    known: Known,
    zone_of: Mapping[tuple[str, str], str],
    zones: Collection[str],
) -> bool:
    """Say whether an officer must look: unknown child, unlisted group, or a statement unlike the
    register.
    """
    if not known.in_register:
        return True
    if any(
        place.group is None or (place.unit, place.group) not in zone_of
        for _, place in answers.places
    ):
        return True
    if answers.zone not in zones:
        return True
    named = dict(answers.places)
    kinds = set(named) | {kind for kind, (unit, _) in known.places.items() if unit}
    return not all(_agrees(kind, named.get(kind), known) for kind in sorted(kinds))


def _fact(value: Json, agrees: bool) -> Json:
    return {"value": value, "status": DECLARED, "source": REGISTER if agrees else FAMILY}


def _agrees(kind: str, place: Place | None, known: Known) -> bool:
    registered = known.places.get(kind, (None, None))
    return registered == ((place.unit, place.group) if place else (None, None))


def _zone(place: Place | None, zone_of: Mapping[tuple[str, str], str]) -> str | None:
    if place is None or place.group is None:
        return None
    return zone_of.get((place.unit, place.group))
