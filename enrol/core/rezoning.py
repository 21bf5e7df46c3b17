"""What moving a residential group to another zone does to one file: decided once, purely.

A file follows the group when no other of its residences still lies in its zone. Wishes for schools
of the new zone stay with their distances; residence facts are about a zone, so they are worked out
anew and what officers found about them ends.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enrol.core.decided import DECLARED, RESIDENCE_FACTS

ELIGIBLE, INELIGIBLE = "eligible", "ineligible"
NEEDS_INFO, VERIFYING = "needs_info", "verifying"


@dataclass(frozen=True, slots=True)
class FileThere:
    """A file with a residence in the group. ``homes`` gives the zone of each kind of residence as
    it will be; a residence in no known group is left out.
    """

    zone: str
    status: str
    wishes: Sequence[int]
    distances: Sequence[int]
    facts: Mapping[str, Any]
    homes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """The file afterwards. ``lost`` are wishes that its zone no longer offers; ``dropped`` facts
    whose decision ended. ``wishes`` may be empty: then the family must choose again.
    """

    zone: str
    status: str
    wishes: tuple[int, ...]
    distances: tuple[int, ...]
    lost: tuple[int, ...]
    facts: Mapping[str, Any]
    dropped: tuple[str, ...]

    @property
    def is_without_wish(self) -> bool:
        """Tell whether no wish is left."""
        return not self.wishes


def after_move(
    file: FileThere, *, from_zone: str, to_zone: str, offered: Collection[int]
) -> Moved | None:
    """Return the file after its group went over, None when nothing about it changes.

    ``offered`` are the schools (ids) of ``to_zone``.
    """
    follows = file.zone == from_zone and from_zone not in file.homes.values()
    zone = to_zone if follows else file.zone
    facts, dropped, is_other = _facts(file, zone=zone, is_all=follows)
    if not follows and not is_other:
        return None
    kept = [
        (wish, away)
        for wish, away in zip(file.wishes, file.distances, strict=True)
        if not follows or wish in offered
    ]
    wishes = tuple(wish for wish, _ in kept)
    return Moved(
        zone=zone,
        status=_status(file.status, follows=follows, is_without_wish=not wishes),
        wishes=wishes,
        distances=tuple(away for _, away in kept),
        lost=tuple(wish for wish in file.wishes if wish not in wishes),
        facts=facts,
        dropped=dropped,
    )


def _status(before: str, *, follows: bool, is_without_wish: bool) -> str:
    if before == INELIGIBLE:
        return before
    if is_without_wish:
        return NEEDS_INFO
    if before == NEEDS_INFO:
        return before
    return VERIFYING if follows or before == ELIGIBLE else before


def _facts(
    file: FileThere, *, zone: str, is_all: bool
) -> tuple[dict[str, Any], tuple[str, ...], bool]:
    facts, dropped, is_other = dict(file.facts), [], False
    for name in RESIDENCE_FACTS:
        if name not in facts:
            continue
        value = file.homes.get(name.removesuffix("_in_zone")) == zone
        is_other |= value != facts[name]["value"]
        if not is_all and value == facts[name]["value"]:
            continue
        fact = dict(facts[name])
        if fact["status"] != DECLARED:
            dropped.append(name)
        fact.pop("decided_by", None)
        facts[name] = {**fact, "value": value, "status": DECLARED}
    return facts, tuple(dropped), is_other
