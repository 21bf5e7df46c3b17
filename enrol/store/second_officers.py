"""On whose word officers' accounts rest: who made them, and who last gave them a password."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.accounts import Staff


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's origin; numbers of officers are None for the system's administrator."""

    staff_id: int
    appointed_by: int | None
    appointed_at: datetime
    keyed_by: int | None

    def rests_on(self, staff_id: int) -> bool:
        """Tell whether this officer made the account or last gave it a password or places."""
        return staff_id in (self.appointed_by, self.keyed_by)


def standings(tx: Transaction, *, staff_ids: Collection[int]) -> dict[int, Standing]:
    """Return the standing of each of these accounts."""
    accounts = Staff.__table__.c
    query = select(
        accounts.id, accounts.appointed_by, accounts.appointed_at, accounts.keyed_by
    ).where(accounts.id.in_(set(staff_ids)))
    return {row[0]: Standing(*row) for row in tx.execute(query)}
