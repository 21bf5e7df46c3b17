"""The QR code that is put together from differences is the one that segno makes."""

import re

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.web.parents.pictures import BORDER, token_picture

BEFORE = "https://tuyensinh.example.vn/ket-qua/"
tokens = st.text("0123456789abcdef", min_size=40, max_size=40)


def drawn(picture: str) -> set[tuple[int, int]]:
    """Return the dark modules of a picture as (row, column)."""
    path = re.search(r"%20d='([^']*)'", picture)[1]
    dark, row, column = set(), 0, 0
    for move in re.findall(r"[Mmh][\d.,]+", path):
        kind, numbers = move[0], [float(number) for number in move[1:].split(",")]
        if kind == "M":
            column, row = round(numbers[0]), round(numbers[1] - 0.5)
        elif kind == "m":
            column += round(numbers[0])
        else:
            dark |= {(row - BORDER, column - BORDER + step) for step in range(round(numbers[0]))}
            column += round(numbers[0])
    return dark


@pytest.mark.parametrize("before", [BEFORE, "http://localhost:8000/k/"])
@settings(max_examples=40, deadline=None)
@given(token=tokens)
def test_every_token_has_the_code_that_segno_makes(before, token):
    code = segno.make(before + token, error="m", mask=3, mode="byte", encoding="latin-1")
    dark = {
        (row, column)
        for row, modules in enumerate(code.matrix)
        for column, module in enumerate(modules)
        if module
    }

    assert drawn(token_picture(before=before, token=token)) == dark


def test_the_picture_has_a_quiet_border_and_nothing_that_needs_escaping():
    picture = token_picture(before=BEFORE, token="0" * 40)

    size = segno.make(BEFORE + "0" * 40, error="m", mask=3).symbol_size(border=BORDER)[0]
    assert f"viewBox='0,0,{size},{size}'" in picture
    assert not set('<>"#& ') & set(picture)
