"""The engine and the one way to open a transaction."""

import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event, text
from sqlalchemy.exc import DisconnectionError, OperationalError
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


Row = tuple[Any, ...]


class Statements:
    """A connection on which every statement is a transaction of its own, done when it returns.

    For what pages read, and for a change that is one statement; never where one statement's answer
    decides what another one writes. Statements are written out (``%(name)s`` for values) and reach
    the driver as they are: what every page asks is neither built nor compiled again, and there is
    no BEGIN and no COMMIT around it.
    """

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def one(self, statement: bytes, values: Mapping[str, object]) -> Row | None:
        """Return the first row, or None."""
        return self._connection.execute(statement, values, prepare=True).fetchone()

    def all(self, statement: bytes, values: Mapping[str, object]) -> list[Row]:
        """Return every row."""
        return self._connection.execute(statement, values, prepare=True).fetchall()

    def change(self, statement: bytes, values: Mapping[str, object]) -> int:
        """Run a change and return how many rows it touched."""
        return self._connection.execute(statement, values, prepare=True).rowcount


@contextmanager
def statements() -> Iterator[Statements]:
    """Lend a connection of the same pool. Raises StoreBusy as ``transaction`` does."""
    try:
        pooled = db.engine.raw_connection()
    except (OperationalError, psycopg.OperationalError, PoolTimeout) as error:
        raise StoreBusy from error
    connection: Any = pooled.driver_connection
    try:
        connection.autocommit = True
        yield Statements(connection)
        connection.autocommit = False
    except psycopg.OperationalError as error:
        pooled.invalidate(error)
        raise StoreBusy from error
    except BaseException:
        if not connection.closed:
            connection.autocommit = False
        raise
    finally:
        pooled.close()


def watch_for_closed(engine: Engine) -> None:
    """Let no connection leave the pool that the server has closed meanwhile (it was restarted).

    An idle connection has nothing to say: when its socket can be read, the server has hung up. This
    looks at the socket alone and costs microseconds, where asking the server (``pool_pre_ping``)
    costs every page a round trip. A connection that breaks later, in the middle of a statement, is
    told to the family as StoreBusy, and its retry finds a fresh pool.
    """
    event.listen(engine, "checkout", _refuse_closed)


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    if connection.closed:
        raise DisconnectionError
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    if socket.poll(0):
        raise DisconnectionError


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
        "hide_parameters": True,  # an error message must not carry a name or an address
        "isolation_level": "READ COMMITTED",
        # A server that vanished from the network is noticed, too: no timeout of its own helps then.
        "connect_args": {
            "options": server_settings,
            "connect_timeout": 5,
            "tcp_user_timeout": 10_000,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
        },
    }


def forget_inherited_connections() -> None:
    """Drop the pool that a forked process inherited, without closing the parent's sockets."""
    db.engine.dispose(close=False)
