"""Public values that were replaced because they did not appear, as the journal keeps them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.journal import journal

ACTION = "draw.value_named"


def renamings_of(tx: Transaction, *, intake_id: int) -> list[Mapping[str, Any]]:
    """Return the journal's detail of each replacement, oldest first."""
    query = (
        select(journal.c.detail)
        .where(journal.c.intake_id == intake_id, journal.c.action == ACTION)
        .order_by(journal.c.id)
    )
    return list(tx.execute(query).scalars())
