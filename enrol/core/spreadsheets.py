"""Cells of files that a spreadsheet will open: a text must never be taken for a formula."""

_STARTS = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20\u2212")
"""What a spreadsheet may begin to compute at (OWASP, CSV injection), full-width twins included."""


def inert(text: str) -> str:
    """Return the text as a cell that computes nothing: after an apostrophe when it might.

    Spreadsheets also look past leading blanks. Idempotent; ordinary text comes back as it is.
    """
    return f"'{text}" if text.lstrip(" \u00a0")[:1] in _STARTS and text.strip() else text
