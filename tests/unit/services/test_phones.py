"""Telephone numbers in every way Vietnamese people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.services.phones import normalise_phone, spoken_phone


@pytest.mark.parametrize(
    "written",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "(0912) 345678",
        "+84912345678",
        "+84 (0) 912 345 678",
        "84 912 345 678",
        "0084 912345678",
        "912345678",  # a spreadsheet took the zero away
    ],
)
def test_one_mobile_number_has_one_spelling(written):
    assert normalise_phone(written) == "+84912345678"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("01621234567", "+84321234567"),
        ("0169 123 4567", "+84391234567"),
        ("01201234567", "+84701234567"),
        ("01231234567", "+84831234567"),
        ("01271234567", "+84811234567"),
        ("+84 186 123 4567", "+84561234567"),
        ("01991234567", "+84591234567"),
    ],
)
def test_numbers_of_before_2018_become_those_of_today(old, new):
    assert normalise_phone(old) == new


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("024 3825 1234", "+842438251234"),
        ("+84 24 3825 1234", "+842438251234"),
        ("845123456", "+84845123456"),  # a mobile number that begins like the country code
        ("+82 10 1234 5678", "+821012345678"),
        ("+1 650 253 0000", "+16502530000"),
        ("0951234567", "+84951234567"),  # the shape counts, not the list of networks
    ],
)
def test_landlines_and_foreign_numbers(written, number):
    assert normalise_phone(written) == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "12345",
        "không có",
        "0912 345 67",
        "0912 345 6789",
        "0401234567",
        "01101234567",
        "+82 10 12",
        "+999 123 456 789",
        "٠٩١٢٣٤٥٦٧٨",
        "0912345678 / 0987654321",
    ],
)
def test_what_is_no_number_is_not_made_one(written):
    assert normalise_phone(written) is None


@given(st.text())
def test_any_text_gives_a_number_that_stays_itself_or_nothing(text):
    number = normalise_phone(text)

    assert number is None or normalise_phone(number) == number


@pytest.mark.parametrize(
    ("kept", "spoken"),
    [
        ("+84912345678", "0912 345 678"),
        ("+842439360000", "024 3936 0000"),
        ("+33142685300", "+33142685300"),
    ],
)
def test_numbers_are_shown_as_people_read_them(kept, spoken):
    assert spoken_phone(kept) == spoken
