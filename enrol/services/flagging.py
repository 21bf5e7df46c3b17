"""Warnings to officers: found by workers, zone by zone; read and dismissed by officers in charge.

A warning changes nothing about a file. It stands until what it rests on is gone or an officer
dismisses it with a reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from enrol.core.actors import Actor
from enrol.core.flags import (
    MOST_FAMILIES,
    Home,
    Kind,
    Stated,
    child_marks,
    home_marks,
    own_flags,
)
from enrol.core.names import clean_text
from enrol.services import authority, files_in_charge
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound, Refusal
from enrol.store import file_marks, flags, journal, locks, outbox, registry_answers
from enrol.store.db import Transaction, transaction
from enrol.store.file_marks import FileToMark
from enrol.store.flags import FlagLine, Found
from enrol.store.intakes import IntakeRecord

__all__ = [
    "FlagLine",
    "FlagPage",
    "ReasonNeeded",
    "dismiss",
    "find_flags",
    "flag_page",
    "flags_of_file",
    "stage_due_zones",
]

JOB = "find_flags"
EVERY = "5 minutes"
ZONES_A_PASS = 20
AT_ONCE = 500
PAGE = 50
LONGEST_REASON = 300


class ReasonNeeded(Refusal):
    """A warning is dismissed with a reason of 1 to 300 characters."""


@dataclass(frozen=True, slots=True)
class FlagPage:
    """The warnings of the officer's units; ``after`` is where the next page begins, or None."""

    intake: IntakeRecord
    lines: tuple[FlagLine, ...]
    after: int | None


def stage_due_zones() -> int:
    """Stage the zones not looked at lately, each once; returns how many. For the relay."""
    with transaction() as tx:
        due = flags.due_zones(tx, every=EVERY, limit=ZONES_A_PASS)
        outbox.stage(tx, job=JOB, queue=JOBS[JOB], arguments=due)
    return len(due)


def find_flags(*, intake_zone_id: int) -> int:
    """Look at the files of a zone that are new, changed or withdrawn; returns how many.

    Each batch is one transaction, alone in its intake: of two files that resemble each other the
    later one sees the earlier. Run twice, at once or killed, the same warnings stand. Raises
    NotFound.
    """
    looked = 0
    while True:
        with transaction() as tx:
            intake_id = registry_answers.intake_of_zone(tx, intake_zone_id=intake_zone_id)
            if intake_id is None:
                raise NotFound
            locks.lock_flags(tx, intake_id)
            withdrawn = file_marks.withdrawn_files(tx, intake_zone_id=intake_zone_id)
            files = file_marks.files_to_mark(tx, intake_zone_id=intake_zone_id, limit=AT_ONCE)
            if not files and not withdrawn:
                flags.note_round(tx, intake_zone_id=intake_zone_id)
                return looked
            _look_at(tx, intake_id=intake_id, files=files, withdrawn=withdrawn)
        looked += len(files) + len(withdrawn)


def flag_page(*, actor: Actor, intake_id: int, after: int = 0) -> FlagPage:
    """Return a page of the warnings that stand in the officer's units; the reading is journalled.

    Raises NotFound.
    """
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        found = flags.standing(
            tx,
            intake_id=intake_id,
            unit_ids=grasp.reach.unit_ids,
            after=after,
            limit=PAGE + 1,
        )
        lines = found[:PAGE]
        if lines:
            journal.record(
                tx,
                actor=actor,
                action="flags.read",
                intake_id=intake_id,
                detail={"codes": sorted({line.code for line in lines})},
            )
        return FlagPage(
            intake=grasp.intake,
            lines=tuple(lines),
            after=lines[-1].flag_id if len(found) > PAGE else None,
        )


def flags_of_file(*, actor: Actor, code: str) -> tuple[FlagLine, ...]:
    """Return the warnings that stand about a file in the officer's charge. Raises NotFound."""
    with transaction() as tx:
        file = files_in_charge.seen_file(tx, actor=actor, code=code).file
        return tuple(flags.flags_of(tx, registration_id=file.registration_id))


