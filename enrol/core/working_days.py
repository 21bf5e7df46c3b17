"""Due dates in working days: Monday to Friday, without the holidays that the office has stated.

Which days are free, and which Saturday is worked instead, is announced year by year: data, never
code.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5
MOST_DAYS = 60
_LONGEST_WAIT = 400
"""Days in a row without one working day: more is a mistake in the calendar."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days on which offices do not work, and the weekend days on which they do."""

    free: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Say whether offices work on that day."""
        if day in self.worked:
            return True
        return day.weekday() < _SATURDAY and day not in self.free

    def after(self, day: date, days: int) -> date:
        """Return the day that is so many working days after ``day``, which itself never counts.

        Zero gives the day itself. Raises ValueError for a calendar without working days.
        """
        for _ in range(days):
            day = self._next(day, _DAY)
        return day

    def before(self, day: date, days: int) -> date:
        """Return the day that is so many working days before ``day``."""
        for _ in range(days):
            day = self._next(day, -_DAY)
        return day

    def first_due_on_or_after(self, day: date, *, days: int) -> date:
        """Return the first day from which ``days`` working days end on ``day`` or later.

        What began before it is due before ``day``.
        """
        start = self.before(day, days)
        while self.after(start - _DAY, days) >= day:
            start -= _DAY
        while self.after(start, days) < day:
            start += _DAY
        return start

    def _next(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_WAIT):
            day += step
            if self.is_working(day):
                return day
        message = "the calendar has no working day for more than a year"
        raise ValueError(message)


def calendar_of(days: Collection[tuple[date, bool]]) -> WorkingCalendar:
    """Return the calendar of the stated days, each with whether offices work on it."""
    return WorkingCalendar(
        free=frozenset(day for day, is_worked in days if not is_worked),
        worked=frozenset(day for day, is_worked in days if is_worked),
    )
