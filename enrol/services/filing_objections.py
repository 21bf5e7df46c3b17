"""What filing an objection does inside the transaction of whoever presses the button: the family at
home, or an officer at the counter for it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.names import clean_text
from enrol.core.objections import GROUNDS, LONGEST_WORDS, MOST, reference
from enrol.core.working_days import calendar_of
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
from enrol.store.db import Transaction
from enrol.store.objections import NewObjection, Objection
from enrol.store.registrations import Live
from enrol.store.windows import Window

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
class Words:
    """What a family objects to; ``entered_by`` and ``consent`` when an officer writes for it."""

    ground: str
    words: str
    entered_by: int | None = None
    consent: str | None = None


def cleaned(ground: str, words: str) -> str:
    """Return the words as they are kept. Raises WordsNeeded."""
    written = clean_text(words)
    if ground not in GROUNDS or not 0 < len(written) <= LONGEST_WORDS:
        raise WordsNeeded
    return written


def desk_in(tx: Transaction, *, child_id: int) -> ObjectionDesk | None:
    """Return a child's objections in its current intake; None without a registration."""
    window = windows.window_for(tx, child_id=child_id)
    if window is None:
        return None
    live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child_id)
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


def file_in(tx: Transaction, *, actor: Actor, child_id: int, said: Words) -> Objection:
    """File an objection, or return the one that waits; see ``objecting.file_objection``."""
    window, live = locked_file(tx, child_id=child_id)
    until = _until(tx, window)
    at = clock.database_now(tx)
    if until is None or at >= until:
        raise ObjectionsOver
    known = objections.open_of(tx, registration_id=live.registration_id)
    if known is not None:
        return known
    if len(objections.of_registration(tx, registration_id=live.registration_id)) >= MOST:
        raise TooMany
    objection_id = _add(tx, child_id=child_id, file=(window, live), at=at, said=said)
    filed = objections.objection_of(tx, objection_id=objection_id)
    assert filed is not None  # noqa: S101
    record(tx, actor=actor, action="objection.filed", objection=filed)
    return filed


def locked_file(tx: Transaction, *, child_id: int) -> tuple[Window, Live]:
    """Return a child's intake, its lock shared, and its registration, held. Raises NotFound."""
    window = windows.window_for(tx, child_id=child_id)
    if window is None:
        raise NotFound
    locks.lock_intake_shared(tx, window.intake_id)
    live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child_id, for_update=True)
    if live is None:
        raise NotFound
    return window, live


def record(tx: Transaction, *, actor: Actor, action: str, objection: Objection) -> None:
    """Journal what happened to an objection, without the family's words."""
    detail = {"objection": objection.reference, "ground": objection.ground}
    if objection.consent is not None:
        detail["consent"] = objection.consent
    journal.record(
        tx,
        actor=actor,
        action=action,
        intake_id=objection.intake_id,
        subject=objection.code,
        detail=detail,
    )


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


def _add(
    tx: Transaction, *, child_id: int, file: tuple[Window, Live], at: datetime, said: Words
) -> int:
    """Keep the objection under the unit's next number, and return its id."""
    window, live = file
    unit_id, unit_code = objections.answering_unit(tx, registration_id=live.registration_id)
    number = objections.next_number(tx, intake_id=window.intake_id, unit_id=unit_id)
    year = at.astimezone(VIETNAM).year
    new = NewObjection(
        intake_id=window.intake_id,
        unit_id=unit_id,
        registration_id=live.registration_id,
        child_id=child_id,
        number=number,
        reference=reference(year=year, unit_code=unit_code, number=number),
        ground=said.ground,
        words=said.words,
        due_on=_due_on(tx, intake_id=window.intake_id, filed_at=at),
        entered_by=said.entered_by,
        consent=said.consent,
    )
    return objections.add(tx, new=new)
