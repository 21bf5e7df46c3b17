"""The cells of one row as values; what is wrong with them gathers as reasons.

A wrong cell gives a stand-in of the right type, so that every cell of a row is judged in one go.
The stand-in never goes anywhere: a row with reasons is not kept.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from enrol.services.phones import normalise_phone

LONGEST_NAME = 120
LONGEST_TEXT = 300
MOST_ITEMS = 50

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_EMAIL = re.compile(r"[^@\s,;<>()\"\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOCAL_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,3}([.,][0-9]{1,15})?")
# Some letters of the highland languages (ơ̆) exist only as a letter with a combining mark.
_NOT_IN_A_NAME = re.compile("[^\\w \u0300-\u036f.'’ʼ-]|[\\d_]")

_NO_DAY = date.min
_NO_INSTANT = datetime.min.replace(tzinfo=UTC)
_YEARS = range(1900, 2101)
_VIETNAM_LATITUDES, _VIETNAM_LONGITUDES = (8.0, 24.0), (102.0, 115.0)

_Value = TypeVar("_Value")


class Cells:
    """One row of a table. ``reasons`` refuse it, ``doubts`` only warn."""

    __slots__ = ("_values", "doubts", "line", "reasons")

    def __init__(self, *, line: int, values: Mapping[str, str]) -> None:
        self.line = line
        self.reasons: list[str] = []
        self.doubts: list[str] = []
        self._values = values

    def refuse(self, column: str, reason: str) -> None:
        """Note why the row cannot be taken."""
        self.reasons.append(f"{column}: {reason}")

    def doubt(self, column: str, reason: str) -> None:
        """Note what somebody should look at."""
        self.doubts.append(f"{column}: {reason}")

    def has(self, column: str) -> bool:
        """Tell whether the file has this column."""
        return column in self._values

    def is_empty(self, column: str) -> bool:
        """Tell whether the cell is empty or the column missing."""
        return not self._values.get(column)

    def text(self, column: str, *, longest: int = LONGEST_TEXT) -> str:
        """Return a text that must be there."""
        value = self._values.get(column, "")
        if not value:
            self.refuse(column, "must not be empty")
        elif len(value) > longest:
            self.refuse(column, f"is longer than {longest} characters")
        return value

    def named(self, column: str) -> str:
        """Return what somebody is called, with whatever an office put behind the name."""
        value = self.text(column, longest=LONGEST_NAME)
        if value and not value[0].isalpha():
            self.refuse(column, "must begin with a letter")
        return value

    def person(self, column: str) -> str:
        """Return a person's name: letters of any alphabet, spaces, apostrophes, hyphens, dots."""
        value = self.named(column)
        if _NOT_IN_A_NAME.search(value):
            self.refuse(column, "is no name: letters, spaces, apostrophes, hyphens, full stops")
        return value

    def code(self, column: str) -> str:
        """Return a code that must be there: Latin letters, digits, ``.``, ``_``, ``-``."""
        value = self.text(column)
        if value and not _CODE.fullmatch(value):
            self.refuse(
                column, "a code has 1 to 40 letters a-z, digits, dots, hyphens, underscores"
            )
        return value

    def day(self, column: str) -> date:
        """Return a date that must be there, ``YYYY-MM-DD`` or ``DD/MM/YYYY``."""
        found = _day(self.text(column))
        if found is None and not self.is_empty(column):
            self.refuse(column, "is no date; write YYYY-MM-DD or DD/MM/YYYY")
        return found or _NO_DAY

    def instant(self, column: str) -> datetime:
        """Return an instant that must be there, ISO 8601 with its offset."""
        value = self.text(column)
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            if value:
                self.refuse(column, "is no instant; write it like 2026-07-01T00:00:00+07:00")
            return _NO_INSTANT
        if found.tzinfo is None:
            self.refuse(column, "lacks its offset; write it like 2026-07-01T00:00:00+07:00")
            return _NO_INSTANT
        return found

    def whole(self, column: str, *, most: int) -> int:
        """Return a whole number from 0 to ``most`` that must be there."""
        value = self.text(column)
        if not value:
            return 0
        if not _WHOLE.fullmatch(value) or int(value) > most:
            self.refuse(column, f"must be a whole number from 0 to {most}")
            return 0
        return int(value)

    def one_of(self, column: str, choices: Collection[str]) -> str:
        """Return a word of a closed list that must be there."""
        value = self.text(column)
        if value and value not in choices:
            self.refuse(column, f"must be one of {', '.join(choices)}")
        return value

    def items(self, column: str) -> list[str]:
        """Return the texts between ``|``, none empty, none twice, in their order."""
        value = self._values.get(column, "")
        found = list(dict.fromkeys(item for item in map(str.strip, value.split("|")) if item))
        if len(found) > MOST_ITEMS or len(value) > LONGEST_TEXT * MOST_ITEMS:
            self.refuse(column, f"holds more than {MOST_ITEMS} entries")
        return found

    def optional(self, read: Callable[[str], _Value], column: str) -> _Value | None:
        """Return what ``read`` makes of the cell, None when it is empty."""
        return None if self.is_empty(column) else read(column)

    def optional_text(self, column: str) -> str | None:
        """Return a text or None."""
        return self.optional(self.text, column)

    def optional_code(self, column: str) -> str | None:
        """Return a code or None."""
        return self.optional(self.code, column)

    def optional_day(self, column: str) -> date | None:
        """Return a date or None."""
        return self.optional(self.day, column)

    def optional_whole(self, column: str, *, most: int) -> int | None:
        """Return a whole number from 0 to ``most`` or None."""
        return None if self.is_empty(column) else self.whole(column, most=most)

    def optional_phone(self, column: str) -> str | None:
        """Return a telephone number in E.164 or None."""
        if self.is_empty(column):
            return None
        number = normalise_phone(self._values[column])
        if number is None:
            self.refuse(column, "is no telephone number")
        return number

    def email(self, column: str) -> str:
        """Return an e-mail address that must be there, in lower case."""
        value = self.text(column).lower()
        if value and (len(value) > 254 or not _EMAIL.fullmatch(value)):
            self.refuse(column, "is no e-mail address")
        return value

    def point(self, *, is_required: bool) -> tuple[float | None, float | None]:
        """Return ``latitude`` and ``longitude`` in degrees (WGS 84), or two None."""
        empty = [name for name in ("latitude", "longitude") if self.is_empty(name)]
        if len(empty) == 2 and not is_required:
            return None, None
        for name in empty:
            self.refuse(name, "must not be empty; a point has a latitude and a longitude")
        if empty:
            return None, None
        latitude = self._degrees("latitude", 90)
        longitude = self._degrees("longitude", 180)
        if latitude is not None and longitude is not None:
            self._doubt_far_away(latitude, longitude)
        return latitude, longitude

    def _degrees(self, column: str, most: int) -> float | None:
        value = self._values[column]
        degrees = float(value.replace(",", ".")) if _DECIMAL.fullmatch(value) else None
        if degrees is None or abs(degrees) > most:
            self.refuse(column, f"must be degrees from -{most} to {most}; Hanoi is at 21, 105")
            return None
        return degrees

    def _doubt_far_away(self, latitude: float, longitude: float) -> None:
        south, north = _VIETNAM_LATITUDES
        west, east = _VIETNAM_LONGITUDES
        if not (south <= latitude <= north and west <= longitude <= east):
            self.doubt("latitude", "the point lies outside Vietnam")


def _day(text: str) -> date | None:
    """Return the date written, None when it is none of years 1900 to 2100."""
    iso = _ISO_DAY.fullmatch(text)
    if iso:
        year, month, day = iso.groups()
    elif local := _LOCAL_DAY.fullmatch(text):
        day, month, year = local.groups()
    else:
        return None
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year in _YEARS else None
