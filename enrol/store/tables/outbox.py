"""The outbox: work to be done, committed with what caused it; RQ only carries its ids."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("job", Text, nullable=False, comment="a name of services/ports.JOBS"),
    Column("queue", Text, nullable=False),
    Column("argument", BigInteger, nullable=False, comment="one id, never data"),
    Column("due_at", Instant, nullable=False, server_default=func.now()),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("sent_at", Instant, comment="when the relay last handed it to the queue"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("done_at", Instant),
    Index(
        "uq_outbox_undone",
        "job",
        "argument",
        unique=True,
        postgresql_where=text("done_at IS NULL"),
    ),
    Index("ix_outbox_due", "due_at", "id", postgresql_where=text("done_at IS NULL")),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    Column("beat_at", Instant, nullable=False, server_default=func.now()),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
)
