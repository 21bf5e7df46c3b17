"""Schools, and their moves from one ward to another."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from enrol.store.db import metadata

schools = Table(
    "schools",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("code", Text, nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("latitude", Double, nullable=False),
    Column("longitude", Double, nullable=False),
    Column("phone", Text),
    UniqueConstraint("code"),
    Index("ix_schools_unit_id", "unit_id"),
)

school_moves = Table(
    "school_moves",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("school_id", ForeignKey("schools.id"), nullable=False),
    Column("from_unit_id", ForeignKey("units.id"), nullable=False),
    Column("to_unit_id", ForeignKey("units.id"), nullable=False),
    Column(
        "moves_on",
        Date,
        nullable=False,
        comment="first day in the new ward, or later while an intake of the school runs",
    ),
    Column("reason", Text, nullable=False),
    Column("stated_by", ForeignKey("staff.id"), nullable=False),
    Column("stated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("moved_at", DateTime(timezone=True)),
    Column("taken_back_at", DateTime(timezone=True)),
    Column("taken_back_by", ForeignKey("staff.id")),
    CheckConstraint("from_unit_id <> to_unit_id", name="elsewhere"),
    CheckConstraint("char_length(reason) BETWEEN 1 AND 300", name="reason"),
    CheckConstraint(
        "num_nulls(taken_back_at, taken_back_by) IN (0, 2)"
        " AND num_nonnulls(moved_at, taken_back_at) < 2",
        name="one_end",
    ),
    Index(
        "uq_school_moves_open",
        "school_id",
        unique=True,
        postgresql_where=text("moved_at IS NULL AND taken_back_at IS NULL"),
    ),
)
