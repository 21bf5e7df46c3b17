"""Tables an office supplies, CSV or XLSX, as rows of named, cleaned texts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from enrol.adapters.csv_records import csv_records
from enrol.adapters.records import Broken, Record, UnreadableFileError
from enrol.adapters.workbook_records import workbook_records
from enrol.core.names import clean_text


class Row(NamedTuple):
    """One row: its line in the file (the heading is line 1) and its texts by column name."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong with one line of one file, without repeating what stands there."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def read_table(*, path: Path, report: Callable[[BadRow], None]) -> Iterator[Row]:
    """Yield the rows of ``path`` one by one, in the order of the file; empty rows are left out.

    ``.xlsx`` is read as a workbook (first sheet), any other name as CSV (see ``csv_records`` for
    what is taken). Names and values pass through ``clean_text``; every row has every named column.

    Every fault goes to ``report`` and the next row is read; a fault of the heading or the file
    itself ends
    the table. So rows that were yielded mean nothing until the last one is seen and no fault was
    reported. OSError is not caught.
    """

    def fault(line: int, reason: str) -> None:
        report(BadRow(path.name, line, reason))

    workbook = path.suffix.lower() == ".xlsx"
    records = (workbook_records if workbook else csv_records)(path=path)
    try:
        names = _heading(next(records, None), workbook=workbook)
        for record in records:
            problem = _problem(record, len(names), workbook=workbook)
            if problem:
                fault(record.line, problem)
            elif isinstance(record, Record):
                texts = [clean_text(text) for text in record.fields]
                if any(texts):
                    yield Row(record.line, dict(zip(names, texts, strict=False)))
    except UnreadableFileError as end:
        fault(end.line, end.reason)


def _heading(record: Record | Broken | None, *, workbook: bool) -> list[str]:
    if record is None:
        raise UnreadableFileError(1, "the file is empty")
    if isinstance(record, Broken):
        raise UnreadableFileError(record.line, record.reason)
    if record.line != 1:
        raise UnreadableFileError(1, "the first row must name the columns")
    names = [clean_text(name) for name in record.fields]
    while workbook and names and not names[-1]:  # a sheet is as wide as its widest row
        names.pop()
    if "" in names:
        raise UnreadableFileError(1, f"column {names.index('') + 1} has no name")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UnreadableFileError(1, f"column {repeated[0]!r} stands there twice")
    return names


def _problem(record: Record | Broken, width: int, *, workbook: bool) -> str:
    """Return what is wrong with the shape of a row, or nothing."""
    if isinstance(record, Broken):
        return record.reason
    fields: Sequence[str] = record.fields
    if workbook:
        stray = any(fields[width:])
        return "a value stands right of the last named column" if stray else ""
    if len(fields) != width:
        return f"{len(fields)} fields where the heading names {width}"
    return ""
