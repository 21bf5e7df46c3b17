"""Rows of the allocation's CSV files, read strictly: one line is one row, every fault is named.

Office files may be sloppy and are read by ``enrol.adapters``; these are a contract between
programs, where a row that could be read in two ways must stop the allocation.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 1 << 16  # bytes; a row of these files has a few dozen
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be used; ``line`` counts from 1, the heading included."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


class Table:
    """One CSV file: UTF-8 with or without a byte-order mark, commas, LF or CRLF, a heading.

    The columns may stand in any order. Reading collects what is wrong in ``faults`` and goes on,
    so that one run names every bad row; a table whose heading is wrong has no rows.
    """

    def __init__(
        self, *, path: Path, required: Sequence[str], optional: Sequence[str] = ()
    ) -> None:
        self._path = path
        self._required, self._optional = required, optional
        self.faults: list[Fault] = []
        self.columns: tuple[str, ...] = ()

    def fault(self, line: int, reason: str) -> None:
        """Note that a row cannot be used."""
        self.faults.append(Fault(self._path, line, reason))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line and fields of each whole row: required columns, then optional ones, in order.

        Spaces around a field are no part of it. ``columns`` tells from the
        first row on which ones the file has; an optional column it lacks is empty.
        """
        try:
            with self._path.open("rb") as file:
                yield from self._rows(self._lines(file))
        except OSError as error:
            self.fault(1, f"cannot be read: {error.strerror}")

    def _rows(self, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
        heading = next(lines, None)
        if heading is None and not self.faults:
            self.fault(1, "the file is empty")
        if heading is None or self.faults:
            return
        places = self._places(*heading)
        if places is None:
            return
        as_wanted = places == list(range(len(places)))
        for line, text in lines:
            fields = self._fields(line, text)
            if fields is None:
                continue
            if len(fields) != len(self.columns):
                self.fault(line, f"{len(fields)} fields under {len(self.columns)} columns")
                continue
            yield line, fields if as_wanted else _picked(fields, places)

    def _places(self, line: int, text: str) -> list[int | None] | None:
        columns = self._fields(line, text)
        if columns is None:
            return None
        wanted = (*self._required, *self._optional)
        for name in self._required:
            if name not in columns:
                self.fault(line, f"the column {name} is missing")
        for at, name in enumerate(columns):
            if name not in wanted:
                self.fault(line, f"unknown column {shown(name)}")
            elif name in columns[:at]:
                self.fault(line, f"the column {name} stands twice")
        if self.faults:
            return None
        self.columns = tuple(columns)
        return [columns.index(name) if name in columns else None for name in wanted]

    def _fields(self, line: int, text: str) -> list[str] | None:
        if not text.isprintable():
            self.fault(line, "a character that cannot be printed")
            return None
        if '"' not in text:
            fields = text.split(",")
        else:
            try:
                fields = next(csv.reader([text], strict=True))
            except csv.Error:
                self.fault(line, "a quotation mark without its partner, or a row over two lines")
                return None
        return [field.strip() for field in fields] if " " in text else fields

    def _lines(self, file: BinaryIO) -> Iterator[tuple[int, str]]:
        """Yield every readable line that is not blank, without its end."""
        line = 0
        while raw := file.readline(LONGEST_LINE + 1):
            line += 1
            if line == 1:
                raw = raw.removeprefix(_BYTE_ORDER_MARK)
            if len(raw) > LONGEST_LINE:
                self.fault(line, f"a line of more than {LONGEST_LINE} bytes")
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(LONGEST_LINE)
                continue
            try:
                text = raw.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                self.fault(line, "not UTF-8")
                continue
            if text.strip():
                yield line, text


def _picked(fields: list[str], places: list[int | None]) -> list[str]:
    return ["" if place is None else fields[place] for place in places]


def shown(text: str) -> str:
    """Return a field for a message: quoted, on one line, not too long."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
