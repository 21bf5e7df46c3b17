"""Files that officers fetch: lists of registrations and of admitted children, as XLSX or CSV.

A page only takes the order; a worker writes the file, which the officer who asked fetches and
which is deleted after a day. Asking, writing and every fetching stand in the journal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from enrol.core.actors import Actor, Officer, System
from enrol.core.handed_files import ExportHead, WrittenFile
from enrol.core.intake import Phase
from enrol.core.reach import Reach
from enrol.services import authority
from enrol.services.authority import Grasp
from enrol.services.phones import spoken_phone
from enrol.services.ports import JOBS, ExportFiles
from enrol.services.refusals import NotFound, Refusal
from enrol.store import export_rows, exports, intakes, journal, outbox, rolls, staff
from enrol.store.db import Statements, Transaction, statements, transaction
from enrol.store.exports import Export
from enrol.store.intakes import IntakeRecord
from enrol.store.rolls import SchoolName

__all__ = [
    "FORMS",
    "Choices",
    "Export",
    "ExportPage",
    "FileGone",
    "SchoolName",
    "StillAtWork",
    "ask_export",
    "choices_of",
    "export_page",
    "fetch_export",
    "forget_old",
    "stage_deleting",
    "write_export",
]

FORMS = ("xlsx", "csv")
KEEP = timedelta(days=1)
SILENT_FOR = timedelta(minutes=1)
"""A worker that gave no sign of life for so long is dead: another one starts anew."""
MOST_STARTS = 5
NEWEST = 20
TELL_EVERY_SECONDS = 1.0

_ALLOCATED = (Phase.ALLOCATED, Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)
_PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


class StillAtWork(Refusal):
    """Another worker is alive on this order; the outbox sends it again."""


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
        with_roll = {school.school_id for school in schools if _lists_seats(grasp, school)}
        return Choices(
            intake=grasp.intake,
            has_units=bool(reach.unit_ids),
            has_rolls=bool(reach.unit_ids) and grasp.intake.phase in _ALLOCATED,
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
    if kind not in export_rows.COLUMNS or form not in FORMS:
        raise NotFound
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        school = _school_of(tx, grasp, school_id)
        _refuse_beyond(grasp, kind=kind, school=school)
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
        _refuse_beyond(grasp, kind=page.export.kind, school=page.school)
        _record(tx, actor, page.export, page.school, action="export.fetched")
        return page


def write_export(*, export_id: int, files: ExportFiles) -> bool:
    """Write the file of an order; True when this call wrote it.

    Rows stream from the database to the disk, so memory does not grow with them. The officer's
    reach is judged anew. Killed anywhere, run twice or at once, one file stands in the end: the
    latest start's. Raises NotFound, StillAtWork.
    """
    order = _begin(export_id)
    if order is None:
        return False
    try:
        with transaction() as tx:
            head, count, rows = _content(tx, order)
            with statements() as db:
                telling = _Telling(db, order, count)
                written = files.write(head=head, rows=telling.through(rows))
    except NotFound:  # the officer's reach has ended since
        with transaction() as tx:
            _give_up(tx, order)
        return False
    if not _finish(order, written=written, rows=telling.done):
        files.forget(name=written.name)
        return False
    return True


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


def _begin(export_id: int) -> Export | None:
    with transaction() as tx:
        order = exports.export_of(tx, export_id=export_id)
        if order is None:
            raise NotFound
        if order.is_over:
            return None
        if order.epoch >= MOST_STARTS:
            _give_up(tx, order)
            return None
        if exports.begin(tx, export_id=export_id, silent_for=SILENT_FOR) is None:
            raise StillAtWork
        return exports.export_of(tx, export_id=export_id)


def _give_up(tx: Transaction, order: Export) -> None:
    exports.fail(tx, export_id=order.export_id)
    journal.record(
        tx,
        actor=System(),
        action="export.failed",
        intake_id=order.intake_id,
        detail={"export": order.export_id},
    )


def _finish(order: Export, *, written: WrittenFile, rows: int) -> bool:
    with transaction() as tx:
        is_mine = exports.finish(
            tx,
            export_id=order.export_id,
            epoch=order.epoch,
            file=written.name,
            size=written.size,
            sha256=written.sha256,
            rows=rows,
        )
        if is_mine:
            journal.record(
                tx,
                actor=System(),
                action="export.written",
                intake_id=order.intake_id,
                detail={
                    "export": order.export_id,
                    "kind": order.kind,
                    "rows": rows,
                    "sha256": written.sha256,
                },
            )
        return is_mine


def _content(tx: Transaction, order: Export) -> tuple[ExportHead, int, Iterator[tuple[Any, ...]]]:
    officer = staff.officer_of(tx, staff_id=order.asked_by)
    if officer is None:
        raise NotFound
    grasp = authority.seen_intake(tx, actor=officer, intake_id=order.intake_id)
    school = _school_of(tx, grasp, order.school_id)
    _refuse_beyond(grasp, kind=order.kind, school=school)
    count, rows = _streamed(tx, order=order, reach=grasp.reach, school=school)
    return _head(tx, order, officer=officer, intake=grasp.intake, school=school), count, rows


def _streamed(
    tx: Transaction, *, order: Export, reach: Reach, school: SchoolName | None
) -> tuple[int, Iterator[tuple[Any, ...]]]:
    if order.kind == "admitted":
        wanted = [school.school_id] if school else _schools_led(tx, reach)
        return export_rows.seat_rows(
            tx, intake_id=order.intake_id, school_ids=wanted, language=order.language
        )
    return export_rows.zone_rows(
        tx,
        intake_id=order.intake_id,
        # A school sees the names of its own ward's children only.
        unit_ids=[school.unit_id] if school else reach.unit_ids,
        wished_first=school.school_id if school else None,
        language=order.language,
    )


def _schools_led(tx: Transaction, reach: Reach) -> list[int]:
    named = rolls.school_names(tx, school_ids=reach.school_ids)
    return [school.school_id for school in named if reach.leads(school.unit_id)]


def _head(
    tx: Transaction,
    order: Export,
    *,
    officer: Officer,
    intake: IntakeRecord,
    school: SchoolName | None,
) -> ExportHead:
    is_english = order.language == "en"
    names = [school] if school else staff.places_of(tx, officer=officer)
    return ExportHead(
        number=order.export_id,
        kind=order.kind,
        form=order.form,
        language=order.language,
        columns=export_rows.COLUMNS[order.kind],
        intake=intake.name_en if is_english else intake.name,
        place="; ".join(name.name_en if is_english else name.name for name in names),
        officer=officer.full_name,
        asked_at=order.asked_at,
        is_rehearsal=intake.is_rehearsal,
    )


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


def _school_of(tx: Transaction, grasp: Grasp, school_id: int | None) -> SchoolName | None:
    if school_id is None:
        return None
    if not grasp.reach.holds_school(school_id):
        raise NotFound
    return rolls.school_names(tx, school_ids=[school_id])[0]


def _refuse_beyond(grasp: Grasp, *, kind: str, school: SchoolName | None) -> None:
    if school is None:
        if not grasp.reach.unit_ids:
            raise NotFound
        if kind == "admitted" and grasp.intake.phase not in _ALLOCATED:
            raise NotFound
        return
    if not grasp.reach.holds_school(school.school_id):
        raise NotFound
    if kind == "admitted" and not _lists_seats(grasp, school):
        raise NotFound


def _lists_seats(grasp: Grasp, school: SchoolName) -> bool:
    """A unit lists its schools' children once all runs are done, a school once published."""
    leads = grasp.reach.leads(school.unit_id)
    return grasp.intake.phase in (_ALLOCATED if leads else _PUBLISHED)


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


class _Telling:
    """Tells the officer's page now and then how many rows are written."""

    def __init__(self, db: Statements, order: Export, count: int) -> None:
        self.done = 0
        self._db = db
        self._order = order
        self._count = count
        self._told_at = 0.0
        self._phone = export_rows.COLUMNS[order.kind].index("guardian_phone")

    def through(self, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        self._tell()
        for row in rows:
            phone = spoken_phone(row[self._phone] or "")
            yield (*row[: self._phone], phone, *row[self._phone + 1 :])
            self.done += 1
            if self.done % export_rows.BATCH == 0:
                self._tell()

    def _tell(self) -> None:
        now = monotonic()
        if now - self._told_at < TELL_EVERY_SECONDS:
            return
        self._told_at = now
        exports.advance(
            self._db,
            export_id=self._order.export_id,
            epoch=self._order.epoch,
            done=self.done,
            of=max(self._count, self.done),
        )
