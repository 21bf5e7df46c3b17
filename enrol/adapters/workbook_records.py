"""Rows of the first sheet of an Excel workbook, every cell as the text an officer sees in it."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from enrol.adapters.records import Broken, Record, UnreadableFileError
from enrol.adapters.workbook_scan import Scan, scan_first_sheet

_CellValue = int | float | str | bool | time | date | datetime | timedelta
_WHOLE_DIGITS = 15  # beyond these a spreadsheet has already replaced digits by zeros


def workbook_records(*, path: Path) -> Iterator[Record | Broken]:
    """Yield the rows of the first sheet, the heading first, empty rows left out; lines are the
    sheet's rows.

    Whole numbers lose no digit and gain no ``.0``; a number shown with leading zeros keeps them;
    dates become
    ``YYYY-MM-DD``, date-times ISO 8601 without an offset. A row with an error value (``#N/A``) or
    a whole number of more than 15 digits is broken.

    Raises:
        UnreadableFileError: not a workbook, password-protected, too large.
    """
    scan = scan_first_sheet(path=path)
    errors = dict(reversed(scan.errors))  # the first of each row
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            rows = sheet.iter_rows()
            indent = sheet.start[1] if sheet.start else 0
            for line, cells in enumerate(rows, start=1):
                if line in errors:
                    yield Broken(line, f"an error value in column {_letters(errors[line])}")
                elif any(cell != "" for cell in cells):
                    yield _record(line, cells, indent, scan)
    except CalamineError as fault:
        raise UnreadableFileError(1, "not an Excel workbook (.xlsx), or a damaged one") from fault


def _record(line: int, cells: list[_CellValue], indent: int, scan: Scan) -> Record | Broken:
    fields = [""] * indent
    for column, cell in enumerate(cells, start=indent + 1):
        if isinstance(cell, float) and abs(cell) >= 10**_WHOLE_DIGITS:
            where = _letters(column)
            return Broken(line, f"a number of over 15 digits in column {where}; make it text")
        width = 0 if isinstance(cell, str) else scan.padded.get((line, column), 0)
        fields.append(_text(cell).zfill(width))
    return Record(line, fields)


def _text(cell: _CellValue) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case int() | float():
            number = Decimal(repr(cell))
            return f"{number.quantize(Decimal(1)) if number == int(number) else number:f}"
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)


def _letters(column: int) -> str:
    """Return A for 1, AA for 27."""
    letters = ""
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return letters
