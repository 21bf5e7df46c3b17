"""Lists of residences in the hands of a group leader: read, filled in, handed back."""

import csv
from io import BytesIO, StringIO

from python_calamine import CalamineWorkbook

from enrol.core.actors import Officer
from enrol.factory import Adapters
from enrol.services import listing_homes
from tests.world import World

CODE, VERDICT, NOTE, REFERENCE = 1, 7, 8, 9


def sheet_rows(body: bytes) -> list[list[str]]:
    """Return every cell of a workbook as text."""
    with CalamineWorkbook.from_filelike(BytesIO(body)) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        return [[str(cell) for cell in row] for row in sheet.to_python()]


def handed_out(world: World, *, actor: Officer, adapters: Adapters) -> list[list[str]]:
    """Return the cells of the ward's list as it goes out now."""
    body = listing_homes.fetch_list(
        actor=actor,
        intake_id=world.intake_id,
        unit_code="00070",
        language="vi",
        sheets=adapters.residence_sheets,
    )
    return sheet_rows(body)


def children_of(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows that are about a child."""
    return [row for row in rows if row[CODE].startswith(("AR", "TT")) and "/" in row[REFERENCE]]


def filled(rows: list[list[str]], **verdicts: str) -> bytes:
    """Return the list as CSV, with ``CODE_N="Đúng"`` written where the reference begins with N."""
    out = StringIO()
    writer = csv.writer(out)
    for row in rows:
        told = verdicts.get(f"{row[CODE]}_{row[REFERENCE][:1]}", "")
        writer.writerow([*row[:VERDICT], told, *row[NOTE:]])
    return out.getvalue().encode()
