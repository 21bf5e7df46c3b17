"""The draw: numbers that nobody could choose and everybody can recompute.

The seed is committed to before registration opens, the public value is born after closing, and
the list hash binds the draw to one frozen list; so no party can steer a number alone.
"""

import hashlib
import hmac
from collections.abc import Iterable

SEED_BYTES = 32
_LIST_HASH_BYTES = 32
_SEPARATOR = b"\x00"
_BLOCK_BYTES = 64


def commitment(seed: bytes) -> str:
    """Return SHA-256(seed) as 64 hex digits: published before the draw.

    Raises ValueError when the seed is not 32 bytes.
    """
    _check_length(seed, SEED_BYTES, "seed")
    return hashlib.sha256(seed).hexdigest()


def draw_key(*, seed: bytes, public_value: str, list_hash: bytes) -> bytes:
    """Return K = HMAC-SHA256(seed, public value in UTF-8 || 0x00 || list hash), 32 bytes.

    ``list_hash`` is the 32 raw bytes of ``sealing.list_hash``. The public value is taken as it
    is: whoever records it brings it to NFC first. Raises ValueError for another length, an empty
    public value, or one that holds the separator.
    """
    _check_length(seed, SEED_BYTES, "seed")
    _check_length(list_hash, _LIST_HASH_BYTES, "list hash")
    value = public_value.encode("utf-8")
    if not value or _SEPARATOR in value:
        message = "the public value must be text without the character NUL"
        raise ValueError(message)
    return hmac.digest(seed, value + _SEPARATOR + list_hash, "sha256")


def number(*, key: bytes, code: str) -> str:
    """Return the lottery number of a family or registration code: 64 hex digits, lowest first."""
    return hmac.digest(key, code.encode("utf-8"), "sha256").hex()


def numbers(*, key: bytes, codes: Iterable[str]) -> list[str]:
    """Return ``number`` of each code, several times as fast for many.

    HMAC as RFC 2104 writes it, with both padded keys made once.
    """
    short = key if len(key) <= _BLOCK_BYTES else hashlib.sha256(key).digest()
    padded = short.ljust(_BLOCK_BYTES, b"\x00")
    inner, outer = (bytes(byte ^ pad for byte in padded) for pad in (0x36, 0x5C))
    sha256 = hashlib.sha256
    return [sha256(outer + sha256(inner + code.encode()).digest()).hexdigest() for code in codes]


def number_for_school(*, key: bytes, code: str, school: str) -> str:
    """Return the lottery number of a code at one school, for rules with a draw per school."""
    message = code.encode("utf-8") + _SEPARATOR + school.encode("utf-8")
    return hmac.digest(key, message, "sha256").hex()


def _check_length(value: bytes, expected: int, what: str) -> None:
    if len(value) != expected:
        message = f"the {what} must be {expected} bytes, not {len(value)}"
        raise ValueError(message)
