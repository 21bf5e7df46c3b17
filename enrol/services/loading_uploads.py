"""What officers brought, looked at and applied by a worker.

The look is the same import as ``enrol import``, undone at its end, so that the preview is what
applying will do. Applying is one transaction: all of it or nothing. When what it would do differs
from what the officer read, because something else changed in between, nothing is applied and the
officer reads anew.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from time import monotonic
from typing import NoReturn

from enrol.core.actors import CITY_OFFICER, Actor, Officer, System
from enrol.services.import_rows import loading
from enrol.services.import_rows.faults import Fault
from enrol.services.import_rows.loading import ImportRefused, NothingToImport, TableResult
from enrol.services.import_rows.permitted import is_known, tables_for
from enrol.services.ports import UploadFolders
from enrol.services.refusals import NotFound, Refusal, StoreBusy
from enrol.store import imports, journal, staff
from enrol.store.db import Statements, Transaction, statements, transaction
from enrol.store.imports import Import

__all__ = ["StillAtWork", "apply_import", "check_import"]

MOST_FAULTS = 5_000
MOST_WARNINGS = 1_000
SILENT_FOR = timedelta(minutes=2)
"""A worker that gave no sign of life for so long is dead; writing a city's rows takes less."""
MOST_STARTS = 12
TELL_EVERY_SECONDS = 1.0


class StillAtWork(Refusal):
    """Another worker is alive on this import; the outbox sends it again."""


class _Looked(Exception):
    """Ends a look: everything is undone."""

    def __init__(self, results: tuple[TableResult, ...]) -> None:
        super().__init__()
        self.results = results


def _undo(results: tuple[TableResult, ...]) -> NoReturn:
    raise _Looked(results)


class _Overtaken(Exception):
    """Another start has this import: nothing of ours may stay."""


def check_import(*, import_id: int, folders: UploadFolders) -> bool:
    """Find out what an import would change and what is wrong with it, and keep both; True when this
    call did.

    Everything it tries is undone. Killed anywhere or run twice, one preview stands. Raises
    NotFound, StillAtWork, StoreBusy.
    """
    job = _begin(import_id, state="pending", folders=folders)
    if job is None:
        return False
    notes = _Notes()
    with _released(job):
        try:
            with transaction() as tx:
                results, _officer = _load(tx, job, folders=folders, notes=notes)
                _undo(results)
        except _Looked as looked:
            return _keep_preview(job, looked.results, notes=notes)
        except ImportRefused as refusal:
            return _refuse(job, refusal.faults, notes=notes, folders=folders)
        except (NothingToImport, NotFound, OSError):
            return _fail(job, folders=folders)


def apply_import(*, import_id: int, folders: UploadFolders) -> bool:
    """Apply an import that its officer has ordered, in one transaction; True when this call did.

    The mark that it is applied is part of that transaction, so it is applied once, whatever dies.
    Raises NotFound, StillAtWork, StoreBusy.
    """
    job = _begin(import_id, state="ordered", folders=folders)
    if job is None:
        return False
    notes = _Notes()
    with _released(job):
        try:
            with transaction() as tx:
                results, officer = _load(tx, job, folders=folders, notes=notes)
                if _as_json(results) != list(job.tables):
                    _undo(results)
                _mark_applied(tx, job, results=results, officer=officer)
        except _Looked as moved:
            return _keep_preview(job, moved.results, notes=notes, has_moved=True)
        except ImportRefused as refusal:
            return _refuse(job, refusal.faults, notes=notes, folders=folders)
        except _Overtaken:
            return False
        except (NothingToImport, NotFound, OSError):
            return _fail(job, folders=folders)
    folders.forget(folder=job.folder or "")
    return True


def _begin(import_id: int, *, state: str, folders: UploadFolders) -> Import | None:
    with transaction() as tx:
        job = imports.import_of(tx, import_id=import_id)
        if job is None:
            raise NotFound
        if job.state not in (state, imports.NEXT[state]):
            return None
        if job.epoch < MOST_STARTS:
            if not imports.begin(tx, import_id=import_id, state=state, silent_for=SILENT_FOR):
                raise StillAtWork
            return imports.import_of(tx, import_id=import_id)
    _fail(job, folders=folders)
    return None


