"""Objections of families, and the one number after the other that each unit gives them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
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

Instant = DateTime(timezone=True)

objections = Table(
    "objections",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False, comment="answers for the zone"),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("child_id", ForeignKey("children.id"), nullable=False),
    Column("number", Integer, nullable=False, comment="counted in the intake and unit, no gaps"),
    Column("reference", Text, nullable=False, comment="the number as families read it"),
    Column("ground", Text, nullable=False, comment="a word of core.objections"),
    Column("words", Text, nullable=False, comment="the family's own"),
    Column("filed_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("due_on", Date, nullable=False, comment="as the family was told when it filed"),
    Column("answered_at", Instant),
    Column("outcome", Text),
    Column("reply", Text, comment="to the family, in the office's words"),
    Column("answered_by", ForeignKey("staff.id"), comment="null: the family withdrew it itself"),
    Column("entered_by", ForeignKey("staff.id"), comment="null: the family itself"),
    Column("consent", Text),
    Column("change_id", ForeignKey("journal.id"), comment="the entry of what it changed"),
    UniqueConstraint("intake_id", "unit_id", "number", name="uq_objections_number"),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint(
        "ground IN ('facts', 'zone', 'order', 'seats', 'procedure', 'other')", name="ground"
    ),
    CheckConstraint("char_length(words) BETWEEN 1 AND 2000", name="words"),
    CheckConstraint("char_length(reply) BETWEEN 1 AND 2000", name="reply"),
    CheckConstraint("outcome IN ('upheld', 'rejected', 'withdrawn')", name="outcome"),
    CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answered"),
    # Only a withdrawal may stand without an officer and words of the office.
    CheckConstraint(
        "outcome IS NULL OR outcome = 'withdrawn' OR num_nulls(reply, answered_by) = 0",
        name="replied",
    ),
    CheckConstraint(
        "change_id IS NULL OR (outcome IS NOT NULL AND outcome = 'upheld')", name="changed"
    ),
    # Taken down at a counter: by whom, and how the family agreed.
    CheckConstraint("num_nulls(entered_by, consent) IN (0, 2)", name="entered"),
    CheckConstraint("consent IN ('signed', 'spoken')", name="consent"),
    Index(
        "uq_objections_open",
        "intake_id",
        "child_id",
        unique=True,
        postgresql_where=text("answered_at IS NULL"),
    ),
    Index("ix_objections_registration_id", "registration_id", "id"),
    Index("ix_objections_due", "intake_id", "due_on", "id"),
    Index(
        "ix_objections_open",
        "unit_id",
        "intake_id",
        "due_on",
        "id",
        postgresql_where=text("answered_at IS NULL"),
    ),
    Index("ix_objections_unit", "unit_id", "intake_id", "due_on", "id"),
)

objection_numbers = Table(
    "objection_numbers",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("last", Integer, nullable=False),
)
