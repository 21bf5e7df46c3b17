"""The one clock that decides: the database's."""

from datetime import datetime

from sqlalchemy import func, select

from enrol.store.db import Transaction


def database_now(tx: Transaction) -> datetime:
    """Return the database's time at this statement (UTC), not the start of the transaction.

    A transaction that waited for a lock must judge the window by the moment it got it.
    """
    now = tx.execute(select(func.clock_timestamp())).scalar_one()
    assert isinstance(now, datetime)  # noqa: S101
    return now


def has_schema(tx: Transaction) -> bool:
    """Tell whether the migrations have run on this database."""
    found = tx.execute(select(func.to_regclass("alembic_version"))).scalar_one()
    return found is not None
