from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core import eligibility
from enrol.core.eligibility import Limits, Refusal

LIMITS = Limits(
    born_from=date(2020, 1, 1),
    born_until=date(2020, 12, 31),
    max_wishes=2,
    born_from_with_grounds=date(2017, 1, 1),
)
SCHOOLS = frozenset({"TH01", "TH02", "TH03"})


def check(**changes):
    usual = {
        "born_on": date(2020, 6, 1),
        "wishes": ("TH01",),
        "zone_schools": SCHOOLS,
        "limits": LIMITS,
    }
    return eligibility.check(**{**usual, **changes})


def test_a_six_year_old_with_a_wish_of_the_zone_is_eligible():
    assert check() == ()


@pytest.mark.parametrize(
    ("born_on", "expected"),
    [
        (date(2019, 12, 31), (Refusal.BORN_TOO_EARLY,)),
        (date(2020, 1, 1), ()),
        (date(2020, 12, 31), ()),
        (date(2021, 1, 1), (Refusal.BORN_TOO_LATE,)),
    ],
)
def test_both_birth_dates_of_the_intake_are_included(born_on, expected):
    assert check(born_on=born_on) == expected


def test_grounds_for_late_entry_admit_an_older_child_but_never_a_younger_one():
    assert check(born_on=date(2017, 1, 1), has_late_entry_grounds=True) == ()
    assert check(born_on=date(2016, 12, 31), has_late_entry_grounds=True) == (
        Refusal.BORN_TOO_EARLY,
    )
    assert check(born_on=date(2021, 1, 1), has_late_entry_grounds=True) == (Refusal.BORN_TOO_LATE,)


def test_grounds_change_nothing_in_an_intake_that_knows_none():
    limits = Limits(date(2020, 1, 1), date(2020, 12, 31), 2)

    assert check(born_on=date(2019, 1, 1), limits=limits, has_late_entry_grounds=True) == (
        Refusal.BORN_TOO_EARLY,
    )


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ((), (Refusal.NO_WISH_GIVEN,)),
        (("TH01", "TH02"), ()),
        (("TH01", "TH02", "TH03"), (Refusal.TOO_MANY_WISHES_GIVEN,)),
        (("TH01", "TH01"), (Refusal.WISH_REPEATED,)),
        (("TH09",), (Refusal.WISH_OUTSIDE_ZONE,)),
    ],
)
def test_wishes_are_few_different_and_of_the_zone(wishes, expected):
    assert check(wishes=wishes) == expected


def test_all_refusals_are_told_in_their_own_order():
    found = check(born_on=date(2021, 1, 1), wishes=("TH09", "TH09", "TH09"))

    assert found == (
        Refusal.BORN_TOO_LATE,
        Refusal.TOO_MANY_WISHES_GIVEN,
        Refusal.WISH_REPEATED,
        Refusal.WISH_OUTSIDE_ZONE,
    )


@given(
    st.dates(date(2015, 1, 1), date(2023, 1, 1)),
    st.lists(st.sampled_from(["TH01", "TH02", "TH09"]), max_size=4),
    st.booleans(),
)
def test_refusals_are_sorted_and_told_once(born_on, wishes, has_grounds):
    found = check(born_on=born_on, wishes=wishes, has_late_entry_grounds=has_grounds)
    order = list(Refusal)

    assert list(found) == sorted(set(found), key=order.index)
