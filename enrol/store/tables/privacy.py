"""Requests of families about their own data: a copy of it, or a correction."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    func,
    text,
)

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

data_requests = Table(
    "data_requests",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("child_id", ForeignKey("children.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False, comment="answers it"),
    Column("kind", Text, nullable=False),
    Column("words", Text, nullable=False, comment="the family's own"),
    Column("filed_by", Text, nullable=False, comment="as in the journal"),
    Column("filed_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("due_on", Date, nullable=False, comment="as was told when it was filed"),
    Column("answered_at", Instant),
    Column("answered_by", ForeignKey("staff.id")),
    Column("outcome", Text),
    Column("reply", Text, comment="to the family, in the office's words"),
    Column("field", Text, comment="what was corrected"),
    Column("before", Text),
    Column("after", Text),
    CheckConstraint("kind IN ('copy', 'correction')", name="kind"),
    CheckConstraint("char_length(words) <= 1000", name="words"),
    CheckConstraint("char_length(reply) BETWEEN 1 AND 1000", name="reply"),
    CheckConstraint("outcome IN ('ready', 'corrected', 'refused')", name="outcome"),
    CheckConstraint(
        "num_nulls(answered_at, answered_by, outcome, reply) IN (0, 4)", name="answered"
    ),
    CheckConstraint(
        "(outcome IS NOT DISTINCT FROM 'corrected') = (field IS NOT NULL)"
        " AND num_nulls(field, before, after) IN (0, 3)",
        name="corrected",
    ),
    Index(
        "uq_data_requests_open",
        "child_id",
        "kind",
        unique=True,
        postgresql_where=text("answered_at IS NULL"),
    ),
    Index("ix_data_requests_child_id", "child_id", "id"),
    Index("ix_data_requests_unit", "unit_id", "due_on", "id"),
    Index(
        "ix_data_requests_open",
        "unit_id",
        "due_on",
        "id",
        postgresql_where=text("answered_at IS NULL"),
    ),
)
