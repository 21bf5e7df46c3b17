"""Letters as PDF: one page in Be Vietnam Pro, readable on a telephone and on paper.

The words come in already translated; nothing here knows a language. The same letter gives the same
bytes: the only time in the file is the letter's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import segno
from fontpkg_be_vietnam_pro import ROOT as FONTS

if TYPE_CHECKING:
    from fpdf import FPDF

_FAMILY = "BeVietnamPro"
_REGULAR = FONTS / "files" / "BeVietnamPro-Regular.ttf"
_BOLD = FONTS / "files" / "BeVietnamPro-SemiBold.ttf"
_INK, _SOFT, _ACCENT, _LINE = (23, 33, 43), (75, 90, 103), (16, 71, 107), (195, 205, 213)
_MARGIN, _LABEL, _QR = 20.0, 52.0, 32.0


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines of (label, value)."""

    heading: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says; ``qr`` is the text of the picture, ``warning`` marks a rehearsal."""

    language: str
    office: str
    title: str
    code_label: str
    code: str
    qr: str
    sections: tuple[Section, ...]
    paragraphs: tuple[str, ...]
    foot: str
    made_at: datetime
    warning: str = ""


def letter_pdf(letter: Letter) -> bytes:
    """Return the letter as a PDF file."""
    return letters_pdf([letter])


def letters_pdf(letters: Sequence[Letter]) -> bytes:
    """Return letters of one language as a PDF file, each beginning on a page of its own.

    The file is built in memory (about 25 KB a letter): whoever has thousands makes several.
    """
    # Half of a web process's start is this library's font tools; most pages are no letters.
    from fpdf import FPDF  # noqa: PLC0415

    first = letters[0]
    pdf = FPDF(format="A4")
    pdf.set_lang(first.language)
    pdf.set_title(first.title)
    pdf.set_author(first.office)
    pdf.set_creation_date(first.made_at)
    pdf.set_margins(_MARGIN, _MARGIN, _MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.add_font(_FAMILY, style="", fname=_REGULAR)
    pdf.add_font(_FAMILY, style="B", fname=_BOLD)
    for letter in letters:
        pdf.add_page()
        _head(pdf, letter)
        for section in letter.sections:
            _section(pdf, section)
        pdf.ln(3)
        for paragraph in letter.paragraphs:
            _text(pdf, paragraph, size=10.5, after=1.5)
        _foot(pdf, letter.foot)
    return bytes(pdf.output())


def _head(pdf: "FPDF", letter: Letter) -> None:
    top = pdf.get_y()
    _qr(pdf, letter.qr, x=pdf.w - _MARGIN - _QR, y=top)
    width = pdf.epw - _QR - 6
    if letter.warning:
        _text(pdf, letter.warning, size=11, bold=True, width=width, after=2)
    _text(pdf, letter.office, size=10, colour=_SOFT, width=width, after=3)
    _text(pdf, letter.title, size=17, bold=True, colour=_ACCENT, width=width, after=4)
    _text(pdf, letter.code_label, size=10, colour=_SOFT, width=width)
    _text(pdf, letter.code, size=18, bold=True, width=width)
    pdf.set_y(max(pdf.get_y(), top + _QR) + 4)


def _qr(pdf: "FPDF", text: str, *, x: float, y: float) -> None:
    # Drawn as squares: sharp at every size, and no picture library.
    rows = [list(row) for row in segno.make(text, error="m").matrix_iter(border=0)]
    side = _QR / len(rows)
    pdf.set_fill_color(*_INK)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                pdf.rect(x + across * side, y + down * side, side, side, style="F")


def _section(pdf: "FPDF", section: Section) -> None:
    pdf.ln(3)
    _text(pdf, section.heading, size=12, bold=True, colour=_ACCENT, after=1)
    pdf.set_draw_color(*_LINE)
    for label, value in section.lines:
        pdf.line(_MARGIN, pdf.get_y(), pdf.w - _MARGIN, pdf.get_y())
        pdf.ln(1.2)
        top = pdf.get_y()
        _text(pdf, label, size=10, colour=_SOFT, width=_LABEL)
        bottom = pdf.get_y()
        pdf.set_xy(_MARGIN + _LABEL, top)
        _text(pdf, value, size=10.5, width=pdf.epw - _LABEL)
        pdf.set_y(max(bottom, pdf.get_y()) + 1)


def _text(
    pdf: "FPDF",
    text: str,
    *,
    size: float,
    bold: bool = False,
    colour: tuple[int, int, int] = _INK,
    width: float = 0,
    after: float = 0,
) -> None:
    pdf.set_font(_FAMILY, style="B" if bold else "", size=size)
    pdf.set_text_color(*colour)
    pdf.multi_cell(
        width,
        size * 0.5,
        text,
        align="L",
        new_x="LMARGIN",
        new_y="NEXT",
    )
    if after:
        pdf.ln(after)


def _foot(pdf: "FPDF", text: str) -> None:
    pdf.ln(4)
    pdf.line(_MARGIN, pdf.get_y(), pdf.w - _MARGIN, pdf.get_y())
    pdf.ln(1.5)
    _text(pdf, text, size=8.5, colour=_SOFT)
