"""A folder of import files as the importing service reads it (docs/import-files.md)."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from enrol.adapters.geography import read_boundaries
from enrol.adapters.tables import BadRow, read_table

_TABLE_SUFFIXES = (".csv", ".xlsx")
_BOUNDARIES = ".geojson"
_KNOWN_SUFFIXES = (*_TABLE_SUFFIXES, _BOUNDARIES)

Report = Callable[[int, str], None]


class ImportFolder:
    """The files of one folder; which of them are tables is for the reader to say.

    Raises OSError when the folder cannot be read.
    """

    def __init__(self, *, directory: Path) -> None:
        self._files = {
            path.name.lower(): path
            for path in sorted(directory.iterdir())
            if path.is_file() and path.suffix.lower() in _KNOWN_SUFFIXES
        }
        self._asked: set[str] = set()

    def table_file(self, *, table: str) -> str | None:
        path = self._table(table)
        return None if path is None else path.name

    def table_rows(self, *, table: str, report: Report) -> Iterator[tuple[int, Mapping[str, str]]]:
        path = self._table(table)
        if path is None:
            return
        twins = [f"{table}{suffix}" for suffix in _TABLE_SUFFIXES]
        if all(twin in self._files for twin in twins):
            report(1, f"{' and '.join(twins)} stand side by side; keep one")
            return

        def forward(bad: BadRow) -> None:
            report(bad.line, bad.reason)

        yield from read_table(path=path, report=forward)

    def boundary_file(self, *, table: str) -> str | None:
        path = self._ask(f"{table}{_BOUNDARIES}")
        return None if path is None else path.name

    def boundaries(self, *, table: str, report: Report) -> Iterator[tuple[int, str, str]]:
        path = self._ask(f"{table}{_BOUNDARIES}")
        if path is not None:
            yield from read_boundaries(path=path, report=report)

    def strangers(self) -> list[str]:
        """Return the names of table-like files that nobody asked for: misspelt, most likely."""
        return [path.name for name, path in self._files.items() if name not in self._asked]

    def _table(self, table: str) -> Path | None:
        found = [self._ask(f"{table}{suffix}") for suffix in _TABLE_SUFFIXES]
        return next((path for path in found if path is not None), None)

    def _ask(self, name: str) -> Path | None:
        self._asked.add(name)
        return self._files.get(name)
