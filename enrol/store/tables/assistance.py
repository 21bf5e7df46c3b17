"""Registrations that an officer entered at a counter for a family that stood there."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    func,
)

from enrol.store.db import metadata

assisted_submissions = Table(
    "assisted_submissions",
    metadata,
    Column("registration_id", BigInteger, ForeignKey("registrations.id"), primary_key=True),
    Column("version", SmallInteger, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("consent", Text, nullable=False, comment="how the family agreed"),
    Column(
        "assisted_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.clock_timestamp(),
    ),
    CheckConstraint("consent IN ('signed', 'spoken')", name="consent"),
    Index("ix_assisted_submissions_staff_id", "staff_id"),
)
