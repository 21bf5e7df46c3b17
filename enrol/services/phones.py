"""Telephone numbers as people write them, kept as E.164."""

import re

import phonenumbers

_COUNTRY = "VN"
_WRITTEN_SEPARATORS = re.compile(r"[\s.\-\u00ad\u2010-\u2015\u2212()/]+")
_MOBILE = re.compile(r"[35789][0-9]{8}")
_LANDLINE = re.compile(r"2[0-9]{9}")

# Mobile numbers of eleven digits became ten in autumn 2018; lists and paper forms still carry the
# old ones.
_OLD_PREFIXES = {
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38",
    "169": "39", "120": "70", "121": "79", "122": "77", "126": "76", "128": "78", "123": "83",
    "124": "84", "125": "85", "127": "81", "129": "82", "186": "56", "188": "58", "199": "59",
}  # fmt: skip
_OLD_MOBILE = re.compile(r"(1[0-9]{2})([0-9]{7})")


_MOBILE_DIGITS = 10
_LANDLINE_DIGITS = 11


def normalise_phone(text: str) -> str | None:
    """Return the number as E.164 (``+84912345678``), or None when it is no telephone number.

    Takes every usual Vietnamese way to write one: spaces, dots, dashes, brackets, ``0``, ``84``,
    ``+84`` or ``0084`` in front, ``(0)`` after the country code, mobile numbers of before 2018.
    Mobile numbers are judged by shape (03, 05, 07, 08, 09 and eight digits), because lists of
    networks age badly. Other countries' numbers need ``+`` or ``00`` and must be valid there.
    """
    joined = _WRITTEN_SEPARATORS.sub("", text.strip())
    if joined.startswith("00"):
        joined = f"+{joined[2:]}"
    if not re.fullmatch(r"\+?[0-9]{8,15}", joined, re.ASCII):
        return None
    if joined.startswith("+") and not joined.startswith("+84"):
        return _foreign(joined)
    return _vietnamese(joined)


def _vietnamese(joined: str) -> str | None:
    for national in _national_readings(joined):
        if _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national):
            return f"+84{national}"
        old = _OLD_MOBILE.fullmatch(national)
        if old and old[1] in _OLD_PREFIXES:
            return f"+84{_OLD_PREFIXES[old[1]]}{old[2]}"
    return None


def _national_readings(joined: str) -> list[str]:
    """Return the number without trunk zero or country code, in each way it can be meant."""
    if joined.startswith("+84"):
        return [joined[3:].removeprefix("0")]
    if joined.startswith("0"):
        return [joined[1:]]
    if joined.startswith("84"):
        return [joined[2:].removeprefix("0"), joined]
    return [joined]


def _foreign(joined: str) -> str | None:
    try:
        number = phonenumbers.parse(joined, _COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spoken_phone(number: str) -> str:
    """Return a Vietnamese number as people read it: 0912 345 678, 024 3936 0000; others as kept."""
    if not number.startswith("+84"):
        return number
    national = "0" + number.removeprefix("+84")
    if len(national) == _MOBILE_DIGITS:
        return f"{national[:4]} {national[4:7]} {national[7:]}"
    if len(national) == _LANDLINE_DIGITS:
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    return national
