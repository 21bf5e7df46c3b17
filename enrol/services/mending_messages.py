"""Officers see which messages did not arrive for certain, and let them be tried again.

The city sees all, a ward its zones', a school those of the files in its charge. What may have
arrived already is sent again only when the officer says so, and the journal keeps that.
"""

from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.services import authority
from enrol.services.refusals import NotFound, Refusal
from enrol.store import deliveries, journal, undelivered
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.undelivered import Scope, Undelivered

__all__ = ["MOST_AT_ONCE", "MessageDesk", "MustBeSaid", "Undelivered", "again", "all_again", "desk"]

PAGE = 50
MOST_AT_ONCE = 5000


class MustBeSaid(Refusal):
    """The family may have the message: the officer has to say that it may be told twice."""


@dataclass(frozen=True, slots=True)
class MessageDesk:
    """A page of messages, the oldest first; ``after`` is where the next begins, None at the end.

    ``safe`` is how many of all of them no provider ever took, ``MOST_AT_ONCE`` at most: one button
    tries these again. ``is_office`` tells which page shows a file.
    """

    intake: IntakeRecord
    lines: tuple[Undelivered, ...]
    after: int | None
    safe: int
    is_office: bool


def desk(*, actor: Actor, intake_id: int, after: int = 0) -> MessageDesk:
    """Return messages in doubt or given up, of files in the officer's charge; the reading is
    journalled. Raises NotFound.
    """
    with transaction() as tx:
        intake, scope = _scope(tx, actor=actor, intake_id=intake_id)
        found = undelivered.listed(tx, scope=scope, after=after, limit=PAGE + 1)
        lines = tuple(found[:PAGE])
        if lines:
            journal.record(
                tx,
                actor=actor,
                action="messages.read",
                intake_id=intake_id,
                detail={"codes": sorted({line.code for line in lines})},
            )
        return MessageDesk(
            intake=intake,
            lines=lines,
            after=lines[-1].message_id if len(found) > PAGE else None,
            safe=len(undelivered.safe_ids(tx, scope=scope, limit=MOST_AT_ONCE)),
            is_office=bool(scope.unit_ids),
        )


def again(*, actor: Actor, intake_id: int, message_id: int, may_be_twice: bool) -> None:
    """Let one message be sent again, by the way that its family chose meanwhile.

    One that may have arrived keeps its way and needs ``may_be_twice``. Pressing twice does it once.
    Raises NotFound, MustBeSaid.
    """
    with transaction() as tx:
        _intake, scope = _scope(tx, actor=actor, intake_id=intake_id)
        found = undelivered.one(tx, scope=scope, message_id=message_id)
        if found is None:
            raise NotFound
        if found.perhaps_told and not may_be_twice:
            raise MustBeSaid
        if not undelivered.try_again(tx, ids=[message_id], may_be_twice=may_be_twice):
            raise NotFound
        deliveries.reroute_messages(tx, ids=[message_id])
        journal.record(
            tx,
            actor=actor,
            action="message.sent_again",
            intake_id=intake_id,
            subject=found.code,
            detail={"message": found.event, "may_be_twice": found.perhaps_told},
        )


def all_again(*, actor: Actor, intake_id: int) -> int:
    """Let every message that no provider ever took be tried again, ``MOST_AT_ONCE`` at most;
    returns how many. Raises NotFound.
    """
    with transaction() as tx:
        _intake, scope = _scope(tx, actor=actor, intake_id=intake_id)
        ids = undelivered.safe_ids(tx, scope=scope, limit=MOST_AT_ONCE)
        done = undelivered.try_again(tx, ids=ids, may_be_twice=False)
        deliveries.reroute_messages(tx, ids=done)
        if done:
            journal.record(
                tx,
                actor=actor,
                action="messages.sent_again",
                intake_id=intake_id,
                detail={"count": len(done)},
            )
        return len(done)


def _scope(tx: Transaction, *, actor: Actor, intake_id: int) -> tuple[IntakeRecord, Scope]:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    scope = Scope(
        intake_id=intake_id,
        unit_ids=grasp.reach.unit_ids,
        school_ids=grasp.reach.own_school_ids,
    )
    return grasp.intake, scope
