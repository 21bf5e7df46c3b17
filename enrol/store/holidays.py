"""Days on which offices rest or, instead, work: stated by the city, counted by due dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from enrol.store.db import Transaction
from enrol.store.tables.reviews import holidays


@dataclass(frozen=True, slots=True)
class Holiday:
    """A stated day; ``is_working`` for a weekend day that is worked instead."""

    on: date
    name: str
    is_working: bool


def holidays_from(tx: Transaction, *, since: date) -> Sequence[Holiday]:
    """Return the stated days from a day on."""
    query = (
        select(holidays.c.on_date, holidays.c.name, holidays.c.is_working)
        .where(holidays.c.on_date >= since)
        .order_by(holidays.c.on_date)
    )
    return [Holiday(*row) for row in tx.execute(query)]


def state(tx: Transaction, *, on: date, name: str, is_working: bool) -> None:
    """State a day, or state it anew."""
    said = {"name": name, "is_working": is_working}
    tx.execute(
        insert(holidays)
        .values(on_date=on, **said)
        .on_conflict_do_update(index_elements=["on_date"], set_=said)
    )


def remove(tx: Transaction, *, on: date) -> bool:
    """Take a stated day back; False when it was not stated."""
    return tx.execute(delete(holidays).where(holidays.c.on_date == on)).rowcount > 0
