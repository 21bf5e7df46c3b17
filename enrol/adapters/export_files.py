"""Files for officers on the disk: XLSX and CSV with title, watermark and headings in one language.

Rows are written as they come. Files lie in a directory of their own, readable by this house's
account alone, under names that say nothing.
"""

import csv
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from xlsxwriter import Workbook

from enrol.adapters.catalogs import read_catalogs
from enrol.adapters.export_words import REHEARSAL, WATERMARK, cell_word, heading, title_word
from enrol.adapters.result_letters import LetterOffice, write_letters
from enrol.core.handed_files import ExportHead, WrittenFile
from enrol.core.result_letters import ResultLetter
from enrol.core.spreadsheets import inert

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_PRIVATE = 0o700
_PIECE = 1024 * 1024
_WIDTHS = {
    "full_name": 28,
    "guardian_name": 28,
    "current_address": 36,
    "school_name": 34,
    "words": 48,
    "reply": 48,
}

Words = Callable[[str], str]


class ExportDirectory:
    """Writes the files into one directory."""

    def __init__(self, *, directory: Path, translations: Path, letters: LetterOffice) -> None:
        self._directory = directory
        self._translations = translations
        self._letters = letters

    def write(self, *, head: ExportHead, rows: Iterable[Sequence[object]]) -> WrittenFile:
        words = self._words(head.language)
        cells = (_cells(head.columns, row, words) for row in rows)

        def fill(path: Path) -> None:
            if head.form == "xlsx":
                _write_xlsx(path, head=head, rows=cells, words=words)
            else:
                _write_csv(path, head=head, rows=cells, words=words)

        return self._written(head.form, fill)

    def write_letters(self, *, head: ExportHead, letters: Iterable[ResultLetter]) -> WrittenFile:
        words = self._words(head.language)

        def fill(path: Path) -> None:
            write_letters(path, head=head, letters=letters, office=self._letters, words=words)

        return self._written(head.form, fill)

    def _written(self, form: str, fill: Callable[[Path], None]) -> WrittenFile:
        self._directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        name = f"{token_hex(16)}.{form}"
        path, unfinished = self._directory / name, self._directory / f"{name}.part"
        unfinished.touch(mode=0o600)
        try:
            fill(unfinished)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        unfinished.replace(path)
        return WrittenFile(name=name, size=path.stat().st_size, sha256=digest_of(path))

    def path_of(self, *, name: str) -> Path | None:
        path = self._directory / name
        return path if path.parent == self._directory and path.is_file() else None

    def forget(self, *, name: str) -> None:
        path = self.path_of(name=name)
        if path is not None:
            path.unlink(missing_ok=True)

    def sweep(self, *, older_than: timedelta) -> int:
        if not self._directory.is_dir():
            return 0
        before = time.time() - older_than.total_seconds()
        old = [p for p in self._directory.iterdir() if p.is_file() and p.stat().st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _words(self, language: str) -> Words:
        catalog: NullTranslations = read_catalogs(self._translations / language / "LC_MESSAGES")
        return catalog.gettext


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hex, in constant memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cells(columns: Sequence[str], row: Sequence[object], words: Words) -> list[str]:
    return [inert(_text(column, value, words)) for column, value in zip(columns, row, strict=True)]


def _text(column: str, value: object, words: Words) -> str:
    if value is None:
        nothing = cell_word(column, "")
        return words(nothing) if nothing else ""
    if isinstance(value, datetime):
        return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = str(value)
    known = cell_word(column, text)
    return words(known) if known else text


def _frame(head: ExportHead, words: Words) -> tuple[str, str]:
    """Return the title and the watermark."""
    title = f"{words(title_word(head.kind))}: {head.place}. {head.intake}"
    if head.is_rehearsal:
        title = f"{words(REHEARSAL)} – {title}"
    values: Mapping[str, object] = {
        "number": head.number,
        "officer": head.officer,
        "at": f"{head.asked_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
    }
    return inert(title), inert(words(WATERMARK) % values)


def _write_csv(
    path: Path, *, head: ExportHead, rows: Iterable[Sequence[str]], words: Words
) -> None:
    _title, mark = _frame(head, words)
    # The mark with which spreadsheets know UTF-8; the heading stays the first row, so that the
    # file can be read as a table.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["#", *(words(heading(column)) for column in head.columns)])
        for number, row in enumerate(rows, start=1):
            writer.writerow([str(number), *row])
        writer.writerow([mark])


def _write_xlsx(
    path: Path, *, head: ExportHead, rows: Iterable[Sequence[str]], words: Words
) -> None:
    title, mark = _frame(head, words)
    # In constant memory each row goes to the disk when the next one begins; its working files lie
    # where the result will, never in a directory shared with others.
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(str(path), options) as workbook:
        workbook.set_properties({"title": title, "author": head.officer, "comments": mark})
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = workbook.add_worksheet()
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        sheet.set_footer(f"&L&8{mark.replace('&', '&&')}&R&8&P/&N"[:250])
        sheet.set_column(0, 0, 6)
        for place, column in enumerate(head.columns, start=1):
            sheet.set_column(place, place, _WIDTHS.get(column, 15))
        sheet.write_string(0, 0, title, bold)
        sheet.write_string(1, 0, mark)
        headings = ["#", *(words(heading(column)) for column in head.columns)]
        for place, text in enumerate(headings):
            sheet.write_string(2, place, text, bold)
        sheet.freeze_panes(3, 0)
        line = 2
        for line, row in enumerate(rows, start=3):
            sheet.write_number(line, 0, line - 2)
            for place, text in enumerate(row, start=1):
                if text:
                    sheet.write_string(line, place, text)
        sheet.write_string(line + 2, 0, mark)
