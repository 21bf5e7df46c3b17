"""Drafts: what a family has typed so far, kept page by page so that nothing is ever lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import func

from enrol.store.db import Statements, Transaction
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


COLUMNS = "d.answers, d.submission_key, d.submit_for_me, d.refused_at, d.refusals"
"""A draft's columns, of ``drafts d``."""

_READ = f"""
SELECT {COLUMNS} FROM drafts d
 WHERE d.intake_id = %(intake_id)s AND d.child_id = %(child_id)s"""  # noqa: S608 - no values in it
HOLD = _READ + " FOR UPDATE"


def draft_of(
    tx: Transaction, *, intake_id: int, child_id: int, for_update: bool = False
) -> Draft | None:
    """Return the family's draft; ``for_update`` makes two presses of the button follow each
    other.
    """
    values = {"intake_id": intake_id, "child_id": child_id}
    row = tx.exec_driver_sql(HOLD if for_update else _READ, values).one_or_none()
    return None if row is None else draft_from(row)


def draft_from(row: Sequence[Any]) -> Draft:
    """Return the draft of the columns ``COLUMNS`` names."""
    return Draft(dict(row[0]), row[1], row[2], row[3], tuple(row[4]))


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


_KEEP = b"""
INSERT INTO drafts (intake_id, child_id, answers)
SELECT i.id, s.child_id, %(answers)s
  FROM family_secrets s, intakes i
 WHERE s.child_id = %(child_id)s AND s.version = %(secret_version)s AND i.id = %(intake_id)s
    ON CONFLICT (intake_id, child_id)
    DO UPDATE SET answers = drafts.answers || excluded.answers, updated_at = now()
"""


def keep(
    db: Statements,
    *,
    intake_id: int,
    child_id: int,
    secret_version: int,
    answers: Mapping[str, object],
) -> bool:
    """Put answers beside those already there, a key given again being replaced whole; False when
    there is no such intake or no family with this version of its secret.
    """
    values = {
        "intake_id": intake_id,
        "child_id": child_id,
        "secret_version": secret_version,
        "answers": Jsonb(dict(answers)),
    }
    return db.change(_KEEP, values) == 1
