"""Cells that compute nothing, and the order of class lists as a law of comparison."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.names import sort_key
from enrol.core.spreadsheets import inert


@pytest.mark.parametrize(
    "text", ["=1+1", "+84912", "-2", "@SUM(A1)", "\t=1", " =1", "\uff1d1", "|cmd", "%0A"]
)
def test_what_might_compute_stands_after_an_apostrophe(text):
    assert inert(text) == f"'{text}"


@given(st.text())
def test_a_cell_is_inert_and_stays_so(text):
    cell = inert(text)

    assert inert(cell) == cell
    assert not cell.strip() or cell.lstrip(" \u00a0")[:1] not in "=+-@"
    assert cell.endswith(text)


@pytest.mark.parametrize("text", ["Nguyễn Thị Đào", "12 phố Hàng Bài", "", "16A", "0912 345 678"])
def test_ordinary_text_is_left_alone(text):
    assert inert(text) == text


SYLLABLES = [
    "an",
    "ân",
    "ăn",
    "ánh",
    "đào",
    "dao",
    "hòa",
    "hoà",
    "hoa",
    "thị",
    "văn",
    "Ứng",
    "uông",
]
FULL_NAMES = st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=5).map(" ".join)


@given(FULL_NAMES, FULL_NAMES)
def test_another_given_name_decides_whatever_else_there_is(one, other):
    """Given names that differ decide alone; equal ones leave it to the middle names."""
    first, second = sort_key(one.split()[-1]), sort_key(other.split()[-1])

    if first != second and not first.startswith(second) and not second.startswith(first):
        assert (sort_key(one) < sort_key(other)) == (first < second)


@given(FULL_NAMES, FULL_NAMES, st.sampled_from(SYLLABLES))
def test_among_namesakes_the_middle_names_decide_before_the_family_name(one, other, given_name):
    def middle(name):
        return " ".join([*name.split()[1:], given_name])

    first, second = sort_key(f"{one} {given_name}"), sort_key(f"{other} {given_name}")
    plain = [sort_key(f"x {middle(name)}") for name in (one, other)]

    if plain[0] != plain[1]:
        assert (first < second) == (plain[0] < plain[1])
