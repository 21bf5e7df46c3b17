"""What charts over time say in words: hours of the day, and the picture for those who hear it."""

from collections.abc import Sequence
from datetime import datetime

from enrol.web.locale import VIETNAM, format_number
from enrol.web.locale import gettext as _


def clock(instant: datetime) -> str:
    """Return the time of day in Hanoi: 08:05."""
    return f"{instant.astimezone(VIETNAM):%H:%M}"


def chart_words(minutes: Sequence[tuple[datetime, int]]) -> str:
    """Return what a chart of registrations per minute shows."""
    if not minutes:
        return ""
    at, most = max(minutes, key=lambda minute: minute[1])
    total = sum(count for _at, count in minutes)
    return _(
        "Registrations per minute in the last hour: %(total)s in all,"
        " most at %(at)s with %(most)s.",
        total=format_number(total),
        at=clock(at),
        most=format_number(most),
    )
