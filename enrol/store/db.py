"""The engine and the one way to open a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from enrol.store.constraints import StoreBusy

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
db = SQLAlchemy(metadata=metadata)

Transaction = Connection
"""An open transaction, in READ COMMITTED: locks are taken before the read they protect
(docs/locking.md)."""


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Open one transaction: committed when the block ends well, rolled back otherwise.

    Needs an application context. A use case opens exactly one. Raises StoreBusy when the database
    is out of reach, has no connection free, or gave up waiting; repeating the use case is safe.
    """
    try:
        with db.engine.begin() as connection:
            yield connection
    except (OperationalError, PoolTimeout) as error:
        raise StoreBusy from error


def allow_minutes(tx: Transaction) -> None:
    """Let this transaction's statements run long, and wait long for its next one: a whole city is
    read and written in one piece.
    """
    tx.execute(text("SET LOCAL statement_timeout = '10min'"))
    tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))


def engine_options(
    *, pool_size: int, pool_timeout: float, statement_timeout_ms: int, lock_timeout_ms: int
) -> dict[str, Any]:
    """Return the engine's settings: a bounded pool and bounded waits (a stuck lock never holds a
    page).
    """
    server_settings = (
        f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={lock_timeout_ms} "
        "-c idle_in_transaction_session_timeout=15000 -c timezone=UTC"
    )
    return {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": pool_timeout,
        "pool_pre_ping": True,
        "hide_parameters": True,  # an error message must not carry a name or an address
        "isolation_level": "READ COMMITTED",
        "connect_args": {"options": server_settings, "connect_timeout": 5},
    }


def forget_inherited_connections() -> None:
    """Drop the pool that a forked process inherited, without closing the parent's sockets."""
    db.engine.dispose(close=False)
