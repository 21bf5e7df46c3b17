"""Importing the files of an education office: all of them or nothing, in one transaction."""

from collections.abc import Callable

from enrol.core.actors import Actor
from enrol.services.import_rows import loading
from enrol.services.import_rows.faults import Fault
from enrol.services.import_rows.loading import ImportRefused, NothingToImport, TableResult
from enrol.services.ports import ImportFiles
from enrol.store.db import transaction

__all__ = ["ImportRefused", "NothingToImport", "TableResult", "import_files"]


def import_files(
    *, files: ImportFiles, actor: Actor, warn: Callable[[Fault], None]
) -> tuple[TableResult, ...]:
    """Load every file that is there and return what became of each table.

    One transaction under the register's lock, so that imports follow each other. Rows are judged
    while they stream into temporary tables; only when no line of any file is at fault do they reach
    the real ones, under the exclusive locks of the intakes that are not announced yet. Loading the
    same files again changes nothing and writes no journal entry. Memory does not grow with the
    files. ``warn`` hears of lines that are taken but should be looked at.

    Raises ImportRefused, NothingToImport, StoreBusy.
    """
    with transaction() as tx:
        reading = loading.read_into(tx, files=files, warn=warn)
        return loading.write_all(tx, reading=reading, actor=actor)
