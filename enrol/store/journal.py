"""Writing the journal. Sealing is apart (``store/seals.py``): a single writer chains batches."""

from collections.abc import Mapping

from sqlalchemy import insert

from enrol.core.actors import Actor
from enrol.store.db import Transaction
from enrol.store.tables.journal import journal

Detail = Mapping[str, str | int | bool | list[str] | list[int] | None]

_INSERT = insert(journal)


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
    entry = {
        "actor": actor.label,
        "action": action,
        "intake_id": intake_id,
        "subject": subject,
        "detail": dict(detail or {}),
    }
    tx.execute(_INSERT, entry)
