"""Requests for a copy or a correction of one child's data: two working days, then an answer.

Law on personal data protection, in force since 1 January 2026: whoever the data are about may have
a copy and have errors put right. A copy leaves the house in two ways only: to the signed-in family,
or over the desk, each time with a journal entry.
"""

from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Any

from enrol.core.actors import Actor, Family, Officer
from enrol.core.names import clean_text, search_key, sort_key
from enrol.core.working_days import calendar_of
from enrol.services import authority
from enrol.services.households import signed_in_child
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, counter_children, data_requests, journal, review_queue
from enrol.store.data_requests import CORRECTABLE, DataRequest
from enrol.store.db import Transaction, transaction

__all__ = ["CORRECTABLE", "DataRequest"]

VIETNAM = timezone(timedelta(hours=7))
WORKING_DAYS = 2
COPY, CORRECTION = "copy", "correction"
LONGEST_WORDS = 1000
LONGEST_NAME = 100
PAGE = 50
NEWEST = 20
COPY_DAYS = 30


class WordsNeeded(Refusal):
    """A correction says what is wrong; an answer says why."""


class NotThatValue(Refusal):
    """The corrected value will not do, or is what stands there already."""


class AlreadyAnswered(Refusal):
    """Somebody answered meanwhile; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits, due first first; ``after`` is where the next page begins, or None."""

    requests: tuple[DataRequest, ...]
    today: date
    after: tuple[date, int] | None


def own_requests(*, actor: Family) -> tuple[DataRequest, ...]:
    """Return the family's newest requests. Raises SignedOut."""
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        return tuple(data_requests.of_child(tx, child_id=child.child_id, limit=NEWEST))


def file_own(*, actor: Family, kind: str, words: str) -> None:
    """File a request of the signed-in family; one of its kind that waits stands for it.

    Raises SignedOut, NotFound for another kind, WordsNeeded.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        _file(tx, actor=actor, child_id=child.child_id, kind=kind, words=words)


def file_at_desk(*, actor: Actor, pupil_code: str, birth_on: date, kind: str, words: str) -> bool:
    """File a request for a family at the desk; False when code and birth date do not agree.

    Raises NotFound for who leads no unit, WordsNeeded.
    """
    with transaction() as tx:
        if not authority.reach_of(tx, actor=actor).unit_ids:
            raise NotFound
        child = counter_children.child_by_code(tx, pupil_code=pupil_code, birth_on=birth_on)
        if child is None:
            return False
        _file(tx, actor=actor, child_id=child.child_id, kind=kind, words=words)
        return True


def inbox(*, actor: Actor, after: tuple[date, int] | None = None) -> Inbox:
    """Return what waits for the officer's units. Raises NotFound for who leads none."""
    with transaction() as tx:
        reach = authority.reach_of(tx, actor=actor)
        if not reach.unit_ids:
            raise NotFound
        found = data_requests.open_ones(tx, unit_ids=reach.unit_ids, after=after, limit=PAGE + 1)
        shown = tuple(found[:PAGE])
        more = (shown[-1].due_on, shown[-1].request_id) if len(found) > PAGE else None
        return Inbox(shown, clock.database_now(tx).astimezone(VIETNAM).date(), more)


def request_page(*, actor: Actor, request_id: int) -> DataRequest:
    """Return a request to the officer's units; the reading is journalled. Raises NotFound."""
    with transaction() as tx:
        _officer, found = _held(tx, actor=actor, request_id=request_id)
        _record(tx, actor, found, action="data.request_read")
        return found


def answer_request(
    *, actor: Actor, request_id: int, reply: str, grants: bool, field: str = "", value: str = ""
) -> None:
    """Answer a request: the copy is ready, the error is put right, or neither and why.

    Raises NotFound, AlreadyAnswered, WordsNeeded, NotThatValue.
    """
    said = clean_text(reply)[:LONGEST_WORDS]
    if not said:
        raise WordsNeeded
    with transaction() as tx:
        officer, found = _held(tx, actor=actor, request_id=request_id)
        if not found.is_open:
            raise AlreadyAnswered
        corrected = None
        outcome = "refused"
        if grants and found.kind == COPY:
            outcome = "ready"
        elif grants:
            outcome = "corrected"
            corrected = _correct(tx, child_id=found.child_id, field=field, value=value)
        data_requests.answer(
            tx,
            request_id=request_id,
            staff_id=officer.staff_id,
            outcome=outcome,
            reply=said,
            corrected=corrected,
        )
        detail = {"outcome": outcome, "field": field if corrected else ""}
        _record(tx, actor, found, action="data.answered", detail=detail)


