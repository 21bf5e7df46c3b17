"""The phases of an intake and the window in which families register.

The window is a half-open interval judged by the clock of the database inside the writing
transaction: it opens and ends on time even when nobody presses a button.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class _Word(str, Enum):
    """A word of a closed list that prints as itself (``StrEnum`` needs Python 3.11)."""

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


class Phase(_Word):
    """Where an intake stands (DESIGN section 4)."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    DRAWN = "drawn"
    ALLOCATED = "allocated"
    PROVISIONAL = "provisional"
    FINAL = "final"
    SETTLED = "settled"


class ShownPhase(_Word):
    """What the public is told."""

    HIDDEN = "hidden"
    ANNOUNCED = "announced"
    OPEN = "open"
    UNDER_REVIEW = "under_review"
    DRAWN = "drawn"
    PROVISIONAL = "provisional"
    FINAL = "final"
    SETTLED = "settled"


class Closure(_Word):
    """Why a registration cannot be taken."""

    NOT_YET = "not_yet"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """The refusal of a registration outside the window, with the instants for the page."""

    closure: Closure
    opens_at: datetime
    closes_at: datetime


# Announced may go straight to closed: the window opens by the clock, and an office that never
# pressed "open" must still be able to close.
_LAWFUL = {
    Phase.DRAFT: {Phase.ANNOUNCED},
    Phase.ANNOUNCED: {Phase.OPEN, Phase.CLOSED},
    Phase.OPEN: {Phase.CLOSED},
    Phase.CLOSED: {Phase.DRAWN},
    Phase.DRAWN: {Phase.ALLOCATED},
    Phase.ALLOCATED: {Phase.PROVISIONAL},
    Phase.PROVISIONAL: {Phase.FINAL},
    Phase.FINAL: {Phase.SETTLED},
    Phase.SETTLED: set[Phase](),
}

_WITH_WINDOW = frozenset({Phase.ANNOUNCED, Phase.OPEN})

_SHOWN_AFTER_WINDOW = {
    Phase.DRAFT: ShownPhase.HIDDEN,
    Phase.ANNOUNCED: ShownPhase.UNDER_REVIEW,
    Phase.OPEN: ShownPhase.UNDER_REVIEW,
    Phase.CLOSED: ShownPhase.UNDER_REVIEW,
    Phase.DRAWN: ShownPhase.DRAWN,
    Phase.ALLOCATED: ShownPhase.DRAWN,
    Phase.PROVISIONAL: ShownPhase.PROVISIONAL,
    Phase.FINAL: ShownPhase.FINAL,
    Phase.SETTLED: ShownPhase.SETTLED,
}


def can_move(current: Phase, target: Phase) -> bool:
    """Say whether an intake may pass from ``current`` to ``target``: only ever forward."""
    return target in _LAWFUL[current]


def can_close(*, phase: Phase, closes_at: datetime, at: datetime) -> bool:
    """Say whether the list may be frozen: the window has ended and nothing is frozen yet."""
    return phase in _WITH_WINDOW and at >= closes_at


def is_open(*, phase: Phase, opens_at: datetime, closes_at: datetime, at: datetime) -> bool:
    """Say whether a registration may be written at the instant ``at``.

    ``at`` is the database clock of the writing transaction; all three instants carry their zone.
    """
    return phase in _WITH_WINDOW and opens_at <= at < closes_at


def takes_prepared(*, phase: Phase, opens_at: datetime, at: datetime) -> bool:
    """Say whether a draft that a family ticked beforehand may be written at the instant ``at``.

    The family did its part before the opening: should the system be late, also when the window is
    over, what was ticked is still sent, until the list is frozen.
    """
    return phase in _WITH_WINDOW and opens_at <= at


def window_refusal(
    *, phase: Phase, opens_at: datetime, closes_at: datetime, at: datetime
) -> WindowClosed | None:
    """Return why a registration cannot be written at ``at``, or None when it can."""
    if is_open(phase=phase, opens_at=opens_at, closes_at=closes_at, at=at):
        return None
    is_early = phase is Phase.DRAFT or (phase in _WITH_WINDOW and at < opens_at)
    closure = Closure.NOT_YET if is_early else Closure.OVER
    return WindowClosed(closure=closure, opens_at=opens_at, closes_at=closes_at)


def shown_phase(
    *, phase: Phase, opens_at: datetime, closes_at: datetime, at: datetime
) -> ShownPhase:
    """Return what the public is told at the instant ``at``.

    Between the end of the window and the draw that is "under review", pressed button or not.
    """
    if phase in _WITH_WINDOW and at < opens_at:
        return ShownPhase.ANNOUNCED
    if phase in _WITH_WINDOW and at < closes_at:
        return ShownPhase.OPEN
    return _SHOWN_AFTER_WINDOW[phase]
