"""Rows of ``schools``."""

from enrol.services.import_rows.cells import LONGEST_NAME, Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.table import ImportTable
from enrol.store.loading.staged import SchoolRow


def read_school(cells: Cells, codes: Codes) -> SchoolRow:
    """Read one school; without an English name it goes by its Vietnamese one."""
    name = cells.text("name", longest=LONGEST_NAME)
    latitude, longitude = cells.point(is_required=True)
    row = SchoolRow(
        line=cells.line,
        code=cells.code("code"),
        unit_code=codes.unit(cells, "unit_code"),
        name=name,
        name_en=cells.optional_text("name_en") or name,
        address=cells.text("address"),
        latitude=latitude or 0.0,
        longitude=longitude or 0.0,
        phone=cells.optional_phone("phone"),
    )
    codes.once(cells, table="schools", key=row.code, column="code")
    codes.schools.add(row.code)
    return row


SCHOOLS = ImportTable(
    name="schools",
    required=("code", "unit_code", "name", "address", "latitude", "longitude"),
    optional=("name_en", "phone"),
    read=read_school,
)
