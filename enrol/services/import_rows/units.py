"""Rows of ``units``: cities, wards and communes, a tree with validity dates."""

from collections.abc import Iterator

from enrol.services.import_rows.cells import LONGEST_NAME, Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.table import ImportTable
from enrol.services.import_rows.validity import refuse_empty_validity
from enrol.store.loading.staged import UnitRow

CITY, WARD = "city", "ward"


def read_unit(cells: Cells, codes: Codes) -> UnitRow:
    """Read one unit; whether its parent exists is judged when the last line is read."""
    row = UnitRow(
        line=cells.line,
        code=cells.code("code"),
        kind=cells.one_of("kind", (CITY, WARD)),
        name=cells.text("name", longest=LONGEST_NAME),
        name_en=cells.text("name_en", longest=LONGEST_NAME),
        parent_code=cells.optional_code("parent_code"),
        valid_from=cells.day("valid_from"),
        valid_to=cells.optional_day("valid_to"),
        old_names=cells.items("old_names"),
    )
    refuse_empty_validity(cells, row.valid_from, row.valid_to)
    codes.once(cells, table="units", key=row.code, column="code")
    codes.kinds[row.code] = row.kind
    if cells.has("parent_code"):
        codes.parents[row.code] = row.parent_code
    codes.parents.setdefault(row.code, None)
    codes.units_stated.setdefault(row.code, cells.line)
    return row


def tree_faults(codes: Codes) -> Iterator[tuple[int, str]]:
    """Yield (line, reason) for units of the file whose parent is missing or below themselves."""
    for code, line in codes.units_stated.items():
        parent = codes.parents[code]
        if parent is not None and parent not in codes.kinds:
            yield line, f"parent_code: there is no unit {parent}"
        elif _is_above_itself(code, codes.parents):
            yield line, "parent_code: the unit would stand above itself"


def _is_above_itself(code: str, parents: dict[str, str | None]) -> bool:
    met: set[str] = set()
    above = parents.get(code)
    while above is not None and above not in met:
        if above == code:
            return True
        met.add(above)
        above = parents.get(above)
    return False


UNITS = ImportTable(
    name="units",
    required=("code", "kind", "name", "name_en", "valid_from"),
    optional=("parent_code", "valid_to", "old_names"),
    read=read_unit,
)
