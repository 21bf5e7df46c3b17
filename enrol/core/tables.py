"""Small CSV tables of the published bundle: one spelling, LF, UTF-8, strict when read back."""

from collections.abc import Iterable, Sequence

_QUOTE = '"'


def write_table(*, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return the table as CSV (RFC 4180 quoting only where needed, LF line ends, UTF-8).

    Raises ValueError for a field that holds a line break or a row of another width.
    """
    lines = [header, *rows]
    for row in lines:
        if len(row) != len(header):
            raise ValueError(f"a row of {len(row)} fields under {len(header)} headings")
    plain = "\n".join(map(",".join, lines)) + "\n"
    breaks, commas = len(lines), len(lines) * (len(header) - 1)
    if _is_plain(plain) and plain.count("\n") == breaks and plain.count(",") == commas:
        return plain.encode("utf-8")  # nothing in any field that needs quoting
    return "".join(map(_line, lines)).encode("utf-8")


def read_table(data: bytes, *, header: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the rows that ``write_table`` wrote under this header.

    Raises ValueError, naming the line, for anything that is not spelled exactly so.
    """
    text = data.decode("utf-8")
    lines = text.split("\n")
    if lines.pop() != "" or not lines:
        raise ValueError("the last line must end with a line feed")
    rows = [_fields(line, at) for at, line in enumerate(lines, start=1)]
    if rows[0] != tuple(header):
        raise ValueError(f"line 1: the heading must be {','.join(header)}")
    is_plain = _is_plain(text)
    for at, (line, row) in enumerate(zip(lines, rows, strict=True), start=1):
        if len(row) != len(header) or not (is_plain or _line(row) == line + "\n"):
            raise ValueError(f"line {at}: not spelled as this table spells its rows")
    return rows[1:]


def _is_plain(text: str) -> bool:
    return _QUOTE not in text and "\r" not in text


def _line(fields: Sequence[str]) -> str:
    return ",".join(map(_spelled, fields)) + "\n"


def _spelled(field: str) -> str:
    if "\n" in field or "\r" in field:
        raise ValueError(f"a field holds a line break: {field!r}")
    if _QUOTE in field or "," in field:
        return _QUOTE + field.replace(_QUOTE, _QUOTE * 2) + _QUOTE
    return field


def _fields(line: str, at: int) -> tuple[str, ...]:
    if _QUOTE not in line:
        return tuple(line.split(","))
    fields, rest = [], line
    while True:
        field, rest = _first_field(rest, at)
        fields.append(field)
        if not rest:
            return tuple(fields)
        rest = rest[1:]


def _first_field(text: str, at: int) -> tuple[str, str]:
    """Return the first field of ``text`` and what follows, from its comma on."""
    if not text.startswith(_QUOTE):
        field, comma, rest = text.partition(",")
        return field, comma + rest
    end = text.find(_QUOTE, 1)
    while text[end : end + 2] == _QUOTE * 2:
        end = text.find(_QUOTE, end + 2)
    if end == -1 or text[end + 1 : end + 2] not in {"", ","}:
        raise ValueError(f"line {at}: a quotation mark has no partner")
    return text[1:end].replace(_QUOTE * 2, _QUOTE), text[end + 1 :]
