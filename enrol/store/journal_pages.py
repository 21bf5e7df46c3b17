"""Reading the journal page by page, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from enrol.store.db import Transaction
from enrol.store.tables.journal import journal


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One entry; ``is_sealed`` once the sealer has chained it."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    detail: Mapping[str, Any]
    is_sealed: bool


def newest_entries(
    tx: Transaction, *, intake_id: int, before: int | None, limit: int
) -> list[JournalLine]:
    """Return the newest entries of an intake with an id below ``before`` (all when None)."""
    query = _entries().where(journal.c.intake_id == intake_id).limit(limit)
    if before is not None:
        query = query.where(journal.c.id < before)
    return [JournalLine(*row) for row in tx.execute(query)]


def newest_about(tx: Transaction, *, subject: str, limit: int) -> list[JournalLine]:
    """Return the newest entries about a registration code or an internal id."""
    query = _entries().where(journal.c.subject == subject).limit(limit)
    return [JournalLine(*row) for row in tx.execute(query)]


def _entries() -> Select[*tuple[Any, ...]]:
    return select(
        journal.c.id,
        journal.c.at,
        journal.c.actor,
        journal.c.action,
        journal.c.subject,
        journal.c.detail,
        journal.c.seal.is_not(None),
    ).order_by(journal.c.id.desc())
