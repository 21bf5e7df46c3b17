"""What an SMS costs: its parts, as networks count them (3GPP TS 23.038 and 23.040).

One part holds 160 characters of the GSM alphabet, or 70 UTF-16 units as soon as a single character
is not in it; of a longer text each part holds 153 or 67. Vietnamese with its diacritics is always
of the second kind.
"""

import unicodedata
from math import ceil
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO_SEPTETS: Final = frozenset("^{}\\[~]|€\f")
GSM_ALONE, GSM_OF_MANY = 160, 153
UCS2_ALONE, UCS2_OF_MANY = 70, 67


def is_gsm(text: str) -> bool:
    """Say whether every character is of the GSM alphabet or its extension."""
    return all(char in _BASIC or char in _TWO_SEPTETS for char in text)


def sms_parts(text: str) -> int:
    """Return how many parts a text is sent in; an empty one is one part."""
    if is_gsm(text):
        length = sum(2 if char in _TWO_SEPTETS else 1 for char in text)
        alone, of_many = GSM_ALONE, GSM_OF_MANY
    else:
        length = len(text.encode("utf-16-be")) // 2
        alone, of_many = UCS2_ALONE, UCS2_OF_MANY
    return 1 if length <= alone else ceil(length / of_many)


def without_marks(text: str) -> str:
    """Return Vietnamese as it is written where diacritics cannot be: ``Đã nhận`` is ``Da nhan``."""
    split = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(char for char in split if not unicodedata.combining(char))
