"""The classes into which a school divides the children who have a seat with it."""

from sqlalchemy import (
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
    UniqueConstraint,
    func,
)

from enrol.store.db import metadata

school_classes = Table(
    "school_classes",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), nullable=False),
    Column("position", SmallInteger, nullable=False, comment="from 1"),
    Column("name", Text, nullable=False, comment="1A1, 1A2 …"),
    UniqueConstraint("intake_id", "school_id", "position", name="uq_school_classes_position"),
    UniqueConstraint("intake_id", "school_id", "name", name="uq_school_classes_name"),
    CheckConstraint("position BETWEEN 1 AND 99", name="position"),
    CheckConstraint("char_length(name) BETWEEN 1 AND 12", name="name"),
)

# A place counts while its child has a seat at the school of the class; a round that moves the child
# leaves a row that nobody reads.
class_places = Table(
    "class_places",
    metadata,
    Column("registration_id", ForeignKey("registrations.id"), primary_key=True),
    Column("class_id", ForeignKey("school_classes.id", ondelete="CASCADE"), nullable=False),
    Column("is_by_hand", Boolean, nullable=False, comment="false: by the division"),
    Column("placed_by", ForeignKey("staff.id"), nullable=False),
    Column(
        "placed_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.clock_timestamp(),
    ),
    Index("ix_class_places_class_id", "class_id"),
)
