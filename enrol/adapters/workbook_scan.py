"""A look into an Excel workbook before it is opened: how large it would grow, what its cells hide.

The reader that opens it (calamine) holds a sheet as a full rectangle and gives neither error
values nor
number formats. So a far-away cell would fill the memory, ``#N/A`` would turn into an empty field
and
``00004`` shown for the number 4 would lose its zeros. This module reads the parts it needs as a
stream.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

from enrol.adapters.records import UnreadableFileError

LARGEST_CONTENT = 400_000_000  # bytes, all parts unpacked
MOST_CELLS = 8_000_000  # of the rectangle from A1 to the last cell: 300,000 children
_CHUNK = 1 << 20
_LOCAL_HEADER = 30
_CELL = re.compile(rb"<(?:\w+:)?(row|c)\b([^<>]*)>")
# A name is looked for at its beginning only: a tag of a megabyte must not take its square in time.
_ATTRIBUTE = re.compile(rb'(?<![\w:])([\w:]++)\s*+=\s*+["\']([^"\']*+)["\']')
_REFERENCE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_ROW = re.compile(rb"[0-9]{1,7}")
_ZEROS = re.compile(rb"0{2,20}")

_DAMAGES = (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError)

Cell = tuple[int, int]


@dataclass(slots=True)
class Scan:
    """What a sheet holds that its reader does not tell; rows and columns count from 1."""

    rows: int = 0
    columns: int = 0
    errors: list[Cell] = field(default_factory=list)
    padded: dict[Cell, int] = field(default_factory=dict)


def scan_first_sheet(*, path: Path) -> Scan:
    """Return the extent, the error cells and the zero-padded number cells of the first sheet.

    Raises:
        UnreadableFileError: not a workbook, password-protected, or larger than a table can be.
    """
    try:
        with zipfile.ZipFile(path) as workbook:
            _refuse_bomb(path, workbook)
            sheet = _first_sheet(workbook)
            pads = _zero_formats(workbook)
            with workbook.open(sheet) as part:
                return _scan(iter(lambda: part.read(_CHUNK), b""), pads)
    except _DAMAGES as fault:
        raise UnreadableFileError(1, "not an Excel workbook (.xlsx), or a damaged one") from fault
    except RuntimeError as fault:  # zipfile's word for an encrypted part
        raise UnreadableFileError(1, "a password protects the workbook") from fault


def _refuse_bomb(path: Path, workbook: zipfile.ZipFile) -> None:
    """Unpack every part into nothing and count: the sizes a file states about itself may be
    lies.
    """
    left = LARGEST_CONTENT
    with path.open("rb") as file:
        for part in workbook.infolist():
            file.seek(part.header_offset)
            header = file.read(_LOCAL_HEADER)
            file.seek(int.from_bytes(header[26:28], "little"), 1)
            file.seek(int.from_bytes(header[28:30], "little"), 1)
            left = _unpacked(file, part, left)
            if left < 0:
                raise UnreadableFileError(1, "the workbook unpacks to more than 400 MB; use CSV")


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo, left: int) -> int:
    """Return what is left of the allowance after the part that starts here; below 0 it is too
    much.
    """
    if part.compress_type == zipfile.ZIP_STORED:
        return left - part.compress_size
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(part.filename)
    unpacker, packed = zlib.decompressobj(-zlib.MAX_WBITS), part.compress_size
    while packed > 0 and left >= 0 and (chunk := file.read(min(packed, _CHUNK // 16))):
        packed -= len(chunk)
        left -= len(unpacker.decompress(chunk))
    return left


def _first_sheet(workbook: zipfile.ZipFile) -> str:
    """Return the name of the part that holds the first sheet, as its workbook lists them."""
    relations = {
        facts[b"Id"]: facts[b"Target"].decode("utf-8", "replace")
        for facts in _elements(workbook.read("xl/_rels/workbook.xml.rels"), b"Relationship")
    }
    for facts in _elements(workbook.read("xl/workbook.xml"), b"sheet"):
        named = [value for key, value in facts.items() if key.endswith(b":id")]
        target = relations[named[0] if named else b""]
        return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    raise UnreadableFileError(1, "the workbook has no sheet")


def _zero_formats(workbook: zipfile.ZipFile) -> dict[bytes, int]:
    """Return the width of each cell style whose number format is nothing but zeros, such as
    00000.
    """
    if "xl/styles.xml" not in workbook.namelist():
        return {}
    styles = workbook.read("xl/styles.xml")
    widths = {
        facts[b"numFmtId"]: len(facts[b"formatCode"])
        for facts in _elements(styles, b"numFmt")
        if _ZEROS.fullmatch(facts.get(b"formatCode", b""))
    }
    _, _, rest = styles.partition(b"cellXfs")
    formats, _, _ = rest.partition(b"cellXfs>")
    used = [facts.get(b"numFmtId", b"") for facts in _elements(formats, b"xf")]
    return {b"%d" % place: widths[name] for place, name in enumerate(used) if name in widths}


def _elements(xml: bytes, name: bytes) -> Iterator[dict[bytes, bytes]]:
    """Yield the attributes of every element of a name. Enough for these machine-written parts."""
    for found in re.finditer(rb"<(?:\w+:)?" + name + rb"\b([^<>]*)>", xml):
        yield dict(_ATTRIBUTE.findall(found[1]))


def _scan(chunks: Iterator[bytes], pads: Mapping[bytes, int]) -> Scan:
    scan, cursor, rest = Scan(), _Cursor(), b""
    for chunk in chunks:
        text = rest + chunk
        end = text.rfind(b">") + 1
        for found in _CELL.finditer(text, 0, end):
            _note(scan, cursor, found, pads)
        rest = text[end:]
        if scan.rows * scan.columns > MOST_CELLS or len(rest) > _CHUNK * 16:
            raise UnreadableFileError(1, "the sheet has more than 8 million cells; use CSV")
    return scan


@dataclass(slots=True)
class _Cursor:
    """Where the last cell was: a cell or row that does not say follows the one before."""

    row: int = 0
    column: int = 0


def _note(scan: Scan, cursor: _Cursor, found: re.Match[bytes], pads: Mapping[bytes, int]) -> None:
    raw = found[2]
    facts = dict(_ATTRIBUTE.findall(raw))
    reference = facts.get(b"r", b"")
    if found[1] == b"row":
        cursor.row = _number(_ROW, reference) if reference else cursor.row + 1
        cursor.column = 0
        return
    if reference:  # its own row counts, whatever the row around it says
        cursor.row = _number(_REFERENCE, reference)
        cursor.column = _column(reference.rstrip(b"0123456789"))
    else:
        cursor.column += 1
    if raw.endswith(b"/"):  # an empty cell takes no room
        return
    scan.rows, scan.columns = max(scan.rows, cursor.row), max(scan.columns, cursor.column)
    if facts.get(b"t") == b"e":
        scan.errors.append((cursor.row, cursor.column))
    if pads and facts.get(b"s") in pads:
        scan.padded[cursor.row, cursor.column] = pads[facts[b"s"]]


def _number(form: re.Pattern[bytes], reference: bytes) -> int:
    """Return the row that a reference names; a sheet has a million of them at most."""
    found = form.fullmatch(reference)
    if found is None:
        raise zipfile.BadZipFile("a reference that no sheet has")
    return int(found[form.groups])


@cache
def _column(letters: bytes) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
