"""Signs of life of long-running processes: liveness is read here, never from Redis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from enrol.store.db import Transaction
from enrol.store.tables.outbox import heartbeats


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of one process."""

    name: str
    beat_at: datetime
    detail: Mapping[str, object]


def beat(tx: Transaction, *, name: str, detail: Mapping[str, str | int | bool | None]) -> None:
    """Leave a sign of life under this name."""
    row = {"beat_at": func.clock_timestamp(), "detail": dict(detail)}
    tx.execute(
        insert(heartbeats)
        .values(name=name, **row)
        .on_conflict_do_update(index_elements=[heartbeats.c.name], set_=row)
    )


def all_heartbeats(tx: Transaction) -> list[Heartbeat]:
    """Return every known process by name."""
    query = select(heartbeats.c.name, heartbeats.c.beat_at, heartbeats.c.detail)
    rows = tx.execute(query.order_by(heartbeats.c.name))
    return [Heartbeat(row[0], row[1], dict(row[2])) for row in rows]


def forget_silent(tx: Transaction, *, longer_than: timedelta) -> None:
    """Delete processes that have not given a sign for so long."""
    limit = func.clock_timestamp() - bindparam("longer_than", longer_than)
    tx.execute(delete(heartbeats).where(heartbeats.c.beat_at < limit))
