"""What one table of an import is: its columns and how a row is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes


@dataclass(frozen=True, slots=True)
class ImportTable:
    """A table of docs/import-files.md; ``read`` gives a record of ``store.loading.staged``."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[Cells, Codes], tuple[Any, ...]]

    def heading_faults(self, columns: set[str]) -> list[str]:
        """Return what is wrong with the names of the columns."""
        known = set(self.required) | set(self.optional)
        return [
            *(f"there is no column {name}" for name in self.required if name not in columns),
            *(f"{name!r} is no column of {self.name}" for name in sorted(columns - known)),
        ]
