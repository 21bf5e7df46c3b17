"""Vietnamese names and other typed text: one spelling, one order, one key to search by.

A name is kept whole, as on the birth certificate. Nothing here forces it into two parts: names of
one word, of six, with apostrophes or letters of other alphabets are names.
"""

import re
import unicodedata

_BLANK = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})

# The alphabet of Vietnamese dictionaries with f, j, w and z at their Latin places.
_ALPHABET = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Marks that make another letter (breve, circumflex, horn), and the tones in the order of ICU's
# collation for Vietnamese: none, huyền, hỏi, ngã, sắc, nặng.
_LETTER_MARKS = frozenset("\u0306\u0302\u031b")
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

# Two digits a sign, so that the key sorts the same in every collation. What ends a part or a word
# is below every letter, so that a shorter word or name comes first.
_END_OF_PART = "00"
_FIRST_TONE = 10
_NUMBER = "16"
_FIRST_LETTER = 20
_FOREIGN = "99"
_NUMBERS = re.compile(r"([0-9]+)")
_RANKS = {letter: f"{_FIRST_LETTER + place:02}" for place, letter in enumerate(_ALPHABET)}


def clean_text(text: str) -> str:
    """Return ``text`` in NFC, without control and invisible characters, with single plain spaces.

    Line breaks and every kind of blank count as spaces, none stands at an end. Zero-width
    characters, direction marks, soft hyphens, byte-order marks and half surrogates vanish. Letters,
    digits and punctuation stay as they are.
    """
    if not text.isprintable():
        text = "".join(letter for letter in map(_visible, text) if letter)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _visible(letter: str) -> str:
    if letter in _BLANK:
        return " "
    return "" if unicodedata.category(letter) in _INVISIBLE else letter


def sort_key(full_name: str) -> str:
    """Return the key that puts names in the order of a class list: given name, middle, family name.

    Words compare letter by letter in the Vietnamese alphabet, then by tone wherever it is written
    (``hòa`` = ``hoà``). Case, apostrophes and hyphens do not count. The key is made of digits only,
    so that byte order and every locale agree; equal keys need a further criterion (the code).
    """
    words = _decomposed(full_name).split()
    middle = "".join(map(_word_key, words[1:-1]))
    family = "".join(map(_word_key, words[:1])) if len(words) > 1 else ""
    given = "".join(map(_word_key, words[-1:]))
    return _END_OF_PART.join((given, middle, family))


def label_key(label: str) -> str:
    """Return the key that puts labels in their natural order: 2, 10, 16, 16A, VP4, VP10, Đông.

    Numbers compare as numbers and come before letters, letters as in ``sort_key``. Digits only.
    """
    plain = _decomposed(label)
    tones = "".join(str(_TONES[sign]) for sign in plain if sign in _TONES)
    parts = (_label_part(part) for part in _NUMBERS.split(plain))
    return "".join(parts) + _END_OF_PART + tones


def _label_part(part: str) -> str:
    if not part.isascii() or not part.isdigit():
        return "".join(map(_rank, _letters(part)))
    digits = part.lstrip("0") or "0"
    return f"{_NUMBER}{len(digits):03}{digits}"


def search_key(text: str) -> str:
    """Return ``text`` in lower case without accents (đ is d), for search by those who type none.

    Apostrophes vanish, other signs that are neither letter nor digit count as spaces.
    """
    plain = (_plain(letter) for letter in _decomposed(text))
    return " ".join("".join(plain).split())


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text.casefold())


def _plain(letter: str) -> str:
    if letter == "đ":
        return "d"
    if letter.isalnum() or letter in _APOSTROPHES or unicodedata.combining(letter):
        return letter if letter.isalnum() else ""
    return " "


_APOSTROPHES = frozenset("'\u2019\u2018\u02bc`\u00b4")


def _word_key(word: str) -> str:
    """Return the letters' places in the alphabet, then the word's tone. ``word`` is decomposed."""
    tone = max((_TONES[sign] for sign in word if sign in _TONES), default=0)
    return "".join(map(_rank, _letters(word))) + f"{_FIRST_TONE + tone}"


def _letters(word: str) -> list[str]:
    """Return the letters of a decomposed word with the marks that make them, without tones."""
    letters: list[str] = []
    for sign in word:
        if sign in _LETTER_MARKS and letters:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + sign)
        elif sign.isalnum():
            letters.append(sign)
    return letters


def _rank(letter: str) -> str:
    """Return two digits for a letter of the alphabet; any other comes after z, by code point."""
    found = _RANKS.get(letter)
    if found is None:
        base = unicodedata.normalize("NFD", letter)[0]
        found = _RANKS.get(base) or f"{_FOREIGN}{ord(base):07}"
    return found