def own_copy(*, actor: Family) -> dict[str, Any]:
    """Return everything held of the signed-in family's child, once an office made it ready.

    For ``COPY_DAYS`` days after that; journalled. Raises SignedOut, NotFound.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        now = clock.database_now(tx)
        newest = data_requests.of_child(tx, child_id=child.child_id, limit=NEWEST)
        ready = [one for one in newest if one.outcome == "ready" and one.answered_at is not None]
        if not ready or ready[0].answered_at is None:
            raise NotFound
        if now - ready[0].answered_at > timedelta(days=COPY_DAYS):
            raise NotFound
        _record(tx, actor, ready[0], action="data.copy_fetched")
        return data_requests.held_of(tx, child_id=child.child_id)


def hand_over(*, actor: Actor, request_id: int) -> dict[str, Any]:
    """Return the copy to be handed over at the desk; journalled.

    Raises NotFound, also for a request whose copy is not ready.
    """
    with transaction() as tx:
        _officer, found = _held(tx, actor=actor, request_id=request_id)
        if found.outcome != "ready":
            raise NotFound
        _record(tx, actor, found, action="data.handed_over")
        return data_requests.held_of(tx, child_id=found.child_id)


def _file(tx: Transaction, *, actor: Actor, child_id: int, kind: str, words: str) -> None:
    said = clean_text(words)
    if kind not in (COPY, CORRECTION):
        raise NotFound
    if len(said) > LONGEST_WORDS or (kind == CORRECTION and not said):
        raise WordsNeeded
    today = clock.database_now(tx).astimezone(VIETNAM).date()
    calendar = calendar_of(review_queue.stated_days(tx))
    request_id = data_requests.file(
        tx,
        child_id=child_id,
        unit_id=data_requests.unit_for(tx, child_id=child_id),
        kind=kind,
        words=said,
        by=actor.label,
        due_on=calendar.after(today, WORKING_DAYS),
    )
    if request_id is not None:
        journal.record(
            tx,
            actor=actor,
            action="data.requested",
            subject=str(child_id),
            detail={"request": request_id, "kind": kind},
        )


def _held(tx: Transaction, *, actor: Actor, request_id: int) -> tuple[Officer, DataRequest]:
    officer = authority.officer(actor)
    reach = authority.reach_of(tx, actor=actor)
    found = data_requests.request_of(tx, request_id=request_id)
    if found is None or not reach.leads(found.unit_id):
        raise NotFound
    return officer, found


def _correct(tx: Transaction, *, child_id: int, field: str, value: str) -> tuple[str, str, str]:
    """Put a value right and return field, before, after."""
    if field not in CORRECTABLE:
        raise NotThatValue
    after = clean_text(value)
    before = data_requests.value_of(tx, child_id=child_id, field=field)
    if not before or not after or after == before or len(after) > LONGEST_NAME:
        raise NotThatValue
    if field == "full_name":
        keys = {"sort_key": sort_key(after), "search_key": search_key(after)}
        data_requests.correct_name(tx, child_id=child_id, name=after, **keys)
    elif field == "guardian_name":
        data_requests.correct_guardian(tx, child_id=child_id, name=after)
    else:
        try:
            birth_on = date.fromisoformat(after)
        except ValueError as error:
            raise NotThatValue from error
        data_requests.correct_birth(tx, child_id=child_id, birth_on=birth_on)
    return field, before, after


def _record(
    tx: Transaction,
    actor: Actor,
    request: DataRequest,
    *,
    action: str,
    detail: dict[str, str] | None = None,
) -> None:
    journal.record(
        tx,
        actor=actor,
        action=action,
        subject=str(request.child_id),
        detail={"request": request.request_id, "kind": request.kind, **(detail or {})},
    )
