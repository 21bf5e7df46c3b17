"""Guards taken away for one test: every test of a process shares the database."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from enrol.store.db import transaction

_CONSTRAINT = """
SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE conname = :name"""
_INDEX = """
SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indexrelid = to_regclass(:name)"""


@pytest.fixture
def drop(app) -> Iterator[Callable[..., None]]:
    """Take constraints or unique indexes away by name; afterwards they stand again, and the tables
    they guard are empty.
    """
    guarded: list[tuple[str, str]] = []

    def take_away(*names: str) -> None:
        with transaction() as tx:
            for name in names:
                found = tx.execute(text(_CONSTRAINT), {"name": name}).one_or_none()
                if found is not None:
                    table, definition = found
                    tx.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
                    again = f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
                else:
                    table, again = tx.execute(text(_INDEX), {"name": name}).one()
                    tx.execute(text(f"DROP INDEX {name}"))
                guarded.append((table, again))

    yield take_away
    with transaction() as tx:
        for table in dict.fromkeys(table for table, _ in guarded):
            tx.execute(text(f"TRUNCATE {table} CASCADE"))
        for _, again in guarded:
            tx.execute(text(again))
