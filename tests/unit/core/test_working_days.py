"""Due dates in working days, with the holidays that the office states."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.working_days import WorkingCalendar, calendar_of

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
calendars = st.builds(
    WorkingCalendar,
    free=st.frozensets(days, max_size=40),
    worked=st.frozensets(days, max_size=10),
)
counts = st.integers(min_value=0, max_value=20)


def test_by_hand_over_a_weekend_and_a_holiday():
    calendar = calendar_of([(date(2026, 9, 2), False), (date(2026, 9, 5), True)])

    assert calendar.after(date(2026, 8, 31), 1) == date(2026, 9, 1)
    assert calendar.after(date(2026, 8, 31), 2) == date(2026, 9, 3)
    assert calendar.after(date(2026, 8, 31), 4) == date(2026, 9, 5)  # a Saturday worked instead
    assert calendar.after(date(2026, 8, 31), 5) == date(2026, 9, 7)
    assert calendar.before(date(2026, 9, 3), 1) == date(2026, 9, 1)


@given(calendars, days, counts)
def test_exactly_so_many_working_days_lie_between(calendar, day, count):
    due = calendar.after(day, count)

    between = (day + timedelta(days=n) for n in range(1, (due - day).days + 1))
    assert sum(map(calendar.is_working, between)) == count
    assert count == 0 or calendar.is_working(due)


@given(calendars, days, days, counts)
def test_who_begins_later_is_never_due_earlier(calendar, one, other, count):
    first, second = sorted((one, other))

    assert calendar.after(first, count) <= calendar.after(second, count)


@given(calendars, days, st.integers(min_value=1, max_value=20))
def test_the_first_start_that_is_due_in_time_is_the_first(calendar, day, count):
    start = calendar.first_due_on_or_after(day, days=count)

    assert calendar.after(start, count) >= day
    assert calendar.after(start - timedelta(days=1), count) < day


def test_a_calendar_without_working_days_is_an_error():
    free = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(800))

    with pytest.raises(ValueError, match="no working day"):
        WorkingCalendar(free=free).after(date(2026, 1, 1), 1)
