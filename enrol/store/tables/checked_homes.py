"""Lists of residences filled in by police or group leaders, and the registry's answers."""

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
    func,
)

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

_FACTS = "fact IN ('permanent_in_zone', 'temporary_in_zone', 'current_in_zone')"
_VERDICTS = "verdict IN ('match', 'mismatch', 'unknown')"

residence_lists = Table(
    "residence_lists",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("brought_by", ForeignKey("staff.id"), nullable=False),
    Column("brought_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("sha256", Text, nullable=False, comment="of the file"),
    Column("state", Text, nullable=False, server_default="brought"),
    Column("applied", Integer, nullable=False, server_default="0", comment="rows"),
    Column("ended_at", Instant),
    CheckConstraint("state IN ('brought', 'applied', 'dropped')", name="state"),
    CheckConstraint("(state = 'brought') = (ended_at IS NULL)", name="ended"),
    Index("ix_residence_lists_unit", "unit_id", "intake_id", "id"),
)

residence_list_rows = Table(
    "residence_list_rows",
    metadata,
    Column("list_id", ForeignKey("residence_lists.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False, comment="of the file"),
    Column("code", Text, nullable=False),
    Column("fact", Text, nullable=False),
    Column("mark", Text, nullable=False, comment="what stood when the list went out"),
    Column("verdict", Text, nullable=False),
    Column("note", Text),
    Column("outcome", Text, comment="once the list is applied"),
    CheckConstraint(_FACTS, name="fact"),
    CheckConstraint(_VERDICTS, name="verdict"),
    CheckConstraint("char_length(note) <= 300", name="note"),
    CheckConstraint("outcome IN ('applied', 'same', 'unknown', 'stale')", name="outcome"),
)

residence_answers = Table(
    "residence_answers",
    metadata,
    Column("registration_id", BigInteger, ForeignKey("registrations.id"), primary_key=True),
    Column("fact", Text, primary_key=True),
    Column("version", SmallInteger, nullable=False, comment="the submission that was asked about"),
    Column("verdict", Text, nullable=False),
    Column("source", Text, nullable=False, comment="which registry"),
    Column("answered_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint(_FACTS, name="fact"),
    CheckConstraint(_VERDICTS, name="verdict"),
)

registry_rests = Table(
    "registry_rests",
    metadata,
    Column("source", Text, primary_key=True, comment="which registry"),
    Column("failures", Integer, nullable=False, comment="one after the other"),
    Column("rests_until", Instant, comment="nobody asks it before"),
)
