"""Tokens with which systems of partners ask: each for one unit and some rights, kept as a hash."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import UUID

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

partner_tokens = Table(
    "partner_tokens",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("name", Text, nullable=False, comment="the system that uses it"),
    Column("rights", ARRAY(Text), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, comment="SHA-256; the token is shown once"),
    Column("form_key", UUID, nullable=False, comment="one token a press of the button"),
    Column("made_by", ForeignKey("staff.id"), nullable=False),
    Column("made_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", ForeignKey("staff.id")),
    Column("last_used_on", Date, comment="written once a day"),
    UniqueConstraint("token_hash"),
    UniqueConstraint("form_key"),
    CheckConstraint("char_length(name) BETWEEN 1 AND 120", name="name"),
    CheckConstraint(
        "cardinality(rights) > 0 AND rights <@ ARRAY['counters', 'placements', 'names', 'bundle']",
        name="rights",
    ),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    CheckConstraint("expires_at > made_at", name="expires_at"),
    CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
    Index("ix_partner_tokens_unit_id", "unit_id", "id"),
)