def dismiss(*, actor: Actor, flag_id: int, reason: str) -> str:
    """Dismiss a warning about a file in the officer's charge; returns the file's code.

    Journalled with the reason; twice is once. Raises NotFound, ReasonNeeded.
    """
    officer = authority.officer(actor)
    written = clean_text(reason)
    with transaction() as tx:
        found = flags.flag_of(tx, flag_id=flag_id)
        if found is None:
            raise NotFound
        code, kind, intake_id = found
        files_in_charge.seen_file(tx, actor=actor, code=code)
        if not 0 < len(written) <= LONGEST_REASON:
            raise ReasonNeeded
        if flags.dismiss(tx, flag_id=flag_id, staff_id=officer.staff_id, reason=written):
            journal.record(
                tx,
                actor=actor,
                action="flag.dismissed",
                intake_id=intake_id,
                subject=code,
                detail={"flag": kind, "reason": written},
            )
        return code


def _look_at(
    tx: Transaction, *, intake_id: int, files: Sequence[FileToMark], withdrawn: Sequence[int]
) -> None:
    stated = {file.registration_id: _stated(file.payload) for file in files}
    touched = set(file_marks.unmark(tx, intake_id=intake_id, ids=[*stated, *withdrawn]))
    marks = [mark for file in files for mark in _marks(file, stated[file.registration_id])]
    file_marks.mark(tx, intake_id=intake_id, files=files, marks=marks)
    touched |= {mark for _file, kind, mark, _family in marks if kind == "home"}
    found = [
        *(flag for file in files for flag in _own(file, stated[file.registration_id])),
        *_same(tx, ids=list(stated)),
        *_crowded(tx, intake_id=intake_id, marks=touched),
    ]
    # A pair that lies in this batch is found from both its sides.
    flags.keep(tx, found={(one.registration_id, one.kind, one.key): one for one in found}.values())


def _marks(file: FileToMark, stated: Stated) -> list[tuple[int, str, str, str]]:
    return [
        (file.registration_id, kind, mark, file.family_code)
        for kind, marks in (("child", child_marks(stated)), ("home", home_marks(stated)))
        for mark in sorted(marks)
    ]


def _own(file: FileToMark, stated: Stated) -> list[Found]:
    flagged = own_flags(
        stated,
        before=_stated(file.before) if file.before else None,
        registered={kind: _registered(told) for kind, told in file.registered.items()},
    )
    return [Found(file.registration_id, flag.kind.value, flag.key, {}) for flag in flagged]


def _same(tx: Transaction, *, ids: Sequence[int]) -> list[Found]:
    kind = Kind.SAME_CHILD.value
    return [
        found
        for mine, code, theirs, other in file_marks.same_children(tx, ids=ids)
        for found in (
            Found(mine, kind, other, {"code": other}),
            Found(theirs, kind, code, {"code": code}),
        )
    ]


def _crowded(tx: Transaction, *, intake_id: int, marks: Collection[str]) -> list[Found]:
    return [
        Found(file_id, Kind.CROWDED_ADDRESS.value, mark, {"families": families})
        for file_id, mark, families in file_marks.crowded(
            tx, intake_id=intake_id, marks=marks, most=MOST_FAMILIES
        )
    ]


def _stated(payload: Mapping[str, Any]) -> Stated:
    child, contact = payload["child"], payload["contact"]
    return Stated(
        full_name=child["full_name"],
        birth_on=date.fromisoformat(child["birth_on"]),
        sex=child["sex"],
        personal_id=child["personal_id"],
        phone=contact["phone"],
        guardian_name=contact["guardian_name"],
        homes={
            kind: Home(home["unit"], home["group"], home["address"])
            for kind, home in payload["residences"].items()
        },
    )


def _registered(told: Sequence[str | None]) -> Home:
    unit, group, address = told
    return Home(unit or "", group, address or "")
