"""Drafts: what a family has typed so far, kept page by page so that nothing is ever lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from enrol.store.db import Transaction
from enrol.store.tables.registrations import drafts


@dataclass(frozen=True, slots=True)
class Draft:
    """The answers so far, the key that makes pressing the button twice harmless, and whether the
    family wants it submitted at the opening; ``refusals`` say why that could not be done.
    """

    answers: dict[str, object]
    submission_key: UUID
    submit_for_me: bool = False
    refused_at: datetime | None = None
    refusals: tuple[str, ...] = ()


def draft_of(
    tx: Transaction, *, intake_id: int, child_id: int, for_update: bool = False
) -> Draft | None:
    """Return the family's draft; ``for_update`` makes two presses of the button follow each
    other.
    """
    query = select(
        drafts.c.answers,
        drafts.c.submission_key,
        drafts.c.submit_for_me,
        drafts.c.refused_at,
        drafts.c.refusals,
    ).where(drafts.c.intake_id == intake_id, drafts.c.child_id == child_id)
    row = tx.execute(query.with_for_update() if for_update else query).one_or_none()
    return None if row is None else Draft(dict(row[0]), row[1], row[2], row[3], tuple(row[4]))


def merge(tx: Transaction, *, intake_id: int, child_id: int, answers: Mapping[str, object]) -> None:
    """Put answers beside those already there; a key given again is replaced whole."""
    statement = insert(drafts).values(intake_id=intake_id, child_id=child_id, answers=dict(answers))
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[drafts.c.intake_id, drafts.c.child_id],
            set_={
                "answers": drafts.c.answers.op("||")(cast(statement.excluded.answers, JSONB)),
                "updated_at": func.now(),
            },
        )
    )


def renew_key(tx: Transaction, *, intake_id: int, child_id: int) -> None:
    """Give the draft a new submission key: the next press is a change, not a repetition. What was
    asked of the opening is thereby done.
    """
    tx.execute(
        drafts.update()
        .where(drafts.c.intake_id == intake_id, drafts.c.child_id == child_id)
        .values(
            submission_key=func.gen_random_uuid(),
            submit_for_me=False,
            refused_at=None,
            refusals=[],
        )
    )


def tick(tx: Transaction, *, intake_id: int, child_id: int, is_on: bool) -> None:
    """Note whether the family wants this draft submitted when the window opens."""
    tx.execute(
        drafts.update()
        .where(drafts.c.intake_id == intake_id, drafts.c.child_id == child_id)
        .values(submit_for_me=is_on, refused_at=None, refusals=[])
    )