@contextmanager
def _released(job: Import) -> Iterator[None]:
    """Let the next worker begin at once when this one cannot go on."""
    try:
        yield
    except StoreBusy:
        with transaction() as tx:
            imports.release(tx, import_id=job.import_id, epoch=job.epoch)
        raise


def _load(
    tx: Transaction, job: Import, *, folders: UploadFolders, notes: "_Notes"
) -> tuple[tuple[TableResult, ...], Officer]:
    officer = staff.officer_of(tx, staff_id=job.asked_by)
    if officer is None:
        raise NotFound
    known = set(tables_for(tx, officer=officer))
    if not all(is_known(str(file[0]), tables=known, officer=officer) for file in job.files):
        raise NotFound
    is_citys = officer.has_role(CITY_OFFICER)
    with statements() as db:
        telling = _Telling(db, job)
        reading = loading.read_into(
            tx,
            files=folders.open(folder=job.folder or ""),
            warn=notes,
            listen=telling,
            most_faults=MOST_FAULTS,
            within=None if is_citys else staff.reach_of(tx, officer=officer).unit_ids,
        )
        return loading.write_all(tx, reading=reading, actor=officer, listen=telling), officer


def _keep_preview(
    job: Import,
    results: tuple[TableResult, ...],
    *,
    notes: "_Notes",
    has_moved: bool = False,
) -> bool:
    with transaction() as tx:
        kept = imports.move(
            tx,
            import_id=job.import_id,
            epoch=job.epoch,
            state="checked",
            tables=_as_json(results),
            warnings=notes.heard,
            has_moved=has_moved,
        )
        if kept:
            imports.save_faults(tx, import_id=job.import_id, faults=notes.lines())
        return kept


def _refuse(
    job: Import, faults: Sequence[Fault], *, notes: "_Notes", folders: UploadFolders
) -> bool:
    with transaction() as tx:
        kept = imports.move(
            tx,
            import_id=job.import_id,
            epoch=job.epoch,
            state="refused",
            bad_rows=len(faults),
            warnings=notes.heard,
        )
        if kept:
            bad = [(False, fault.file, fault.line, fault.reason) for fault in faults]
            imports.save_faults(tx, import_id=job.import_id, faults=[*bad, *notes.lines()])
    if kept:
        folders.forget(folder=job.folder or "")
    return kept


def _fail(job: Import, *, folders: UploadFolders) -> bool:
    with transaction() as tx:
        kept = imports.move(tx, import_id=job.import_id, epoch=job.epoch, state="failed")
        if kept:
            _record(tx, System(), job.import_id, "import.failed")
    if kept:
        folders.forget(folder=job.folder or "")
    return False


def _mark_applied(
    tx: Transaction, job: Import, *, results: tuple[TableResult, ...], officer: Officer
) -> None:
    kept = imports.move(
        tx,
        import_id=job.import_id,
        epoch=job.epoch,
        state="applied",
        tables=_as_json(results),
    )
    if not kept:
        raise _Overtaken
    _record(tx, officer, job.import_id, "import.applied")


def _as_json(results: Sequence[TableResult]) -> list[dict[str, object]]:
    return [asdict(result) for result in results]


def _record(tx: Transaction, actor: Actor, import_id: int, action: str) -> None:
    journal.record(tx, actor=actor, action=action, detail={"import": import_id})


class _Notes:
    """Keeps the first warnings and counts all."""

    def __init__(self) -> None:
        self.heard = 0
        self._kept: list[Fault] = []

    def __call__(self, fault: Fault) -> None:
        self.heard += 1
        if len(self._kept) < MOST_WARNINGS:
            self._kept.append(fault)

    def lines(self) -> list[tuple[bool, str, int, str]]:
        return [(True, fault.file, fault.line, fault.reason) for fault in self._kept]


class _Telling:
    """Tells the officer's page now and then which table is read and how far."""

    def __init__(self, db: Statements, job: Import) -> None:
        self._db = db
        self._job = job
        self._table = ""
        self._told_at = 0.0

    def __call__(self, table: str, rows: int) -> None:
        now = monotonic()
        if table == self._table and now - self._told_at < TELL_EVERY_SECONDS:
            return
        self._table, self._told_at = table, now
        imports.advance(
            self._db,
            import_id=self._job.import_id,
            epoch=self._job.epoch,
            reading=table,
            rows_read=rows,
        )
