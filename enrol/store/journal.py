"""Writing the journal. Sealing is apart (``store/seals.py``): a single writer chains batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert

from enrol.core.actors import Actor
from enrol.store.db import Transaction
from enrol.store.tables.journal import journal

Detail = Mapping[str, str | int | bool | list[str] | list[int] | None]

_INSERT = insert(journal)


@dataclass(frozen=True, slots=True)
class Noted:
    """What one entry says; ``subject`` is a code or an id, never a name."""

    action: str
    intake_id: int | None
    subject: str | None
    detail: Detail


def record(
    tx: Transaction,
    *,
    actor: Actor,
    action: str,
    intake_id: int | None = None,
    subject: str | None = None,
    detail: Detail | None = None,
) -> None:
    """Write one entry with the change it tells of. ``subject`` is a code or an id, never a name."""
    noted = Noted(action=action, intake_id=intake_id, subject=subject, detail=detail or {})
    record_all(tx, actor=actor, noted=[noted])


def record_all(tx: Transaction, *, actor: Actor, noted: Sequence[Noted]) -> None:
    """Write several entries of one actor, in their order."""
    entries = [
        {
            "actor": actor.label,
            "action": entry.action,
            "intake_id": entry.intake_id,
            "subject": entry.subject,
            "detail": dict(entry.detail),
        }
        for entry in noted
    ]
    if entries:
        tx.execute(_INSERT, entries)
