"""Codes that people read, type and dictate: registration codes and secrets."""

from datetime import date

OFFICIAL_PREFIX = "AR"
REHEARSAL_PREFIX = "TT"
PREFIXES = (OFFICIAL_PREFIX, REHEARSAL_PREFIX)

SECRET_BYTES = 10
"""Random bytes in a secret: 80 bits, exactly sixteen symbols of five bits."""

_PREFIX_LENGTH = 2
_DATE_END = 10
_BODY_LENGTH = 16
_MAX_SEQUENCE = 999_999

# The check is a weighted sum that must be 0 modulo the prime 31. Weights are powers of 3, which
# generates all 30 non-zero residues, so the 17 places have 17 different weights. In a code of
# the right shape one wrong character, or two characters that changed places (neighbours or not),
# therefore never leaves the sum at 0. A symbol's value is its place here; the digits keep their
# own value so that a swap of the last digit and the check character is caught as well. Without
# 0, 1, I, L and O, none can be taken for another's twin.
_CHECK_ALPHABET = "AB23456789CDEFGHJKMNPQRSTUVWXYZ"
_PRIME = 31
_GENERATOR = 3

# Crockford's thirty-two symbols: digits, and letters without I, L, O, U.
_SECRET_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # noqa: S105 - an alphabet, no secret
_SECRET_LENGTH = 16
_GROUP = 4

_SEPARATORS = str.maketrans("", "", " \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2212._/")
_DIGIT_TWINS = str.maketrans("OIL", "011")
_SECRET_TWINS = str.maketrans("OILU", "011V")


def check_character(body: str) -> str:
    """Return the check character of a body: two letters A-Z and fourteen digits.

    With it, ``is_code`` finds every single wrong character and every two that changed places.
    Raises ValueError for another shape.
    """
    if not _is_body(body):
        message = "a code's body is two letters A-Z and fourteen digits"
        raise ValueError(message)
    total = 0
    for character in body:
        value = int(character) if character.isdigit() else ord(character) - ord("A")
        total = (total + value) * _GENERATOR % _PRIME
    return _CHECK_ALPHABET[-total % _PRIME]


def _is_body(text: str) -> bool:
    prefix, digits = text[:_PREFIX_LENGTH], text[_PREFIX_LENGTH:]
    return (
        text.isascii()
        and len(text) == _BODY_LENGTH
        and prefix.isalpha()
        and prefix.isupper()
        and digits.isdigit()
    )


def registration_code(*, prefix: str, on: date, sequence: int) -> str:
    """Return the code of the ``sequence``-th registration of a day (0 to 999999).

    Example shape: ``AR`` 20260701 000042 and the check character, seventeen characters in all.
    Raises ValueError for an unknown prefix or a sequence that does not fit.
    """
    if prefix not in PREFIXES:
        message = f"unknown prefix {prefix!r}"
        raise ValueError(message)
    if not 0 <= sequence <= _MAX_SEQUENCE:
        message = f"sequence {sequence} does not fit six digits"
        raise ValueError(message)
    body = f"{prefix}{on.year:04}{on.month:02}{on.day:02}{sequence:06}"
    return body + check_character(body)


def normalise_code(text: str) -> str:
    """Return a typed code as it is stored: upper case, no spaces or dashes, O and I as digits.

    Does not judge it: ``is_code`` does.
    """
    joined = text.translate(_SEPARATORS).upper()
    digits = joined[_PREFIX_LENGTH:_BODY_LENGTH].translate(_DIGIT_TWINS)
    return joined[:_PREFIX_LENGTH] + digits + joined[_BODY_LENGTH:]


def is_code(text: str) -> bool:
    """Say whether ``text`` is a registration code in stored form: shape, date and check hold."""
    body, check = text[:_BODY_LENGTH], text[_BODY_LENGTH:]
    if not _is_body(body) or body[:_PREFIX_LENGTH] not in PREFIXES:
        return False
    digits = body[_PREFIX_LENGTH:_DATE_END]
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return check == check_character(body)


def is_rehearsal_code(text: str) -> bool:
    """Say whether ``text`` is the code of a rehearsal registration."""
    return is_code(text) and text.startswith(REHEARSAL_PREFIX)


def secret_from_bytes(random_bytes: bytes) -> str:
    """Return ten random bytes as a secret to read aloud: ``XXXX-XXXX-XXXX-XXXX``, 80 bits.

    Raises ValueError for another number of bytes.
    """
    if len(random_bytes) != SECRET_BYTES:
        message = f"a secret is made of {SECRET_BYTES} random bytes"
        raise ValueError(message)
    value = int.from_bytes(random_bytes, "big")
    places = range(5 * (_SECRET_LENGTH - 1), -1, -5)
    return _grouped("".join(_SECRET_ALPHABET[value >> place & 31] for place in places))


def normalise_secret(text: str) -> str:
    """Return a typed secret as it was given out: upper case, groups of four, look-alikes mapped.

    O is read as 0, I and L as 1, U as V. Does not judge it: ``is_secret`` does.
    """
    return _grouped(text.translate(_SEPARATORS).upper().translate(_SECRET_TWINS))


def is_secret(text: str) -> bool:
    """Say whether ``text`` has the shape of a secret as ``secret_from_bytes`` gives it."""
    joined = text.replace("-", "")
    is_spelled = len(joined) == _SECRET_LENGTH and set(joined) <= set(_SECRET_ALPHABET)
    return is_spelled and text == _grouped(joined)


def _grouped(text: str) -> str:
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
