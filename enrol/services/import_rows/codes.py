"""The codes that rows may refer to: what is stored, and what the files name as they are read.

A line that is refused still names its code, so that one mistake is not reported a thousand times.
"""

from collections.abc import Hashable

from enrol.services.import_rows.cells import Cells
from enrol.store.loading.codes import StoredCodes


class Codes:
    """What exists or will exist when the import succeeds. Files are read in their order."""

    def __init__(self, stored: StoredCodes) -> None:
        self.kinds = {unit.code: unit.kind for unit in stored.units}
        """The kind of each unit by its code."""
        self.parents = {unit.code: unit.parent_code for unit in stored.units}
        """The code of each unit's parent by its own."""
        self.zones = set(stored.zones)
        self.groups = set(stored.groups)
        self.schools = set(stored.schools)
        self.intakes = set(stored.intakes)
        self.staff_names: dict[str, str] = {}
        """The name of each officer of the file by e-mail."""
        self.units_stated: dict[str, int] = {}
        """The line of each unit of the file by its code."""
        self._lines: dict[tuple[str, Hashable], int] = {}

    def once(self, cells: Cells, *, table: str, key: Hashable, column: str) -> None:
        """Refuse a row whose key stood in an earlier line of the same file."""
        first = self._lines.setdefault((table, key), cells.line)
        if first != cells.line:
            cells.refuse(column, f"stands in line {first} already")

    def unit(self, cells: Cells, column: str) -> str:
        """Return a unit's code that must be there and exist."""
        return self._known(cells, column, self.kinds, "unit")

    def zone(self, cells: Cells, column: str) -> str:
        """Return a zone's code that must be there and exist."""
        return self._known(cells, column, self.zones, "zone")

    def school(self, cells: Cells, column: str) -> str:
        """Return a school's code that must be there and exist."""
        return self._known(cells, column, self.schools, "school")

    def intake(self, cells: Cells, column: str) -> str:
        """Return an intake's code that must be there and exist."""
        return self._known(cells, column, self.intakes, "intake")

    def optional_unit(self, cells: Cells, column: str) -> str | None:
        """Return the code of a unit that exists, or None."""
        return None if cells.is_empty(column) else self.unit(cells, column)

    def optional_school(self, cells: Cells, column: str) -> str | None:
        """Return the code of a school that exists, or None."""
        return None if cells.is_empty(column) else self.school(cells, column)

    def _known(self, cells: Cells, column: str, codes: set[str] | dict[str, str], what: str) -> str:
        before = len(cells.reasons)
        code = cells.code(column)
        if len(cells.reasons) == before and code not in codes:
            cells.refuse(column, f"there is no {what} {code}")
        return code
