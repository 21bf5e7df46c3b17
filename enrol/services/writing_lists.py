"""Lists that officers ordered as files (``services/exporting``), written by a worker."""

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

from enrol.core.actors import Officer, System
from enrol.core.handed_files import ExportHead, WrittenFile
from enrol.core.reach import Reach
from enrol.services import authority
from enrol.services.listable import CLASSES, COLUMNS, LETTERS, refuse_beyond, school_of
from enrol.services.phones import spoken_phone
from enrol.services.ports import ExportFiles, Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.services.result_letters import letters_of_school
from enrol.store import export_rows, exports, journal, objection_rows, rolls, staff
from enrol.store.db import Statements, Transaction, statements, transaction
from enrol.store.exports import Export
from enrol.store.intakes import IntakeRecord
from enrol.store.rolls import SchoolName

__all__ = ["StillAtWork", "write_export"]

SILENT_FOR = timedelta(minutes=1)
"""A worker that gave no sign of life for so long is dead: another one starts anew."""
MOST_STARTS = 5
TELL_EVERY_SECONDS = 1.0
TELL_EVERY_ROWS = 50

T = TypeVar("T")


class StillAtWork(Refusal):
    """Another worker is alive on this order; the outbox sends it again."""


def write_export(*, export_id: int, files: ExportFiles, secrets: Secrets) -> bool:
    """Write the file of an order; True when this call wrote it.

    Rows stream from the database to the disk, so memory does not grow with them. The officer's
    reach is judged anew. Killed anywhere, run twice or at once, one file stands in the end: the
    latest start's. Raises NotFound, StillAtWork.
    """
    order = _begin(export_id)
    if order is None:
        return False
    try:
        with transaction() as tx, statements() as db:
            written, done = _written(tx, db, order, files=files, secrets=secrets)
    except NotFound:  # the officer's reach has ended since
        with transaction() as tx:
            _give_up(tx, order)
        return False
    if not _finish(order, written=written, rows=done):
        files.forget(name=written.name)
        return False
    return True


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


def _written(
    tx: Transaction, db: Statements, order: Export, *, files: ExportFiles, secrets: Secrets
) -> tuple[WrittenFile, int]:
    officer = staff.officer_of(tx, staff_id=order.asked_by)
    if officer is None:
        raise NotFound
    grasp = authority.seen_intake(tx, actor=officer, intake_id=order.intake_id)
    school = school_of(tx, grasp, order.school_id)
    refuse_beyond(grasp, kind=order.kind, school=school)
    head = _head(tx, order, officer=officer, intake=grasp.intake, school=school)
    if order.kind == LETTERS and school is not None:
        count, letters = letters_of_school(
            tx, intake_id=order.intake_id, school_id=school.school_id, secrets=secrets
        )
        telling = _Telling(db, order, count)
        return files.write_letters(head=head, letters=telling.counted(letters)), telling.done
    count, rows = _streamed(tx, order=order, reach=grasp.reach, school=school)
    telling = _Telling(db, order, count)
    return files.write(head=head, rows=telling.through(rows)), telling.done


def _streamed(
    tx: Transaction, *, order: Export, reach: Reach, school: SchoolName | None
) -> tuple[int, Iterator[tuple[Any, ...]]]:
    if order.kind == "admitted":
        wanted = [school.school_id] if school else _schools_led(tx, reach)
        return export_rows.seat_rows(
            tx, intake_id=order.intake_id, school_ids=wanted, language=order.language
        )
    if order.kind == CLASSES and school is not None:
        return export_rows.class_rows(
            tx, intake_id=order.intake_id, school_id=school.school_id, language=order.language
        )
    if order.kind == "objections":
        return objection_rows.objection_rows(
            tx, intake_id=order.intake_id, unit_ids=reach.unit_ids, language=order.language
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
        columns=COLUMNS[order.kind],
        intake=intake.name_en if is_english else intake.name,
        place="; ".join(name.name_en if is_english else name.name for name in names),
        officer=officer.full_name,
        asked_at=order.asked_at,
        is_rehearsal=intake.is_rehearsal,
    )


class _Telling:
    """Tells the officer's page now and then how many rows are written."""

    def __init__(self, db: Statements, order: Export, count: int) -> None:
        self.done = 0
        self._db = db
        self._order = order
        self._count = count
        self._told_at = 0.0
        columns = COLUMNS[order.kind]
        self._phone = columns.index("guardian_phone") if "guardian_phone" in columns else None

    def through(self, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        return (self._spoken(row) for row in self.counted(rows))

    def counted(self, rows: Iterator[T]) -> Iterator[T]:
        """Pass rows on, telling the page how many there were."""
        self._tell()
        for row in rows:
            yield row
            self.done += 1
            if self.done % TELL_EVERY_ROWS == 0:
                self._tell()

    def _spoken(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the row with its telephone number as it is read out, if it has one."""
        if self._phone is None:
            return row
        phone = spoken_phone(row[self._phone] or "")
        return (*row[: self._phone], phone, *row[self._phone + 1 :])

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
