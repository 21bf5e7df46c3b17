"""Files that officers fetch: lists of registrations and of admitted children, as XLSX or CSV.

A page only takes the order; a worker writes the file, which the officer who asked fetches and
which is deleted after a day. Asking, writing and every fetching stand in the journal.
"""

from dataclasses import dataclass
from datetime import timedelta

from enrol.core.actors import Actor
from enrol.services import authority
from enrol.services.listable import (
    ALLOCATED,
    CLASSES,
    COLUMNS,
    LETTERS,
    lists_classes,
    lists_objections,
    lists_seats,
    prints_letters,
    refuse_beyond,
    school_of,
)
from enrol.services.ports import JOBS, ExportFiles
from enrol.services.refusals import NotFound, Refusal
from enrol.store import exports, intakes, journal, outbox, rolls
from enrol.store.db import Transaction, transaction
from enrol.store.exports import Export
from enrol.store.intakes import IntakeRecord
from enrol.store.rolls import SchoolName

__all__ = [
    "CLASSES",
    "FORMS",
    "LETTERS",
    "LETTER_FORM",
    "Choices",
    "Export",
    "ExportPage",
    "FileGone",
    "SchoolName",
    "ask_export",
    "choices_of",
    "export_page",
    "fetch_export",
    "forget_old",
    "stage_deleting",
]

FORMS = ("xlsx", "csv")
LETTER_FORM = "zip"
"""Letters come as PDF files of 50 letters each, in one archive."""
KEEP = timedelta(days=1)
NEWEST = 20


class FileGone(Refusal):
    """The file was deleted, as all are after a day."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the officer may ask for: whole lists of the own units, and lists of single schools.

    ``schools_with_roll`` are those whose admitted children may be listed now.
    """

    intake: IntakeRecord
    has_units: bool
    has_rolls: bool
    has_objections: bool
    has_letters: bool
    has_classes: bool
    schools: tuple[SchoolName, ...]
    schools_with_roll: frozenset[int]
    newest: tuple[Export, ...]


@dataclass(frozen=True, slots=True)
class ExportPage:
    """One order with its intake; ``school`` is None for all within reach."""

    export: Export
    intake: IntakeRecord
    school: SchoolName | None


def choices_of(*, actor: Actor, intake_id: int) -> Choices:
    """Return what the officer may ask for in an intake, and the newest orders. Raises NotFound."""
    officer = authority.officer(actor)
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        reach = grasp.reach
        schools = rolls.school_names(tx, school_ids=reach.school_ids)
        with_roll = {school.school_id for school in schools if lists_seats(grasp, school)}
        return Choices(
            intake=grasp.intake,
            has_units=bool(reach.unit_ids),
            has_rolls=bool(reach.unit_ids) and grasp.intake.phase in ALLOCATED,
            has_objections=lists_objections(grasp),
            has_letters=prints_letters(grasp),
            has_classes=lists_classes(grasp),
            schools=tuple(schools),
            schools_with_roll=frozenset(with_roll),
            newest=tuple(
                exports.newest(tx, asked_by=officer.staff_id, intake_id=intake_id, limit=NEWEST)
            ),
        )


def ask_export(
    *, actor: Actor, intake_id: int, kind: str, form: str, school_id: int | None, language: str
) -> int:
    """Order a file and return the order's id; the journal keeps who asked for what.

    Without ``school_id`` the list is of all zones (``registrations``) or all schools
    (``admitted``) of the officer's units. Raises NotFound for what lies outside the reach, or is
    not there yet.
    """
    officer = authority.officer(actor)
    if kind not in COLUMNS or form not in ((LETTER_FORM,) if kind == LETTERS else FORMS):
        raise NotFound
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        school = school_of(tx, grasp, school_id)
        refuse_beyond(grasp, kind=kind, school=school)
        export_id = exports.ask(
            tx,
            intake_id=intake_id,
            school_id=school_id,
            kind=kind,
            form=form,
            language=language,
            asked_by=officer.staff_id,
        )
        outbox.stage(tx, job="write_export", queue=JOBS["write_export"], arguments=[export_id])
        journal.record(
            tx,
            actor=actor,
            action="export.asked",
            intake_id=intake_id,
            subject=school.code if school else None,
            detail={"export": export_id, "kind": kind, "form": form},
        )
        return export_id


def export_page(*, actor: Actor, export_id: int) -> ExportPage:
    """Return an order of this officer. Raises NotFound for anybody else's."""
    with transaction() as tx:
        return _own(tx, actor=actor, export_id=export_id)


def fetch_export(*, actor: Actor, export_id: int) -> ExportPage:
    """Return an order whose file may be handed out now; the fetching is journalled.

    What has left the officer's reach since is not handed out. Raises NotFound, FileGone.
    """
    with transaction() as tx:
        page = _own(tx, actor=actor, export_id=export_id)
        if page.export.state == "deleted":
            raise FileGone
        if page.export.file is None:
            raise NotFound
        grasp = authority.seen_intake(tx, actor=actor, intake_id=page.intake.intake_id)
        refuse_beyond(grasp, kind=page.export.kind, school=page.school)
        _record(tx, actor, page.export, page.school, action="export.fetched")
        return page


def stage_deleting() -> None:
    """Let a worker, which has the files within reach, delete what is old. Idempotent."""
    with transaction() as tx:
        outbox.stage(tx, job="delete_files", queue=JOBS["delete_files"], arguments=[0])


def forget_old(*, files: ExportFiles) -> int:
    """Delete the files asked for more than a day ago; returns how many. Idempotent."""
    with transaction() as tx:
        names = exports.forget_old(tx, older_than=KEEP)
    for name in names:
        files.forget(name=name)
    files.sweep(older_than=2 * KEEP)
    return len(names)


def _own(tx: Transaction, *, actor: Actor, export_id: int) -> ExportPage:
    officer = authority.officer(actor)
    order = exports.export_of(tx, export_id=export_id)
    if order is None or order.asked_by != officer.staff_id:
        raise NotFound
    intake = intakes.intake_of(tx, intake_id=order.intake_id)
    if intake is None:
        raise NotFound
    ids = [order.school_id] if order.school_id is not None else []
    named = rolls.school_names(tx, school_ids=ids) if ids else []
    return ExportPage(export=order, intake=intake, school=named[0] if named else None)


def _record(
    tx: Transaction, actor: Actor, order: Export, school: SchoolName | None, *, action: str
) -> None:
    journal.record(
        tx,
        actor=actor,
        action=action,
        intake_id=order.intake_id,
        subject=school.code if school else None,
        detail={
            "export": order.export_id,
            "kind": order.kind,
            "rows": order.rows_done,
            "sha256": order.sha256,
        },
    )
