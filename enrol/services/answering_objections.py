"""Officers read and answer objections: the inbox of wards and the city, and those of one file.

Everybody in charge of a file reads its objections; the unit that answers for the child's zone, and
those above it, answer them. Every reading and every answer is journalled.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from enrol.core.actors import Actor
from enrol.core.message_texts import OBJECTION_ANSWERED
from enrol.core.names import clean_text
from enrol.core.objections import (
    LONGEST_REPLY,
    OUTCOMES,
    UPHELD,
    WITHDRAWN,
    is_change,
)
from enrol.services import authority, files_in_charge
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, journal, journal_pages, messages, objections, staff
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.journal_pages import JournalLine
from enrol.store.objections import Objection, Wanted

__all__ = [
    "FILTERS",
    "AlreadyAnswered",
    "Inbox",
    "JournalLine",
    "Objection",
    "ObjectionPage",
    "ReplyNeeded",
    "answer_objection",
    "inbox",
    "link_change",
    "objection_page",
    "objections_of_file",
]

VIETNAM = timezone(timedelta(hours=7))
PAGE = 50
CHANGES_SHOWN = 20
_LOOKED_BACK = 200

OPEN, OVERDUE, ANSWERED, ALL = "open", "overdue", "answered", "all"
FILTERS: Final = (OPEN, OVERDUE, ANSWERED, ALL)


class AlreadyAnswered(Refusal):
    """Somebody answered the objection meanwhile, or the family withdrew it."""


class ReplyNeeded(Refusal):
    """An objection is upheld or rejected with 1 to ``LONGEST_REPLY`` characters to the family."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the objections to the officer's units, those due first first.

    ``after`` is where the next page begins, None at the end; ``today`` is the day in Hanoi.
    """

    intake: IntakeRecord
    lines: tuple[Objection, ...]
    after: tuple[date, int] | None
    today: date


@dataclass(frozen=True, slots=True)
class ObjectionPage:
    """One objection with what this officer may do.

    ``changes`` are the journal's entries about the child's file since the objection was filed that
    may be linked to it; ``officer`` names who answered.
    """

    intake: IntakeRecord
    objection: Objection
    may_answer: bool
    may_link: bool
    changes: tuple[JournalLine, ...]
    officer: str | None
    today: date


def inbox(
    *, actor: Actor, intake_id: int, show: str = OPEN, after: tuple[date, int] | None = None
) -> Inbox:
    """Return a page of objections to the officer's units; the reading is journalled.

    ``show`` is one of ``FILTERS``. Raises NotFound for officers without a unit.
    """
    if show not in FILTERS:
        raise NotFound
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        today = _today(tx)
        found = objections.listed(
            tx,
            intake_id=intake_id,
            unit_ids=grasp.reach.unit_ids,
            wanted=Wanted(
                state=OPEN if show == OVERDUE else show,
                due_before=today if show == OVERDUE else None,
                after=after,
            ),
            limit=PAGE + 1,
        )
        lines = tuple(found[:PAGE])
        if lines:
            journal.record(
                tx,
                actor=actor,
                action="objections.read",
                intake_id=intake_id,
                detail={"codes": sorted({line.code for line in lines})},
            )
        is_more = len(found) > PAGE
        return Inbox(
            intake=grasp.intake,
            lines=lines,
            after=(lines[-1].due_on, lines[-1].objection_id) if is_more else None,
            today=today,
        )


def objections_of_file(*, actor: Actor, code: str) -> tuple[Objection, ...]:
    """Return the objections of a file in the officer's charge, the newest first. Raises NotFound.

    Part of the file's page, whose reading is journalled.
    """
    with transaction() as tx:
        file = files_in_charge.seen_file(tx, actor=actor, code=code).file
        return tuple(objections.of_registration(tx, registration_id=file.registration_id))


def objection_page(*, actor: Actor, code: str, objection_id: int) -> ObjectionPage:
    """Return an objection of a file in the officer's charge; the reading is journalled.

    Raises NotFound.
    """
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        found = _of_file(tx, code=code, objection_id=objection_id)
        leads = authority.reach_of(tx, actor=actor).leads(found.unit_id)
        may_link = leads and found.outcome == UPHELD and found.change_id is None
        _record(tx, actor=actor, action="objection.read", objection=found)
        label = f"staff:{found.answered_by}"
        names = staff.names_by_label(tx, labels=[label]) if found.answered_by else {}
        return ObjectionPage(
            intake=seen.intake,
            objection=found,
            may_answer=leads and found.is_open,
            may_link=may_link,
            changes=_changes(tx, found) if leads and (found.is_open or may_link) else (),
            officer=names.get(label),
            today=_today(tx),
        )


def answer_objection(
    *,
    actor: Actor,
    code: str,
    objection_id: int,
    outcome: str,
    reply: str,
    change_id: int | None = None,
) -> None:
    """Answer an objection to the officer's unit; the family reads the reply at once.

    ``change_id`` links an upheld objection to the journal's entry of what it changed. Under the
    objection's row, so of two officers the second finds it answered; journalled without the words.
    Raises NotFound, ReplyNeeded, AlreadyAnswered.
    """
    officer = authority.officer(actor)
    written = clean_text(reply)
    if outcome not in OUTCOMES:
        raise NotFound
    with transaction() as tx:
        found = _in_hand(tx, actor=actor, code=code, objection_id=objection_id)
        if not found.is_open:
            raise AlreadyAnswered
        if len(written) > LONGEST_REPLY or (not written and outcome != WITHDRAWN):
            raise ReplyNeeded
        if change_id is not None:
            _refuse_other_entries(tx, found, change_id=change_id, outcome=outcome)
        is_mine = objections.answer(
            tx,
            objection_id=objection_id,
            outcome=outcome,
            reply=written or None,
            staff_id=officer.staff_id,
            change_id=change_id,
        )
        if not is_mine:
            raise AlreadyAnswered
        messages.stage(tx, event=OBJECTION_ANSWERED, ids=[objection_id])
        _record(
            tx,
            actor=actor,
            action="objection.answered",
            objection=found,
            outcome=outcome,
            change=change_id,
        )


def link_change(*, actor: Actor, code: str, objection_id: int, change_id: int) -> None:
    """Note what an upheld objection changed, once that is done; noted once. Raises NotFound."""
    with transaction() as tx:
        found = _in_hand(tx, actor=actor, code=code, objection_id=objection_id)
        _refuse_other_entries(tx, found, change_id=change_id, outcome=found.outcome or "")
        if objections.link(tx, objection_id=objection_id, change_id=change_id):
            _record(tx, actor=actor, action="objection.linked", objection=found, change=change_id)


def _in_hand(tx: Transaction, *, actor: Actor, code: str, objection_id: int) -> Objection:
    """Return an objection that is the officer's to answer, held until the transaction ends."""
    files_in_charge.seen_file(tx, actor=actor, code=code)
    found = _of_file(tx, code=code, objection_id=objection_id, for_update=True)
    if not authority.reach_of(tx, actor=actor).leads(found.unit_id):
        raise NotFound
    return found


