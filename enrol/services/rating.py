"""One question to each family whose file is closed: how the office did, from 1 to 5.

The answer cannot be led back to the child. It is one added to a number (of a unit, a month and a
score), in the transaction that deletes the family's right to answer; no row, no instant, no order
and no journal entry tells of it. Offices see whole months that are over, counts below five taken
out, and comments only of months and units whose count is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from itertools import groupby

from enrol.core.actors import Actor, Family
from enrol.core.intake import Phase
from enrol.core.names import clean_text
from enrol.core.suppression import protected_table
from enrol.services import authority
from enrol.services.households import signed_in_child
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, objections, ratings, registrations, windows
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.ratings import UnitMonth
from enrol.store.registrations import Live
from enrol.store.windows import Window

__all__ = [
    "LONGEST_COMMENT",
    "SCORES",
    "MonthTable",
    "NotAScore",
    "Ratings",
    "Standing",
    "UnitLine",
    "rate",
    "ratings_of",
    "standing_of",
]

SCORES = (1, 2, 3, 4, 5)
LONGEST_COMMENT = 500
MOST_COMMENTS = 100
VIETNAM = timezone(timedelta(hours=7))
_DECIDED = (Phase.FINAL, Phase.SETTLED)


class NotAScore(Refusal):
    """A rating is a whole number from 1 to 5, with at most ``LONGEST_COMMENT`` characters."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a family is asked now, and whether it has answered."""

    is_asked: bool
    has_answered: bool


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in a month; None is a number that is not shown because it, or one beside it, is small.

    ``satisfied`` of ``answers`` gave 4 or 5.
    """

    name: str
    name_en: str
    answers: int | None
    satisfied: int | None
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthTable:
    """One month; ``answers`` of all units together for those who lead the intake, else None."""

    month: date
    answers: int | None
    lines: tuple[UnitLine, ...]


@dataclass(frozen=True, slots=True)
class Ratings:
    """What the officer's units were given, month by month, the newest first."""

    intake: IntakeRecord
    leads: bool
    months: tuple[MonthTable, ...]


def standing_of(*, actor: Family) -> Standing | None:
    """Return whether the family is asked; None without a registration. Raises SignedOut."""
    with transaction() as tx:
        live, window = _live(tx, actor=actor)
        if live is None or window is None:
            return None
        return _standing(tx, live=live, window=window)


def rate(*, actor: Family, score: int, comment: str) -> None:
    """Count the family's answer, once; a second one changes nothing.

    Never journalled: an entry with the child and the time beside a number that just grew would
    tell who gave it. Raises NotFound, NotAScore, SignedOut.
    """
    written = clean_text(comment)
    if score not in SCORES or len(written) > LONGEST_COMMENT:
        raise NotAScore
    with transaction() as tx:
        live, window = _live(tx, actor=actor)
        if live is None or window is None:
            raise NotFound
        if not _standing(tx, live=live, window=window).is_asked:
            raise NotFound
        if not ratings.use_right(tx, registration_id=live.registration_id):
            return
        unit_id, _code = objections.answering_unit(tx, registration_id=live.registration_id)
        intake_id, month = window.intake_id, _month(tx)
        ratings.count_answer(tx, intake_id=intake_id, unit_id=unit_id, month=month, score=score)
        if written:
            ratings.keep_comment(
                tx, intake_id=intake_id, unit_id=unit_id, month=month, words=written
            )


def ratings_of(*, actor: Actor, intake_id: int) -> Ratings:
    """Return the monthly tables of the officer's units, whole months only. Raises NotFound.

    What is hidden is decided over all units of the intake, so every reader sees the same.
    """
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        found = ratings.by_month(tx, intake_id=intake_id, before=_month(tx))
        months = tuple(
            _table(tx, intake_id=intake_id, month=month, units=list(units), grasp=grasp)
            for month, units in groupby(found, key=lambda line: line.month)
        )
        return Ratings(intake=grasp.intake, leads=grasp.leads, months=months)


def _table(
    tx: Transaction,
    *,
    intake_id: int,
    month: date,
    units: Sequence[UnitMonth],
    grasp: authority.Grasp,
) -> MonthTable:
    table = protected_table([[(unit.satisfied, unit.others)] for unit in units], hides_nought=True)
    shown = {
        unit.unit_id
        for unit, row in zip(units, table.rows, strict=True)
        if row.total and grasp.reach.leads(unit.unit_id)
    }
    said: dict[int, list[str]] = {}
    for comment in ratings.comments(
        tx, intake_id=intake_id, unit_ids=shown, month=month, limit=MOST_COMMENTS
    ):
        said.setdefault(comment.unit_id, []).append(comment.words)
    return MonthTable(
        month=month,
        answers=table.total if grasp.leads else None,
        lines=tuple(
            UnitLine(
                name=unit.unit_name,
                name_en=unit.unit_name_en,
                answers=row.total,
                satisfied=row.parts[0][0],
                comments=tuple(said.get(unit.unit_id, ())),
            )
            for unit, row in zip(units, table.rows, strict=True)
            if grasp.reach.leads(unit.unit_id)
        ),
    )


def _live(tx: Transaction, *, actor: Family) -> tuple[Live | None, Window | None]:
    child = signed_in_child(tx, actor)
    window = windows.window_for(tx, child_id=child.child_id)
    if window is None:
        return None, None
    live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
    return live, window


def _standing(tx: Transaction, *, live: Live, window: Window) -> Standing:
    """Say whether the file is closed: the results are final, or an objection is answered."""
    is_closed = window.phase in _DECIDED or any(
        not one.is_open
        for one in objections.of_registration(tx, registration_id=live.registration_id)
    )
    holds = ratings.may_answer(tx, registration_id=live.registration_id)
    was_given = ratings.was_given(
        tx, intake_id=window.intake_id, registration_id=live.registration_id
    )
    return Standing(is_asked=is_closed and was_given, has_answered=was_given and not holds)


def _month(tx: Transaction) -> date:
    return clock.database_now(tx).astimezone(VIETNAM).date().replace(day=1)
