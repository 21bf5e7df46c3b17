"""Rows of ``staff``: officers and what each answers for. One line a place."""

from enrol.core.actors import CITY_OFFICER, SCHOOL_OFFICER, WARD_OFFICER
from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.table import ImportTable
from enrol.services.import_rows.units import CITY, WARD
from enrol.store.loading.staged import StaffRow

ROLES = (CITY_OFFICER, WARD_OFFICER, SCHOOL_OFFICER)
_KINDS = {CITY_OFFICER: CITY, WARD_OFFICER: WARD}


def read_officer(cells: Cells, codes: Codes) -> StaffRow:
    """Read one officer and place; the same e-mail may come again with another place."""
    row = StaffRow(
        line=cells.line,
        email=cells.email("email"),
        full_name=cells.person("full_name"),
        role=cells.one_of("role", ROLES),
        unit_code=codes.optional_unit(cells, "unit_code"),
        school_code=codes.optional_school(cells, "school_code"),
    )
    if row.role in ROLES:
        _refuse_odd_place(cells, row, codes)
    key = (row.email, row.role, row.unit_code, row.school_code)
    codes.once(cells, table="staff", key=key, column="email")
    if codes.staff_names.setdefault(row.email, row.full_name) != row.full_name:
        cells.refuse("full_name", "differs from the name in an earlier line of the same e-mail")
    return row


def _refuse_odd_place(cells: Cells, row: StaffRow, codes: Codes) -> None:
    kind = _KINDS.get(row.role)
    if kind is None:
        if row.school_code is None:
            cells.refuse("school_code", "must not be empty for a school officer")
        if row.unit_code is not None:
            cells.refuse("unit_code", "must be empty for a school officer")
        return
    if row.school_code is not None:
        cells.refuse("school_code", "must be empty for an officer of a city or ward")
    if row.unit_code is None:
        cells.refuse("unit_code", "must not be empty for an officer of a city or ward")
    elif codes.kinds.get(row.unit_code, kind) != kind:
        cells.refuse("unit_code", f"a {row.role} answers for a unit of kind {kind}")


STAFF = ImportTable(
    name="staff",
    required=("email", "full_name", "role"),
    optional=("unit_code", "school_code"),
    read=read_officer,
)
