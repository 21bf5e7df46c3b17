"""What a second officer approved, what the city did without, and seats of wards set aside."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

list_approvals = Table(
    "list_approvals",
    metadata,
    Column("intake_zone_id", ForeignKey("intake_zones.id"), primary_key=True),
    Column("digest", Text, nullable=False, comment="SHA-256 of the zone's entries"),
    Column("entries", Integer, nullable=False),
    Column("approved_by", ForeignKey("staff.id"), nullable=False),
    Column("approved_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
    CheckConstraint("entries >= 0", name="entries"),
)

approval_overrides = Table(
    "approval_overrides",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column("step", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("missing", Integer, nullable=False, comment="approvals that were lacking"),
    Column("decided_by", ForeignKey("staff.id"), nullable=False),
    Column("decided_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint("step IN ('announce', 'close', 'draw')", name="step"),
    CheckConstraint("char_length(reason) BETWEEN 1 AND 300", name="reason"),
)

# A ward that registers as before: its schools' plans wait here, untouched, until it takes part.
parked_seat_plans = Table(
    "parked_seat_plans",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column("school_id", ForeignKey("schools.id"), primary_key=True),
    Column("intake_zone_id", ForeignKey("intake_zones.id"), nullable=False),
    Column("seats", Integer, nullable=False),
    Column("classes", Integer),
    Column("last_year_distance", Integer),
    Column("reserves", JSONB, nullable=False),
    Column("stated_at", Instant, nullable=False),
    Column("stated_by", Integer),
    Column("stated_reason", Text),
    Column("approved_by", Integer),
    Column("approved_at", Instant),
    Index("ix_parked_seat_plans_intake_zone_id", "intake_zone_id"),
)
