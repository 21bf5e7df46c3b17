"""Moving a residential group to another zone while families register, with every file that follows.

First a preview says how many files move and which schools gain and lose; the move then does just
that, or nothing when something changed in between.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.message_texts import FILE_MOVED, INFO_ASKED
from enrol.core.names import clean_text
from enrol.services import authority, due_dates
from enrol.services.refusals import NotFound, Refusal
from enrol.services.rezoned_files import FileChange, NoSuchZone, file_changes
from enrol.store import journal, locks, messages, places, rezonings, rolls
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.journal import Noted
from enrol.store.rezonings import GroupPlace, ZoneUnit
from enrol.store.rolls import SchoolName

__all__ = [
    "Choices",
    "NoSuchZone",
    "PreviewOutdated",
    "Rezoning",
    "TextMissing",
    "choices_of",
    "move_group",
    "preview_move",
]

DAYS_TO_CHOOSE = 3
"""Working days a family has to choose again; its wishes count meanwhile."""
LONGEST_MESSAGE = 600
LONGEST_REASON = 300


class PreviewOutdated(Refusal):
    """Files came or went since the preview: look at the new numbers first."""


class TextMissing(Refusal):
    """A reason, and words to the families that must choose again, are needed."""


@dataclass(frozen=True, slots=True)
class SchoolChange:
    """How many of these files wish for a school before and after."""

    school: SchoolName
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Rezoning:
    """What moving a group does: files that follow it, of them those whose wishes are all for
    schools of the former zone; files that stay but whose residence is no longer, or newly, in their
    zone.
    """

    group: GroupPlace
    to_zone: ZoneUnit
    moved: int
    must_choose: int
    restated: int
    schools: tuple[SchoolChange, ...]

    @property
    def mark(self) -> str:
        """What the act is bound to: another mark, and nothing is done."""
        counts = [self.group.zone, self.to_zone.code, self.moved, self.must_choose, self.restated]
        changes = [f"{one.school.code}:{one.before}:{one.after}" for one in self.schools]
        return "/".join([*map(str, counts), *changes])


@dataclass(frozen=True, slots=True)
class Choices:
    """A group and the zones it may go to; files move while the list is not frozen."""

    intake: IntakeRecord
    group: GroupPlace
    zones: tuple[ZoneUnit, ...]


def choices_of(*, actor: Actor, intake_id: int, group_id: int) -> Choices:
    """Return where a group may go: the other zones the officer answers for. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        group = rezonings.group_of(tx, group_id=group_id)
        known = rezonings.zones_of(tx, intake_id=intake_id)
        if group is None or group.zone not in known or not grasp.reach.leads(group.zone_unit_id):
            raise NotFound
        return Choices(
            intake=grasp.intake,
            group=group,
            zones=tuple(
                zone
                for zone in known.values()
                if zone.code != group.zone and grasp.reach.leads(zone.unit_id)
            ),
        )


def preview_move(*, actor: Actor, intake_id: int, group_id: int, zone: str) -> Rezoning:
    """Return what moving a group to a zone would do; nothing is changed. For officers who answer
    for both zones. Raises NotFound, NoSuchZone.
    """
    with transaction() as tx:
        group, to_zone = _asked(tx, actor=actor, intake_id=intake_id, group_id=group_id, zone=zone)
        changes = file_changes(tx, group=group, to_zone=to_zone, is_locked=False)
        return _summary(tx, group=group, to_zone=to_zone, changes=changes)


