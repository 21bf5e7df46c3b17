"""Warnings by rules alone: numbers, marks of children and addresses, changed addresses."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.flags import Home, Kind, Stated, child_marks, home_marks, own_flags
from enrol.core.identity_numbers import Contradiction, contradictions
from enrol.core.names import search_key

STATED = Stated(
    full_name="Nguyễn Thị Hòa",
    birth_on=date(2020, 5, 17),
    sex="female",
    personal_id=None,
    phone="+84912345678",
    guardian_name="Trần Văn Bình",
    homes={"current": Home("00070", "16A", "12 phố Hàng Bài")},
)
NAMES = st.lists(
    st.sampled_from(["Nguyễn", "Thị", "Hòa", "Hoà", "Đặng", "Ý", "H'Mai"]), min_size=1, max_size=5
).map(" ".join)


@given(
    place=st.integers(0, 999),
    born_on=st.dates(date(1900, 1, 1), date(2299, 12, 31)),
    is_female=st.booleans(),
    rest=st.integers(0, 999_999),
)
def test_a_number_made_by_the_rules_contradicts_nothing(place, born_on, is_female, rest):
    digit = (born_on.year - 1900) // 100 * 2 + is_female
    number = f"{place:03}{digit}{born_on.year % 100:02}{rest:06}"
    sex, other = ("female", "male") if is_female else ("male", "female")

    assert contradictions(number=number, sex=sex, born_on=born_on) == ()
    assert contradictions(number=number, sex=other, born_on=born_on) == (Contradiction.SEX,)
    year = born_on.year + (1 if born_on.year < 2299 else -1)
    assert contradictions(number=number, sex=sex, born_on=date(year, 1, 1)) == (
        Contradiction.BIRTH_YEAR,
    )


@pytest.mark.parametrize("number", ["", "12345678901", "1234567890123", "90132000000x", "٩" * 12])
def test_another_shape_says_nothing_else(number):
    found = contradictions(number=number, sex="male", born_on=date(2020, 1, 1))

    assert found == (Contradiction.SHAPE,)


@given(name=NAMES)
def test_accents_case_and_blanks_do_not_hide_a_child(name):
    written = replace(STATED, full_name=name)
    typed = replace(STATED, full_name=f"  {search_key(name).upper()} ")

    assert child_marks(written) == child_marks(typed)


def test_namesakes_with_other_parents_and_twins_share_no_mark():
    namesake = replace(STATED, phone="+84987654321", guardian_name="Lê Văn Tám")
    twin = replace(STATED, full_name="Nguyễn Thị Bình")

    assert not child_marks(STATED) & child_marks(namesake)
    assert not child_marks(STATED) & child_marks(twin)


def test_the_same_number_is_the_same_child_whatever_the_name():
    first = replace(STATED, personal_id="901320000001")
    second = replace(first, full_name="Lê Thị An", phone="+84900000000", guardian_name="Ai Đó")

    assert child_marks(first) & child_marks(second)


@pytest.mark.parametrize(
    "address",
    ["12 Hàng Bài", "Số 12, phố HÀNG BÀI", "so nha 12 duong hang bai", "12  phố Hàng Bài."],
)
def test_one_address_written_in_many_ways_has_one_mark(address):
    other = replace(STATED, homes={"permanent": Home("00070", "16A", address)})

    assert home_marks(other) == home_marks(STATED)


@pytest.mark.parametrize(
    "home",
    [
        Home("00071", "16A", "12 phố Hàng Bài"),
        Home("00070", "16B", "12 phố Hàng Bài"),
        Home("00070", "16A", "14 phố Hàng Bài"),
    ],
)
def test_another_ward_group_or_number_is_another_address(home):
    assert not home_marks(replace(STATED, homes={"current": home})) & home_marks(STATED)


def test_an_address_without_a_number_is_too_vague_to_compare():
    assert home_marks(replace(STATED, homes={"current": Home("00070", "16A", "Thôn Đông")})) == (
        frozenset()
    )


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_has_marks_of_one_shape(name, address):
    odd = replace(STATED, full_name=name, homes={"current": Home("1", None, address)})

    for mark in child_marks(odd) | home_marks(odd):
        assert len(mark) == 32
        assert set(mark) <= set("0123456789abcdef")


def test_what_stayed_the_same_gives_no_warning():
    found = list(own_flags(STATED, before=STATED, registered=STATED.homes))

    assert found == []


def test_a_register_that_knows_the_group_only_is_not_contradicted():
    known = {"current": Home("00070", "16A", "")}

    assert list(own_flags(STATED, before=None, registered=known)) == []


def test_a_residence_that_vanished_is_a_change():
    gone = replace(STATED, homes={})

    [flag] = own_flags(gone, before=STATED, registered={})

    assert (flag.kind, flag.key) == (Kind.ADDRESS_CHANGED, "current/sent")
