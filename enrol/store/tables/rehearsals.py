"""What is tried out and never official: odds before closing, and officers' what-ifs."""

from sqlalchemy import (
    ARRAY,
    Boolean,
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
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

zone_estimates = Table(
    "zone_estimates",
    metadata,
    Column("intake_zone_id", ForeignKey("intake_zones.id"), primary_key=True),
    Column("input_digest", Text, nullable=False, comment="of list, seats and rules, 64 hex digits"),
    Column("seed", Text, nullable=False, comment="of the rehearsal draws, 64 hex digits"),
    Column("draws", Integer, nullable=False),
    Column("registrations", Integer, nullable=False),
    Column("in_zone", Integer, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("left_total", Integer, nullable=False, comment="over all draws"),
    Column("left_least", Integer, nullable=False),
    Column("left_most", Integer, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("checked_at", Instant, nullable=False, comment="when the input was last looked at"),
    CheckConstraint("draws > 0", name="draws"),
)

estimates = Table(
    "estimates",
    metadata,
    Column("registration_id", ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True),
    Column("intake_zone_id", ForeignKey("intake_zones.id"), nullable=False),
    Column("version", SmallInteger, nullable=False, comment="of the registration it rests on"),
    Column("in_zone", Boolean, nullable=False, comment="competes in its zone"),
    Column("granted", ARRAY(SmallInteger), nullable=False, comment="draws that gave each wish"),
    Column("left_over", SmallInteger, nullable=False, comment="draws that gave none"),
    Index("ix_estimates_intake_zone_id", "intake_zone_id"),
)

what_ifs = Table(
    "what_ifs",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("intake_zone_id", ForeignKey("intake_zones.id"), comment="null: every zone"),
    Column("kind", Text, nullable=False, server_default="rehearsal"),
    Column("asked_by", ForeignKey("staff.id"), nullable=False),
    Column("asked_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("seats", JSONB, nullable=False, comment="school code to seats instead of the planned"),
    Column("rules", Text, comment="name of a preset; null: the intake's rules"),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("zones", Integer, nullable=False),
    Column("zones_done", Integer, nullable=False, server_default="0"),
    Column("list_hash", Text, comment="of the frozen list; null: the registrations of that time"),
    Column("before_digest", Text, comment="of list, seats and rules as they stand"),
    Column("after_digest", Text, comment="of list, seats and rules as imagined"),
    Column("totals_before", JSONB),
    Column("totals_after", JSONB),
    Column("finished_at", Instant),
    CheckConstraint("kind = 'rehearsal'", name="never_official"),
    CheckConstraint("state IN ('pending', 'running', 'done')", name="state"),
    CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="done_has_a_time"),
    CheckConstraint("zones_done BETWEEN 0 AND zones", name="progress"),
    Index("ix_what_ifs_intake", "intake_id", "id"),
)

what_if_changes = Table(
    "what_if_changes",
    metadata,
    Column("what_if_id", ForeignKey("what_ifs.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("zone", Text, nullable=False),
    Column("school_before", Text, comment="null: none of the wishes"),
    Column("rank_before", SmallInteger),
    Column("school_after", Text),
    Column("rank_after", SmallInteger),
)
