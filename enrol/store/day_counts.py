"""The day counts of an intake: for answering files, objections and errors of fact."""

from dataclasses import dataclass

from sqlalchemy import exists, select, update

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.registrations import registrations


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Working days for answering a file (``review``) and an objection (``reply``), and whole days
    after the provisional results for reporting errors (``correction``).
    """

    review: int
    reply: int
    correction: int


def day_counts_of(tx: Transaction, *, intake_id: int) -> DayCounts:
    """Return the day counts of an intake that is there."""
    columns = intakes.c
    query = select(columns.review_days, columns.reply_days, columns.correction_days)
    return DayCounts(*tx.execute(query.where(columns.id == intake_id)).one())


def set_day_counts(tx: Transaction, *, intake_id: int, days: DayCounts) -> None:
    """Give the intake these day counts."""
    tx.execute(
        update(intakes)
        .where(intakes.c.id == intake_id)
        .values(review_days=days.review, reply_days=days.reply, correction_days=days.correction)
    )


def has_registrations(tx: Transaction, *, intake_id: int) -> bool:
    """Tell whether anybody has registered in the intake, withdrawn or not."""
    found: bool = tx.execute(
        select(exists().where(registrations.c.intake_id == intake_id))
    ).scalar_one()
    return found