def _of_file(
    tx: Transaction, *, code: str, objection_id: int, for_update: bool = False
) -> Objection:
    found = objections.objection_of(tx, objection_id=objection_id, for_update=for_update)
    if found is None or found.code != code:
        raise NotFound
    return found


def _refuse_other_entries(
    tx: Transaction, objection: Objection, *, change_id: int, outcome: str
) -> None:
    """Raise NotFound for an entry that is no change of this file since the objection."""
    if outcome != UPHELD or change_id not in {entry.entry_id for entry in _changes(tx, objection)}:
        raise NotFound


def _changes(tx: Transaction, objection: Objection) -> tuple[JournalLine, ...]:
    entries = journal_pages.newest_about(tx, subject=objection.code, limit=_LOOKED_BACK)
    since: datetime = objection.filed_at
    found = [entry for entry in entries if entry.at >= since and is_change(entry.action)]
    return tuple(found[:CHANGES_SHOWN])


def _today(tx: Transaction) -> date:
    return clock.database_now(tx).astimezone(VIETNAM).date()


def _record(
    tx: Transaction,
    *,
    actor: Actor,
    action: str,
    objection: Objection,
    outcome: str | None = None,
    change: int | None = None,
) -> None:
    journal.record(
        tx,
        actor=actor,
        action=action,
        intake_id=objection.intake_id,
        subject=objection.code,
        detail={"objection": objection.reference, "outcome": outcome, "change": change},
    )
