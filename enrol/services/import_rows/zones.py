"""Rows of ``zones``: the catchment zones and the unit that answers for each."""

from enrol.services.import_rows.cells import LONGEST_NAME, Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.table import ImportTable
from enrol.services.import_rows.validity import refuse_empty_validity
from enrol.store.loading.staged import ZoneRow


def read_zone(cells: Cells, codes: Codes) -> ZoneRow:
    """Read one zone; without an English name it goes by its Vietnamese one."""
    name = cells.text("name", longest=LONGEST_NAME)
    row = ZoneRow(
        line=cells.line,
        code=cells.code("code"),
        unit_code=codes.unit(cells, "unit_code"),
        name=name,
        name_en=cells.optional_text("name_en") or name,
        valid_from=cells.day("valid_from"),
        valid_to=cells.optional_day("valid_to"),
    )
    refuse_empty_validity(cells, row.valid_from, row.valid_to)
    codes.once(cells, table="zones", key=row.code, column="code")
    codes.zones.add(row.code)
    return row


ZONES = ImportTable(
    name="zones",
    required=("code", "unit_code", "name", "valid_from"),
    optional=("name_en", "valid_to"),
    read=read_zone,
)
