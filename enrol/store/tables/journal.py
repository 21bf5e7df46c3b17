"""The journal: who did what, append-only, sealed in batches by a single writer."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

journal_seals = Table(
    "journal_seals",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entries", Integer, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column(
        "leaves",
        LargeBinary,
        nullable=False,
        comment="leaf hashes in order: to name an altered entry",
    ),
    Column("sealed_at", Instant, nullable=False, server_default=func.now()),
)

journal = Table(
    "journal",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False, comment="staff:ID, family:CHILD-ID or system"),
    Column("action", Text, nullable=False),
    Column("intake_id", ForeignKey("intakes.id")),
    Column("subject", Text, comment="a registration code or an internal id; never a name"),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Column("seal", ForeignKey("journal_seals.number")),
    Index("ix_journal_subject", "subject"),
    Index("ix_journal_intake", "intake_id", "id"),
    Index("ix_journal_unsealed", "id", postgresql_where=text("seal IS NULL")),
    Index("ix_journal_seal", "seal", "id"),
)
