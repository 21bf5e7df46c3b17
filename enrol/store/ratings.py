"""Ratings as numbers: rights given once and deleted when used, answers added up, comments apart."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from enrol.store.db import Transaction
from enrol.store.tables.ratings import rating_comments, rating_rights, rating_rounds, ratings
from enrol.store.tables.units import units


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """The answers of one month about one unit; ``satisfied`` gave 4 or 5."""

    month: date
    unit_id: int
    unit_name: str
    unit_name_en: str
    satisfied: int
    others: int


@dataclass(frozen=True, slots=True)
class Comment:
    """What a family wrote beside its score, which is kept elsewhere."""

    unit_id: int
    month: date
    words: str


_BEGIN = """
INSERT INTO rating_rounds (intake_id, last_registration_id) VALUES (%(intake_id)s, 0)
    ON CONFLICT (intake_id) DO NOTHING
"""
_HOLD = "SELECT FROM rating_rounds WHERE intake_id = %(intake_id)s FOR UPDATE"
_GIVE = """
WITH round AS (
  SELECT last_registration_id AS last FROM rating_rounds WHERE intake_id = %(intake_id)s),
given AS (
  INSERT INTO rating_rights (registration_id)
  SELECT r.id FROM registrations r, round
   WHERE r.intake_id = %(intake_id)s AND r.id > round.last AND r.status <> 'withdrawn'
  RETURNING registration_id)
UPDATE rating_rounds SET last_registration_id = greatest(last_registration_id,
         (SELECT coalesce(max(registration_id), 0) FROM given))
 WHERE intake_id = %(intake_id)s
RETURNING (SELECT count(*) FROM given)
"""


def give_rights(tx: Transaction, *, intake_id: int) -> int:
    """Let every registration of an intake answer once; returns how many may that could not before.

    A right that was used is never given again: registrations count up, and each is looked at once.
    """
    values = {"intake_id": intake_id}
    tx.exec_driver_sql(_BEGIN, values)
    tx.exec_driver_sql(_HOLD, values)
    return int(tx.exec_driver_sql(_GIVE, values).scalar_one())


def may_answer(tx: Transaction, *, registration_id: int) -> bool:
    """Say whether a registration's right is not used yet."""
    query = select(rating_rights.c.registration_id).where(
        rating_rights.c.registration_id == registration_id
    )
    return tx.execute(query).first() is not None


def was_given(tx: Transaction, *, intake_id: int, registration_id: int) -> bool:
    """Say whether a registration had a right, used or not."""
    query = select(rating_rounds.c.last_registration_id).where(
        rating_rounds.c.intake_id == intake_id
    )
    return int(tx.execute(query).scalar_one_or_none() or 0) >= registration_id


def use_right(tx: Transaction, *, registration_id: int) -> bool:
    """Use up a registration's right; False when there is none. Of two at once one succeeds."""
    statement = delete(rating_rights).where(rating_rights.c.registration_id == registration_id)
    return tx.execute(statement).rowcount == 1


def count_answer(tx: Transaction, *, intake_id: int, unit_id: int, month: date, score: int) -> None:
    """Add one to the number of a unit, a month and a score."""
    wanted = upsert(ratings).values(
        intake_id=intake_id, unit_id=unit_id, month=month, score=score, answers=1
    )
    tx.execute(
        wanted.on_conflict_do_update(
            index_elements=["intake_id", "unit_id", "month", "score"],
            set_={"answers": ratings.c.answers + 1},
        )
    )


def keep_comment(tx: Transaction, *, intake_id: int, unit_id: int, month: date, words: str) -> None:
    """Keep a comment under a random number, beside no score."""
    tx.execute(
        insert(rating_comments).values(
            intake_id=intake_id, unit_id=unit_id, month=month, words=words
        )
    )


def by_month(tx: Transaction, *, intake_id: int, before: date) -> list[UnitMonth]:
    """Return the answers about every unit of an intake in the months before one, newest first."""
    is_good = ratings.c.score >= 4
    query = (
        select(
            ratings.c.month,
            units.c.id,
            units.c.name,
            units.c.name_en,
            func.coalesce(func.sum(ratings.c.answers).filter(is_good), 0),
            func.coalesce(func.sum(ratings.c.answers).filter(~is_good), 0),
        )
        .join(units, units.c.id == ratings.c.unit_id)
        .where(ratings.c.intake_id == intake_id, ratings.c.month < before)
        .group_by(ratings.c.month, units.c.id, units.c.name, units.c.name_en)
        .order_by(ratings.c.month.desc(), units.c.name, units.c.id)
    )
    return [UnitMonth(*row[:4], int(row[4]), int(row[5])) for row in tx.execute(query)]


def comments(
    tx: Transaction, *, intake_id: int, unit_ids: Collection[int], month: date, limit: int
) -> list[Comment]:
    """Return what families wrote about these units in a month, in the order of random numbers."""
    query = (
        select(rating_comments.c.unit_id, rating_comments.c.month, rating_comments.c.words)
        .where(
            rating_comments.c.intake_id == intake_id,
            rating_comments.c.unit_id.in_(unit_ids),
            rating_comments.c.month == month,
        )
        .order_by(rating_comments.c.id)
        .limit(limit)
    )
    return [Comment(*row) for row in tx.execute(query)]
