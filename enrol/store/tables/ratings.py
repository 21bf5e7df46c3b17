"""What families think of the service, in a form that nobody can trace to a child.

An answer is one added to a number: of a unit, a month and a score. There is no row of it, no time
and no order. A family may answer once because its right to do so is deleted by answering; a row
that is gone carries no transaction and no place by which it could be laid beside the number.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import UUID

from enrol.store.db import metadata

rating_rights = Table(
    "rating_rights",
    metadata,
    Column("registration_id", ForeignKey("registrations.id"), primary_key=True),
)

rating_rounds = Table(
    "rating_rounds",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column(
        "last_registration_id",
        BigInteger,
        nullable=False,
        comment="rights were given up to this one, each once",
    ),
)

ratings = Table(
    "ratings",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("month", Date, primary_key=True, comment="its first day"),
    Column("score", SmallInteger, primary_key=True, autoincrement=False),
    Column("answers", Integer, nullable=False),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    CheckConstraint("answers > 0", name="answers"),
    CheckConstraint("EXTRACT(day FROM month) = 1", name="month"),
)

rating_comments = Table(
    "rating_comments",
    metadata,
    Column("id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("month", Date, nullable=False, comment="its first day"),
    Column("words", Text, nullable=False, comment="the score is not kept beside it"),
    CheckConstraint("char_length(words) BETWEEN 1 AND 500", name="words"),
    CheckConstraint("EXTRACT(day FROM month) = 1", name="month"),
    Index("ix_rating_comments_unit", "intake_id", "unit_id", "month", "id"),
)
