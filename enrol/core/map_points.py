"""Points on the map as people type or paste them."""

import re

_NUMBER = r"(-?[0-9]{1,3}[.,][0-9]{2,15})"
_IN_AN_ADDRESS = re.compile(rf"[@=/]{_NUMBER},\s*{_NUMBER}", re.ASCII)
_PAIR = re.compile(
    r"\(?\s*(-?[0-9]{1,3}(?:[.,][0-9]{1,15})?)\s*(?:[,;]\s+|;|\s+|,(?=[0-9-]+\.))\s*"
    r"(-?[0-9]{1,3}(?:[.,][0-9]{1,15})?)\s*\)?",
    re.ASCII,
)
_SEXAGESIMAL = re.compile(
    r"([0-9]{1,3})\s*[°º]\s*([0-9]{1,2})\s*['’′]\s*(?:([0-9]{1,2}(?:[.,][0-9]+)?)\s*[\"”″]\s*)?"
    r"([NSEWBĐTnsewbđt])"
)
_SOUTHERN_OR_WESTERN = frozenset("SWswTt")


def read_point(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees (WGS 84) of what was typed, None when it is none.

    Takes ``21.0285, 105.8542``, decimal commas between blanks or semicolons, degrees with minutes
    and seconds, and addresses of map pages that hold a pair after ``@``, ``=`` or ``/``.
    """
    text = text.strip()
    found = _IN_AN_ADDRESS.search(text) if "://" in text else _PAIR.fullmatch(text)
    if found:
        latitude, longitude = (float(part.replace(",", ".")) for part in found.groups())
    else:
        parts = _SEXAGESIMAL.findall(text)
        if len(parts) != 2:
            return None
        latitude, longitude = (_degrees(*part) for part in parts)
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude


def _degrees(whole: str, minutes: str, seconds: str, side: str) -> float:
    value = int(whole) + int(minutes) / 60 + float((seconds or "0").replace(",", ".")) / 3600
    return -value if side in _SOUTHERN_OR_WESTERN else value
