"""Warnings to officers, and the marks by which files that resemble each other are found.

A mark is a digest: that two are equal can be seen, not what they were made of.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

marked_files = Table(
    "marked_files",
    metadata,
    Column("registration_id", BigInteger, ForeignKey("registrations.id"), primary_key=True),
    Column("version", SmallInteger, nullable=False, comment="the submission that was looked at"),
)

file_marks = Table(
    "file_marks",
    metadata,
    Column("registration_id", BigInteger, ForeignKey("registrations.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("mark", Text, primary_key=True, comment="32 hex digits"),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("family_code", Text, nullable=False, comment="as in the registration"),
    CheckConstraint("kind IN ('child', 'home')", name="kind"),
    Index("ix_file_marks_mark", "intake_id", "kind", "mark", "registration_id"),
)

flags = Table(
    "flags",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False, comment="answers for the zone"),
    Column("registration_id", BigInteger, ForeignKey("registrations.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False, comment="what it is about: a code, a mark, a word"),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Column("found_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("gone_at", Instant, comment="when it was no longer so"),
    Column("dismissed_at", Instant),
    Column("dismissed_by", ForeignKey("staff.id")),
    Column("reason", Text),
    UniqueConstraint("registration_id", "kind", "key"),
    CheckConstraint(
        "kind IN ('same_child', 'crowded_address', 'address_changed', 'id_contradicts')",
        name="kind",
    ),
    CheckConstraint("num_nulls(dismissed_at, dismissed_by, reason) IN (0, 3)", name="dismissed"),
    CheckConstraint("char_length(reason) BETWEEN 1 AND 300", name="reason"),
    Index(
        "ix_flags_standing",
        "unit_id",
        "intake_id",
        "id",
        postgresql_where=text("gone_at IS NULL AND dismissed_at IS NULL"),
    ),
)

flag_rounds = Table(
    "flag_rounds",
    metadata,
    Column("intake_zone_id", Integer, ForeignKey("intake_zones.id"), primary_key=True),
    Column("looked_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Index("ix_flag_rounds_looked_at", "looked_at"),
)
