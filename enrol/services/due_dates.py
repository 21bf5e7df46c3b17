"""When a file must be answered: working days from its submission, or the one postponed date."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone

from enrol.core.review import Status
from enrol.core.working_days import WorkingCalendar, calendar_of
from enrol.store import clock, review_queue
from enrol.store.db import Transaction
from enrol.store.review_queue import Wanted

VIETNAM = timezone(timedelta(hours=7))

SOON = 2
"""Working days ahead within which a due date counts as near."""

LONGEST_INTAKE = 120
"""Days for which letters are drafted back."""

OVERDUE = "overdue"
NEAR = "soon"

AWAITED = (Status.SUBMITTED.value, Status.VERIFYING.value)
"""What waits for the office; a file that waits for its family does not run late."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The calendar, the working days an answer may take, and the day it is in Hanoi."""

    calendar: WorkingCalendar
    days: int
    today: date

    def due_on(self, *, submitted_at: datetime, new_due_on: date | None) -> date:
        """Return the day by whose end a file must be answered."""
        if new_due_on is not None:
            return new_due_on
        return self.calendar.after(submitted_at.astimezone(VIETNAM).date(), self.days)

    def urgency(self, *, status: str, due_on: date) -> str:
        """Return overdue, soon, or nothing."""
        if status not in AWAITED:
            return ""
        if due_on < self.today:
            return OVERDUE
        return NEAR if due_on <= self.calendar.after(self.today, SOON) else ""

    def narrowed(self, wanted: Wanted, *, due: str) -> Wanted:
        """Return the filter for files that are overdue or due soon."""
        beyond = self.calendar.after(self.today, SOON) + timedelta(days=1)
        if due == OVERDUE:
            before = self.today
            return replace(wanted, is_dated=True, due_before=before, sent_before=self._sent(before))
        return replace(
            wanted,
            is_dated=True,
            due_from=self.today,
            due_before=beyond,
            sent_from=self._sent(self.today),
            sent_before=self._sent(beyond),
        )

    def sent_until(self, due: date) -> datetime:
        """Return the first instant of submission that is due after this day."""
        return self._sent(due + timedelta(days=1))

    def due_by_day(self, last: date) -> list[tuple[datetime, datetime, date]]:
        """Return from when until when files were sent that are due on each day up to ``last``, the
        latest first, as far back as an intake lasts.
        """
        found = []
        day = self.sent_until(last).date() - timedelta(days=1)
        for _ in range(LONGEST_INTAKE):
            begins = datetime.combine(day, time(), tzinfo=VIETNAM)
            due = self.calendar.after(day, self.days)
            found.append((begins, begins + timedelta(days=1), due))
            day -= timedelta(days=1)
        return found

    def _sent(self, due: date) -> datetime:
        """Return the first instant of submission that is due on this day or later."""
        day = self.calendar.first_due_on_or_after(due, days=self.days)
        return datetime.combine(day, time(), tzinfo=VIETNAM)


def terms_of(tx: Transaction, *, intake_id: int) -> Terms:
    """Return what due dates of an intake are made of, by the database's clock."""
    return Terms(
        calendar=calendar_of(review_queue.stated_days(tx)),
        days=review_queue.review_days(tx, intake_id=intake_id),
        today=clock.database_now(tx).astimezone(VIETNAM).date(),
    )
