"""Lists of residences as workbooks: a block and a page for each residential group.

The columns have fixed places, so that a list is read back whatever its language and however its
blocks were cut; what is not a row of a child (titles, headings of blocks) is passed over.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from enrol.adapters.catalogs import read_catalogs
from enrol.adapters.csv_records import csv_records
from enrol.adapters.export_words import N_, REHEARSAL
from enrol.adapters.records import Broken, Record, UnreadableFileError
from enrol.adapters.workbook_records import workbook_records
from enrol.core.names import clean_text
from enrol.core.residence_lists import SheetHead, SheetRow, UnreadableSheetError
from enrol.core.spreadsheets import inert

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MOST_LINES = 30_000
_CODE, _VERDICT, _NOTE, _REFERENCE = 1, 7, 8, 9
_COLUMNS = 10

_TITLE = N_("Residences to confirm: %(ward)s")
_HOW = N_(
    "Write Đúng (right), Sai (wrong) or Không rõ (cannot tell) into the column “Finding”."
    " Change nothing else. Rows left empty stay for later."
)
_COPY = N_(
    "Copy made for %(officer)s at %(at)s. Personal data of children: only to confirm residence,"
    " to be handed back or destroyed afterwards."
)
_GROUP = N_("Residential group %(label)s")
_NO_GROUP = N_("Group not in the list")
REFERENCE = N_("Reference (do not change)")
_HEADINGS = (
    (N_("Residential group"), 10),
    (N_("Registration code"), 20),
    (N_("Full name"), 28),
    (N_("Date of birth"), 12),
    (N_("Parent or guardian"), 26),
    (N_("Kind of residence"), 16),
    (N_("Declared address"), 40),
    (N_("Finding"), 12),
    (N_("Remark"), 24),
    (REFERENCE, 18),
)
_KINDS = {
    "permanent_in_zone": N_("Permanent residence"),
    "temporary_in_zone": N_("Temporary residence"),
    "current_in_zone": N_("Current place of stay"),
}
_FINDINGS = ["Đúng", "Sai", "Không rõ"]


class ResidenceWorkbooks:
    """Writes and reads the lists; nothing of them stays on the disk."""

    def __init__(self, *, translations: Path) -> None:
        self._translations = translations

    def write(self, *, head: SheetHead, rows: Iterable[SheetRow]) -> bytes:
        words = read_catalogs(self._translations / head.language / "LC_MESSAGES").gettext
        body = BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with Workbook(body, options) as workbook:
            _Writing(workbook, head, words).write(rows)
        return body.getvalue()

    def read(self, *, name: str, content: bytes) -> list[tuple[int, str, str, str, str]]:
        try:
            with tempfile.TemporaryDirectory() as directory:
                is_workbook = name.lower().endswith(".xlsx")
                path = Path(directory) / ("list.xlsx" if is_workbook else "list.csv")
                path.write_bytes(content)
                records = (workbook_records if is_workbook else csv_records)(path=path)
                return list(_rows(records))
        except UnreadableFileError as fault:
            raise UnreadableSheetError(fault.line, fault.reason) from fault


def _rows(records: Iterable[Record | Broken]) -> Iterator[tuple[int, str, str, str, str]]:
    headings = {"reference (do not change)", "mã đối chiếu (không sửa)"}
    for record in records:
        if record.line > MOST_LINES:
            raise UnreadableSheetError(record.line, f"more than {MOST_LINES} lines")
        if isinstance(record, Broken):
            raise UnreadableSheetError(record.line, record.reason)
        cells = [clean_text(cell) for cell in record.fields]
        cells += [""] * (_COLUMNS - len(cells))
        code, reference = _plain(cells[_CODE]), _plain(cells[_REFERENCE])
        if not (code or reference) or reference.lower() in headings:
            continue
        yield record.line, code, reference, _plain(cells[_VERDICT]), _plain(cells[_NOTE])


def _plain(text: str) -> str:
    """Take off the apostrophe that keeps a text inert."""
    return text.removeprefix("'")


class _Writing:
    """One workbook being written."""

    def __init__(self, workbook: Any, head: SheetHead, words: Any) -> None:
        self._words = words
        self._head = head
        self._bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._block = workbook.add_format({"bold": True, "bg_color": "#e8eef3"})
        self._cell = workbook.add_format({"text_wrap": True, "valign": "top", "border": 1})
        self._open = workbook.add_format({"border": 1, "bg_color": "#fff8dc", "valign": "top"})
        self._sheet = workbook.add_worksheet()
        workbook.set_properties({"author": head.officer})

    def write(self, rows: Iterable[SheetRow]) -> None:
        line = self._frame()
        breaks: list[int] = []
        for label, block in groupby(rows, key=lambda row: row.group):
            if breaks or line > len(("title", "how", "copy", "headings")):
                breaks.append(line)
            told = self._words(_GROUP) % {"label": label} if label else self._words(_NO_GROUP)
            self._sheet.write_string(line, 0, inert(told), self._block)
            line = self._rows(line + 1, block)
        self._sheet.set_h_pagebreaks(breaks[:1000])
        self._sheet.data_validation(
            4, _VERDICT, max(line, 5), _VERDICT, {"validate": "list", "source": _FINDINGS}
        )

    def _frame(self) -> int:
        head, words, sheet = self._head, self._words, self._sheet
        title = words(_TITLE) % {"ward": head.ward}
        if head.is_rehearsal:
            title = f"{words(REHEARSAL)} – {title}"
        at = f"{head.asked_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        mark = inert(words(_COPY) % {"officer": head.officer, "at": at})
        sheet.write_string(0, 0, inert(f"{title}. {head.intake}"), self._bold)
        sheet.write_string(1, 0, inert(words(_HOW)))
        sheet.write_string(2, 0, mark)
        for column, (message, width) in enumerate(_HEADINGS):
            sheet.set_column(column, column, width)
            sheet.write_string(3, column, words(message), self._bold)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, 3)
        sheet.freeze_panes(4, 0)
        sheet.set_footer(f"&L&8{mark.replace('&', '&&')}&R&8&P/&N"[:250])
        return 4

    def _rows(self, line: int, rows: Iterable[SheetRow]) -> int:
        for row in rows:
            for column, text in enumerate(self._texts(row)):
                is_open = column in (_VERDICT, _NOTE)
                self._sheet.write_string(
                    line, column, inert(text), self._open if is_open else self._cell
                )
            line += 1
        return line

    def _texts(self, row: SheetRow) -> Sequence[str]:
        return (
            row.group,
            row.code,
            row.full_name,
            f"{row.birth_on:%d/%m/%Y}",
            row.guardian,
            self._words(_KINDS[row.fact]),
            row.address,
            "",
            "",
            row.reference,
        )
