"""Rounds taken back: what was given up by the workers is as if it had never been asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from enrol.store.db import Transaction
from enrol.store.tables.rounds import held_seats, rounds, seat_answers


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a round counted: the families' ``answers``, and seats that it found ``unclaimed``."""

    number: int
    answers: int
    unclaimed: int


def failed_of(tx: Transaction, *, intake_id: int) -> int | None:
    """Return the id of the round that workers gave up, its row held; None when there is none."""
    query = select(rounds.c.id).where(
        rounds.c.intake_id == intake_id, rounds.c.done_at.is_(None), rounds.c.failed_at.is_not(None)
    )
    found: int | None = tx.execute(query.with_for_update()).scalar_one_or_none()
    return found


def take_back(tx: Transaction, *, round_id: int) -> TakenBack:
    """Undo that a round was asked for, whose row the caller holds and has read as given up.

    Its answers wait for a round again; what it took for unclaimed is unanswered again.
    """
    of_round = seat_answers.c.round_id == round_id
    late = tx.execute(delete(seat_answers).where(of_round, seat_answers.c.answer == "unclaimed"))
    given = tx.execute(update(seat_answers).where(of_round).values(round_id=None))
    gone = tx.execute(delete(rounds).where(rounds.c.id == round_id).returning(rounds.c.number))
    return TakenBack(int(gone.scalar_one()), int(given.rowcount), int(late.rowcount))


def extend(tx: Transaction, *, intake_id: int, answer_by: datetime) -> int:
    """Let every seat that is not answered be answered until this instant, or its own if that is
    later; returns how many got a later day.
    """
    statement = (
        update(held_seats)
        .where(
            held_seats.c.intake_id == intake_id,
            held_seats.c.is_unanswered,
            held_seats.c.answer_by < answer_by,
        )
        .values(answer_by=answer_by)
    )
    return tx.execute(statement).rowcount
