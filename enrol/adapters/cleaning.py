"""One spelling of a text that came from outside."""

import unicodedata

_KEPT_AS_SPACE = {"\t", "\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"}


def clean_text(text: str) -> str:
    """Return ``text`` in NFC without control and invisible characters, with single plain spaces.

    Line breaks and every kind of blank become one space; zero-width characters, direction marks,
    soft
    hyphens and byte-order marks vanish. Nothing else changes: letters, apostrophes and digits stay.
    """
    if text.isprintable() and "  " not in text and text == text.strip(" "):
        return unicodedata.normalize("NFC", text)  # a quick look for what is composed already
    seen = "".join(letter for letter in map(_visible, text) if letter)
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def _visible(letter: str) -> str:
    if letter in _KEPT_AS_SPACE:
        return " "
    return "" if unicodedata.category(letter) in {"Cc", "Cf"} else letter