def move_group(
    *,
    actor: Actor,
    intake_id: int,
    group_id: int,
    zone: str,
    mark: str,
    reason: str,
    message: str,
) -> Rezoning:
    """Move a group to another zone with exactly the files that follow it, all or nothing.

    ``message`` is told to families none of whose wishes is left: their file needs information, and
    until they choose, the schools of the new zone stand as wishes, the nearest first. Every intake
    that is announced or open is served; frozen lists never change. Under the exclusive locks of
    these intakes, by rising id: no family submits in between. Raises NotFound, NoSuchZone,
    TextMissing, PreviewOutdated.
    """
    why, said = clean_text(reason)[:LONGEST_REASON], clean_text(message)[:LONGEST_MESSAGE]
    if not why or not said:
        raise TextMissing
    with transaction() as tx:
        group, _ = _asked(tx, actor=actor, intake_id=intake_id, group_id=group_id, zone=zone)
        for one in rezonings.open_intakes(tx, zone=group.zone):
            locks.lock_intake_exclusive(tx, one)
        group, to_zone = _asked(tx, actor=actor, intake_id=intake_id, group_id=group_id, zone=zone)
        drafts = _move_drafts(tx, group=group, to_zone=to_zone)
        changes = file_changes(tx, group=group, to_zone=to_zone, is_locked=True)
        done = _summary(tx, group=group, to_zone=to_zone, changes=changes)
        if done.mark != mark:
            raise PreviewOutdated
        rezonings.move_group(tx, group_id=group_id, zone_id=to_zone.zone_id)
        if changes:
            terms = due_dates.terms_of(tx, intake_id=intake_id)
            rezonings.save_files(
                tx,
                files=[change.after for change in changes],
                message=said,
                due_on=terms.calendar.after(terms.today, DAYS_TO_CHOOSE),
                actor=actor,
            )
            _tell_families(tx, changes)
        journal.record_all(
            tx,
            actor=actor,
            noted=_noted(done, changes, intake_id=intake_id, why=why, drafts=drafts),
        )
        return done


def _tell_families(tx: Transaction, changes: Sequence[FileChange]) -> None:
    """Stage a message to each family whose file moved: to choose again, or that it did."""
    must = [one.after.registration_id for one in changes if one.after.must_choose]
    moved = [
        one.after.registration_id
        for one in changes
        if one.after.from_zone_id is not None and not one.after.must_choose
    ]
    messages.stage(tx, event=INFO_ASKED, ids=must)
    messages.stage(tx, event=FILE_MOVED, ids=moved)


def _asked(
    tx: Transaction, *, actor: Actor, intake_id: int, group_id: int, zone: str
) -> tuple[GroupPlace, ZoneUnit]:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    group = rezonings.group_of(tx, group_id=group_id)
    known = rezonings.zones_of(tx, intake_id=intake_id)
    if group is None or group.zone not in known or not grasp.reach.leads(group.zone_unit_id):
        raise NotFound
    to_zone = known.get(zone)
    if to_zone is None or zone == group.zone:
        raise NoSuchZone
    if not grasp.reach.leads(to_zone.unit_id):
        raise NotFound
    return group, to_zone


def _summary(
    tx: Transaction, *, group: GroupPlace, to_zone: ZoneUnit, changes: Collection[FileChange]
) -> Rezoning:
    moved = [change for change in changes if change.after.from_zone_id is not None]
    before = Counter(wish for change in moved for wish in change.row.wishes)
    after = Counter(wish for change in moved for wish in change.after.wishes)
    names = rolls.school_names(tx, school_ids=sorted({*before, *after}))
    return Rezoning(
        group=group,
        to_zone=to_zone,
        moved=len(moved),
        must_choose=sum(change.after.must_choose for change in changes),
        restated=len(changes) - len(moved),
        schools=tuple(
            SchoolChange(one, before[one.school_id], after[one.school_id])
            for one in sorted(names, key=lambda one: one.code)
        ),
    )


def _move_drafts(tx: Transaction, *, group: GroupPlace, to_zone: ZoneUnit) -> int:
    moved = 0
    for intake_id in rezonings.open_intakes(tx, zone=group.zone):
        _id, schools = places.zone_schools(tx, intake_id=intake_id, zone_code=to_zone.code)
        moved += rezonings.move_drafts(
            tx,
            intake_id=intake_id,
            group=group,
            to_zone=to_zone.code,
            offered=[school.code for school in schools],
        )
    return moved


def _noted(
    done: Rezoning, changes: Sequence[FileChange], *, intake_id: int, why: str, drafts: int
) -> list[Noted]:
    whole = Noted(
        action="group.moved",
        intake_id=intake_id,
        subject=f"{done.group.unit}/{done.group.label}",
        detail={
            "zone": done.to_zone.code,
            "zone_before": done.group.zone,
            "codes": done.moved,
            "must_choose": done.must_choose,
            "restated": done.restated,
            "drafts": drafts,
            "reason": why,
        },
    )
    files = [
        Noted(
            action="file.moved" if change.after.from_zone_id is not None else "file.restated",
            intake_id=change.intake_id,
            subject=change.row.code,
            detail={"zone": change.moved.zone, "zone_before": change.row.zone, "reason": why},
        )
        for change in changes
    ]
    return [whole, *files]
