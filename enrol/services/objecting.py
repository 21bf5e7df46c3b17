"""A family objects to its result: it gets a number and the day by which it is answered.

Objections are taken from the publication until the end of the days that it named, one at a time
for a child. Pressing twice, or on two devices, is one objection.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from enrol.core.actors import Family
from enrol.core.intake import Phase
from enrol.core.names import clean_text
from enrol.core.objections import GROUNDS, LONGEST_WORDS, MOST, reference
from enrol.core.working_days import calendar_of
from enrol.services.households import signed_in_child
from enrol.services.refusals import NotFound, Refusal
from enrol.store import (
    clock,
    journal,
    locks,
    objections,
    publications,
    registrations,
    review_queue,
    windows,
)
from enrol.store.constraints import AlreadyObjected
from enrol.store.db import Transaction, transaction
from enrol.store.objections import NewObjection, Objection
from enrol.store.registrations import Live
from enrol.store.windows import Window

__all__ = [
    "AlreadyObjected",
    "Objection",
    "ObjectionDesk",
    "ObjectionsOver",
    "TooMany",
    "WordsNeeded",
    "desk_of",
    "file_objection",
    "withdraw_objection",
]

VIETNAM = timezone(timedelta(hours=7))
_PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


class ObjectionsOver(Refusal):
    """The days for objections to the published result are over, or have not begun."""


class TooMany(Refusal):
    """The registration has ``MOST`` objections already."""


class WordsNeeded(Refusal):
    """An objection has a ground of the list and 1 to ``LONGEST_WORDS`` characters of words."""


@dataclass(frozen=True, slots=True)
class ObjectionDesk:
    """What a family's page shows: its objections, the newest first, and whether it may file one.

    ``until`` is the first instant that is too late, None before anything is published; ``due_on``
    the day by which an objection filed now is answered.
    """

    window: Window
    code: str
    until: datetime | None
    is_open: bool
    due_on: date
    objections: tuple[Objection, ...]

    @property
    def waiting(self) -> Objection | None:
        """The objection that waits for an answer."""
        return next((one for one in self.objections if one.is_open), None)

    @property
    def may_file(self) -> bool:
        """Whether the family may object now."""
        return self.is_open and self.waiting is None and not self.has_most

    @property
    def has_most(self) -> bool:
        """Whether the family has objected as often as it can."""
        return len(self.objections) >= MOST


@dataclass(frozen=True, slots=True)
class _Said:
    intake_id: int
    year: int
    ground: str
    words: str


def desk_of(*, actor: Family) -> ObjectionDesk | None:
    """Return the family's objections in the current intake; None without a registration.

    Raises SignedOut.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        window = windows.window_for(tx, child_id=child.child_id)
        if window is None:
            return None
        live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
        if live is None:
            return None
        until = _until(tx, window)
        found = objections.of_registration(tx, registration_id=live.registration_id)
        return ObjectionDesk(
            window=window,
            code=live.code,
            until=until,
            is_open=until is not None and window.at < until,
            due_on=_due_on(tx, intake_id=window.intake_id, filed_at=window.at),
            objections=tuple(found),
        )


def file_objection(*, actor: Family, ground: str, words: str) -> Objection:
    """File an objection and return it; one that waits already is returned instead of another.

    Under the intake's shared lock and the registration's row; the database keeps to one open
    objection a child by constraint. Journalled without the family's words. Raises NotFound,
    ObjectionsOver, TooMany, WordsNeeded, AlreadyObjected, SignedOut.
    """
    written = clean_text(words)
    if ground not in GROUNDS or not 0 < len(written) <= LONGEST_WORDS:
        raise WordsNeeded
    with transaction() as tx:
        window, live = _locked(tx, actor=actor)
        until = _until(tx, window)
        at = clock.database_now(tx)
        if until is None or at >= until:
            raise ObjectionsOver
        known = objections.open_of(tx, registration_id=live.registration_id)
        if known is not None:
            return known
        if len(objections.of_registration(tx, registration_id=live.registration_id)) >= MOST:
            raise TooMany
        said = _Said(window.intake_id, at.astimezone(VIETNAM).year, ground, written)
        due_on = _due_on(tx, intake_id=window.intake_id, filed_at=at)
        objection_id = _add(tx, actor=actor, live=live, due_on=due_on, said=said)
        filed = objections.objection_of(tx, objection_id=objection_id)
        assert filed is not None  # noqa: S101
        _record(tx, actor=actor, action="objection.filed", objection=filed)
        return filed


def withdraw_objection(*, actor: Family, objection_id: int) -> None:
    """Take the family's own objection back; one that is answered stays as it is.

    Raises NotFound, SignedOut.
    """
    with transaction() as tx:
        _window, live = _locked(tx, actor=actor)
        found = objections.objection_of(tx, objection_id=objection_id, for_update=True)
        if found is None or found.code != live.code:
            raise NotFound
        if objections.withdraw(tx, objection_id=objection_id):
            _record(tx, actor=actor, action="objection.withdrawn", objection=found)


def _locked(tx: Transaction, *, actor: Family) -> tuple[Window, Live]:
    child = signed_in_child(tx, actor)
    window = windows.window_for(tx, child_id=child.child_id)
    if window is None:
        raise NotFound
    locks.lock_intake_shared(tx, window.intake_id)
    live = registrations.live_of(
        tx, intake_id=window.intake_id, child_id=child.child_id, for_update=True
    )
    if live is None:
        raise NotFound
    return window, live


def _until(tx: Transaction, window: Window) -> datetime | None:
    if window.phase not in _PUBLISHED:
        return None
    publication = publications.latest(tx, intake_id=window.intake_id)
    return None if publication is None else publication.objections_until


def _due_on(tx: Transaction, *, intake_id: int, filed_at: datetime) -> date:
    """Return the day by whose end an objection filed at an instant is answered."""
    calendar = calendar_of(review_queue.stated_days(tx))
    days = objections.reply_days(tx, intake_id=intake_id)
    return calendar.after(filed_at.astimezone(VIETNAM).date(), days)


def _add(tx: Transaction, *, actor: Family, live: Live, due_on: date, said: _Said) -> int:
    """Keep the objection under the unit's next number, and return its id."""
    unit_id, unit_code = objections.answering_unit(tx, registration_id=live.registration_id)
    number = objections.next_number(tx, intake_id=said.intake_id, unit_id=unit_id)
    new = NewObjection(
        intake_id=said.intake_id,
        unit_id=unit_id,
        registration_id=live.registration_id,
        child_id=actor.child_id,
        number=number,
        reference=reference(year=said.year, unit_code=unit_code, number=number),
        ground=said.ground,
        words=said.words,
        due_on=due_on,
    )
    return objections.add(tx, new=new)


def _record(tx: Transaction, *, actor: Family, action: str, objection: Objection) -> None:
    journal.record(
        tx,
        actor=actor,
        action=action,
        intake_id=objection.intake_id,
        subject=objection.code,
        detail={"objection": objection.reference, "ground": objection.ground},
    )
