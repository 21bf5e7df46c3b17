"""Where a family stands in a waiting room, how long that may take, and when to look again.

Order in this room says who sees the pages first when everybody comes at once. It never enters
the computation of places at schools.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PASS = timedelta(minutes=30)
"""How long a family inside may rest without losing its way in; every use begins it anew."""
PATIENCE = timedelta(minutes=10)
"""How long a place is kept without a look at the page: telephones lose their network."""
CALLED = timedelta(minutes=10)
"""How long a family that was called may take to come."""
SOONEST, LATEST = 12, 60
"""Seconds between two looks of a waiting page: soon for those in front, rarely for the rest."""
UNKNOWN = 25
"""Seconds until the next look while the line cannot be read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer at the door at the instant ``at``.

    ``position`` counts from 1 and ``waiting`` is the length of the line; both are None inside, and
    while the line cannot be read. ``since`` is the arrival of one who is new here, to show again if
    the line is lost. ``is_being_drawn`` means that the order is fixed at the opening only.
    """

    is_inside: bool
    at: datetime
    position: int | None = None
    waiting: int | None = None
    since: datetime | None = None
    is_being_drawn: bool = False


@dataclass(frozen=True, slots=True)
class RoomFigures:
    """How full a room is: places in line and families inside, at the instant ``at``."""

    waiting: int
    inside: int
    at: datetime


def expected_wait(*, position: int, per_minute: int) -> timedelta | None:
    """Return how long the rate of today takes to reach a position; None while nobody is let in."""
    return timedelta(minutes=position / per_minute) if per_minute > 0 else None


def next_look(*, wait: timedelta | None, jitter: float) -> int:
    """Return after how many seconds the page looks again; ``jitter`` is 0 to 1.

    A fifth of the expected wait, within bounds, and up to half of it more so that a crowd that
    came together does not come back together.
    """
    base = UNKNOWN if wait is None else min(LATEST, max(SOONEST, wait.total_seconds() / 5))
    return round(base * (1 + jitter / 2))
