"""Moving a file to the right zone: said beforehand, with what becomes of its wishes and facts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enrol.core.actors import Actor
from enrol.core.answers import Place
from enrol.core.decided import DECLARED, RESIDENCE_FACTS
from enrol.core.message_texts import FILE_MOVED
from enrol.core.review import TRANSFER_REASONS, Source
from enrol.services import composing, files_in_charge
from enrol.services.composing import Sender
from enrol.services.files_in_charge import OpenFile
from enrol.services.refusals import NotFound, Refusal
from enrol.store import (
    child_files,
    decisions,
    families,
    journal,
    messages,
    places,
    registrations,
    reviews,
    rolls,
    transfers,
)
from enrol.store.db import Transaction, transaction
from enrol.store.places import ZoneSchool
from enrol.store.rolls import SchoolName
from enrol.store.transfers import ZoneOfIntake

__all__ = ["Move", "ZoneOfIntake", "move_file", "preview", "zones_to_choose"]


class NoSuchZone(Refusal):
    """The zone takes no part in the intake, offers no school, or is the file's own."""


class ReasonMissing(Refusal):
    """A reason of the list is needed."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a move would do: the wishes before and after, and whether the family's own remain.

    ``facts`` names what the family's residences come to in the new zone (fact, yes or no).
    """

    zone: ZoneOfIntake
    before: tuple[SchoolName, ...]
    after: tuple[SchoolName, ...]
    keeps_wishes: bool
    facts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    zone: ZoneOfIntake
    from_zone_id: int
    wishes: tuple[int, ...]
    distances: tuple[int, ...]
    keeps_wishes: bool
    facts: dict[str, Any]
    dropped: tuple[str, ...]


def zones_to_choose(*, actor: Actor, code: str) -> list[ZoneOfIntake]:
    """Return the other zones of the file's intake. Raises NotFound."""
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        found = transfers.zones_of_intake(tx, intake_id=seen.file.intake_id)
        return [zone for zone in found if zone.code != seen.file.zone]


def preview(*, actor: Actor, code: str, zone: str) -> Move:
    """Return what moving the file to a zone would do; nothing is changed.

    Raises NotFound, NoSuchZone.
    """
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        plan = _plan(tx, seen=seen, zone=zone)
        both = {*seen.file.wishes, *plan.wishes}
        named = {one.school_id: one for one in rolls.school_names(tx, school_ids=list(both))}
        return Move(
            zone=plan.zone,
            before=tuple(named[one] for one in seen.file.wishes),
            after=tuple(named[one] for one in plan.wishes),
            keeps_wishes=plan.keeps_wishes,
            facts=tuple((name, bool(plan.facts[name]["value"])) for name in RESIDENCE_FACTS),
        )


def move_file(*, actor: Actor, code: str, version: int, zone: str, reason: str) -> None:
    """Move a file to another zone of its intake; it is verified there anew.

    Wishes for schools of the new zone stay in their order; when none is left, all its schools stand
    as wishes, the nearest first. What was found about residences is taken back: it was about the
    former zone. The family reads this on its page and may change its wishes while the window is
    open; what it sent and its receipt stay as they are.

    Raises NotFound, ListFrozen, FileChanged, NoSuchZone, ReasonMissing.
    """
    if reason not in TRANSFER_REASONS:
        raise ReasonMissing
    with transaction() as tx:
        seen = files_in_charge.file_to_change(tx, actor=actor, code=code, version=version)
        plan = _plan(tx, seen=seen, zone=zone)
        file = seen.file
        reviews.move_zone(
            tx,
            registration_id=file.registration_id,
            before=(plan.from_zone_id, file.wishes),
            after=(plan.zone.intake_zone_id, plan.wishes),
            distances=plan.distances,
            facts=plan.facts,
            reason=reason,
            actor=actor,
        )
        messages.stage(tx, event=FILE_MOVED, ids=[file.registration_id])
        decisions.note_undone(
            tx,
            registration_id=file.registration_id,
            version=version,
            facts=plan.dropped,
            reason="new_information",
            source=Source.OFFICER,
            actor=actor,
        )
        journal.record(
            tx,
            actor=actor,
            action="file.moved",
            intake_id=file.intake_id,
            subject=code,
            detail={"zone": zone, "zone_before": file.zone, "reason": reason},
        )


def _plan(tx: Transaction, *, seen: OpenFile, zone: str) -> _Plan:
    file = seen.file
    known = {one.code: one for one in transfers.zones_of_intake(tx, intake_id=file.intake_id)}
    if zone == file.zone or zone not in known:
        raise NoSuchZone
    _id, schools = places.zone_schools(tx, intake_id=file.intake_id, zone_code=zone)
    if not schools:
        raise NoSuchZone
    sent = json.loads(registrations.payload_of(tx, live=child_files.live_of(file)))
    homes = {kind: Place(**home) for kind, home in sent["residences"].items()}
    named = [(home.unit, home.group) for home in homes.values() if home.group]
    groups = transfers.groups_named(tx, named=named)
    child = families.child_of(tx, child_id=file.child_id)
    if child is None:
        raise NotFound
    register = {
        one.kind: (one.unit, one.group)
        for one in families.residences_of(tx, child_id=file.child_id)
    }
    home = composing.home_of(
        sender=Sender(child, register), current=homes.get("current"), groups=groups
    )
    away = {one.school_id: composing.distance_from(home=home, school=one) for one in schools}
    wishes = _wishes(file.wishes, schools=schools, away=away, most=seen.intake.max_wishes)
    zone_of = {place: group.zone for place, group in groups.items()}
    facts, dropped = _facts(file.facts, homes=homes, zone_of=zone_of, zone=zone)
    return _Plan(
        zone=known[zone],
        from_zone_id=known[file.zone].intake_zone_id,
        wishes=wishes,
        distances=tuple(-1 if away[one] is None else away[one] or 0 for one in wishes),
        keeps_wishes=any(one in away for one in file.wishes),
        facts=facts,
        dropped=dropped,
    )


def _wishes(
    wished: Sequence[int],
    *,
    schools: Sequence[ZoneSchool],
    away: Mapping[int, int | None],
    most: int,
) -> tuple[int, ...]:
    kept = tuple(one for one in wished if one in away)
    if kept:
        return kept
    nearest = sorted(
        schools, key=lambda one: (away[one.school_id] is None, away[one.school_id] or 0, one.code)
    )
    return tuple(one.school_id for one in nearest[:most])


def _facts(
    stated: Mapping[str, Any],
    *,
    homes: Mapping[str, Place],
    zone_of: Mapping[tuple[str, str], str],
    zone: str,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the facts in the new zone, and the residence facts that lost their decision."""
    facts = dict(stated)
    dropped = []
    for name in RESIDENCE_FACTS:
        home = homes.get(name.removesuffix("_in_zone"))
        fact = dict(stated[name])
        if fact["status"] != DECLARED:
            dropped.append(name)
        fact.pop("decided_by", None)
        lies_in = zone_of.get((home.unit, home.group or "")) if home is not None else None
        facts[name] = {**fact, "value": lies_in == zone, "status": DECLARED}
    return facts, tuple(dropped)
