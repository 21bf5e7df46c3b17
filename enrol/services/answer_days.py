"""How long families have to answer to a seat."""

from datetime import datetime, time, timedelta, timezone

from enrol.services.refusals import Refusal
from enrol.store import clock
from enrol.store.db import Transaction

FEWEST_DAYS, MOST_DAYS = 1, 60
VIETNAM = timezone(timedelta(hours=7))


class WrongDays(Refusal):
    """Families have between ``FEWEST_DAYS`` and ``MOST_DAYS`` days to answer."""


def answer_by_of(tx: Transaction, days: int) -> datetime:
    """Return the first instant after the day ``days`` from today, in Vietnam. Raises WrongDays."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise WrongDays
    today = clock.database_now(tx).astimezone(VIETNAM).date()
    return datetime.combine(today + timedelta(days=days + 1), time(), tzinfo=VIETNAM)
