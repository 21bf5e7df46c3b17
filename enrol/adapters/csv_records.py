"""Rows of a CSV file, read line by line."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from enrol.adapters.records import Broken, Record, UnreadableFileError

LONGEST_LINE = 10_000_000  # bytes
_SIGNATURES = {
    b"\xff\xfe": "UTF-16 text; save the table as CSV UTF-8",
    b"\xfe\xff": "UTF-16 text; save the table as CSV UTF-8",
    b"PK\x03\x04": "an Excel workbook under the name of a CSV file; name it .xlsx",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls); save the table as .xlsx or CSV UTF-8",
}


def csv_records(*, path: Path) -> Iterator[Record | Broken]:
    """Yield the rows of a CSV file, the heading first, blank lines left out.

    UTF-8 with or without a byte-order mark; LF or CRLF; commas or semicolons, whichever the
    heading has more of outside quotation marks. A row that spans lines is known by its first.

    Raises:
        UnreadableFileError: another encoding, a NUL byte, a line over 10 MB, tabs, a quotation
        mark that never closes. OSError is not caught.
    """
    with path.open("rb") as file:
        lines = _lines(file)
        heading = next(lines, "")
        reader = csv.reader(_first(heading, lines), delimiter=_delimiter(heading), strict=True)
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                yield _broken(line, str(fault))
                continue
            if any(fields):
                yield Record(line, fields)


def _first(heading: str, rest: Iterator[str]) -> Iterator[str]:
    yield heading
    yield from rest


def _lines(file: BinaryIO) -> Iterator[str]:
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            _refuse_signature(raw)
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if len(raw) > LONGEST_LINE:
            raise UnreadableFileError(number, "a line of more than 10 MB; not a table")
        if b"\x00" in raw:
            raise UnreadableFileError(number, "a NUL byte: UTF-16 text or no text at all")
        yield _decoded(raw, number)


def _refuse_signature(raw: bytes) -> None:
    for signature, reason in _SIGNATURES.items():
        if raw.startswith(signature):
            raise UnreadableFileError(1, reason)


def _decoded(raw: bytes, number: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise UnreadableFileError(
            number,
            "not UTF-8 (an older Vietnamese encoding such as windows-1258?); "
            "save the table as CSV UTF-8",
        ) from fault


def _delimiter(heading: str) -> str:
    outside = "".join(heading.split('"')[::2])
    commas, semicolons = outside.count(","), outside.count(";")
    if not commas and not semicolons and "\t" in outside:
        raise UnreadableFileError(1, "columns parted by tabs; use commas or semicolons")
    return ";" if semicolons > commas else ","


def _broken(line: int, fault: str) -> Broken:
    if "field larger" in fault or "unexpected end" in fault:
        raise UnreadableFileError(line, "a quotation mark opens here and does not close, it seems")
    if "new-line character" in fault:
        raise UnreadableFileError(line, "lines end in a bare CR; save the table as CSV UTF-8")
    return Broken(line, "a quotation mark inside a field, or text after a closing one")
