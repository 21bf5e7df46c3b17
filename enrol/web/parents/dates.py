"""Dates as parents type them, in three entries."""

import re
import unicodedata
from datetime import date

_MONTH = re.compile(r"(?:th[aá]ng|th|t)?[ .]*([0-9]{1,2})", re.IGNORECASE)


def typed_date(*, day: str, month: str, year: str) -> date | None:
    """Return the date, or None when there is no such day: nothing is guessed or moved.

    Takes ``5``, ``05`` and ``tháng 5``; the year needs its four digits.
    """
    found = _MONTH.fullmatch(_plain(month))
    if found is None or not re.fullmatch(r"[0-9]{1,2}", _plain(day)):
        return None
    if not re.fullmatch(r"[0-9]{4}", _plain(year)):
        return None
    try:
        return date(int(_plain(year)), int(found[1]), int(_plain(day)))
    except ValueError:
        return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
