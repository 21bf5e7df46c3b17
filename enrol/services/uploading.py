"""Imports through the screen: an officer brings files, reads what they would change, orders it.

A worker does the rest (``services/loading_uploads``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from enrol.core.actors import Actor
from enrol.services import authority
from enrol.services.import_rows.permitted import boundaries_for, is_known, tables_for
from enrol.services.ports import JOBS, UploadFolders
from enrol.services.refusals import NotFound, Refusal
from enrol.store import imports, journal, outbox
from enrol.store.db import Transaction, transaction
from enrol.store.imports import FaultLine, Import

__all__ = [
    "FaultLine",
    "Import",
    "ImportDesk",
    "ImportPage",
    "NotWaiting",
    "drop",
    "forget_old",
    "import_desk",
    "import_page",
    "order",
    "receive",
]

FAULTS_A_PAGE = 100
NEWEST = 20
KEEP = timedelta(days=1)

_Save = Callable[[Path], None]


MOST_FAULTS = 20_000
"""Beyond what a check keeps of bad rows and warnings (``services/loading_uploads``)."""


class NotWaiting(Refusal):
    """The import does not wait for this press any more."""


@dataclass(frozen=True, slots=True)
class ImportDesk:
    """What the officer may bring, and what was brought lately."""

    tables: tuple[str, ...]
    boundaries: tuple[str, ...]
    newest: tuple[Import, ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One import with a page of its bad rows and warnings; ``more`` is where the next begins."""

    found: Import
    faults: tuple[FaultLine, ...]
    more: int | None


def import_desk(*, actor: Actor) -> ImportDesk:
    """Return what an officer of a city or ward may bring. Raises NotFound for others."""
    officer = authority.officer(actor)
    with transaction() as tx:
        tables = tables_for(tx, officer=officer)
        return ImportDesk(
            tables=tables,
            boundaries=boundaries_for(officer),
            newest=tuple(imports.newest(tx, asked_by=officer.staff_id, limit=NEWEST)),
        )


def receive(*, actor: Actor, files: Mapping[str, _Save], folders: UploadFolders) -> int:
    """Keep files, named after their tables, and let a worker look at them; returns the import's id.

    Raises NotFound for a table that is not the officer's to bring.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        known = set(tables_for(tx, officer=officer))
        if not files or not all(is_known(name, tables=known, officer=officer) for name in files):
            raise NotFound
        folder, kept = folders.keep(files=files)
        import_id = imports.add(
            tx,
            asked_by=officer.staff_id,
            folder=folder,
            files=[(file.name, file.size, file.sha256) for file in kept],
        )
        _stage(tx, "check_import", import_id)
        _record(tx, actor, import_id, "import.brought", files=[file.sha256 for file in kept])
        return import_id


def import_page(*, actor: Actor, import_id: int, after: int = 0) -> ImportPage:
    """Return an import of this officer with its bad rows after a number. Raises NotFound."""
    with transaction() as tx:
        found = _own(tx, actor=actor, import_id=import_id)
        lines = imports.faults_after(tx, import_id=import_id, after=after, limit=FAULTS_A_PAGE + 1)
        shown = lines[:FAULTS_A_PAGE]
        more = shown[-1].number if len(lines) > FAULTS_A_PAGE else None
        return ImportPage(found=found, faults=tuple(shown), more=more)


def import_faults(*, actor: Actor, import_id: int) -> Sequence[FaultLine]:
    """Return every bad row and warning that was kept of an import of this officer, in order.

    As many as a check keeps: MOST_FAULTS at the most. Raises NotFound.
    """
    with transaction() as tx:
        _own(tx, actor=actor, import_id=import_id)
        return imports.faults_after(tx, import_id=import_id, after=0, limit=MOST_FAULTS)


def order(*, actor: Actor, import_id: int) -> None:
    """Let a worker apply what the officer has read; twice is once. Raises NotFound, NotWaiting."""
    with transaction() as tx:
        found = _own(tx, actor=actor, import_id=import_id, hold=True)
        if found.state in ("ordered", "applying", "applied"):
            return
        if found.state != "checked":
            raise NotWaiting
        imports.order(tx, import_id=import_id)
        _stage(tx, "apply_import", import_id)
        _record(tx, actor, import_id, "import.ordered")


def drop(*, actor: Actor, import_id: int, folders: UploadFolders) -> None:
    """Let go of what was brought and not applied. Raises NotFound, NotWaiting."""
    with transaction() as tx:
        found = _own(tx, actor=actor, import_id=import_id, hold=True)
        if found.state == "dropped":
            return
        if found.state != "checked":
            raise NotWaiting
        imports.drop(tx, import_id=import_id)
        _record(tx, actor, import_id, "import.dropped")
    folders.forget(folder=found.folder or "")


def forget_old(*, folders: UploadFolders) -> int:
    """Drop what was brought more than a day ago and never applied; returns how many. Idempotent."""
    with transaction() as tx:
        names = imports.forget_old(tx, older_than=KEEP)
    for name in names:
        folders.forget(folder=name)
    folders.sweep(older_than=2 * KEEP)
    return len(names)


def _own(tx: Transaction, *, actor: Actor, import_id: int, hold: bool = False) -> Import:
    officer = authority.officer(actor)
    found = imports.import_of(tx, import_id=import_id, hold=hold)
    if found is None or found.asked_by != officer.staff_id:
        raise NotFound
    return found


def _stage(tx: Transaction, job: str, import_id: int) -> None:
    outbox.stage(tx, job=job, queue=JOBS[job], arguments=[import_id])


def _record(
    tx: Transaction,
    actor: Actor,
    import_id: int,
    action: str,
    files: Sequence[str] | None = None,
) -> None:
    detail: dict[str, int | list[str]] = {"import": import_id}
    if files is not None:
        detail["files"] = list(files)
    journal.record(tx, actor=actor, action=action, detail=detail)
