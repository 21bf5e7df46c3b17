"""What officers set of an intake's waiting room. The line itself is a hint and stands in Redis."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Table,
    Text,
    false,
    func,
)

from enrol.store.db import metadata

waiting_rooms = Table(
    "waiting_rooms",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True, autoincrement=False),
    Column("is_on", Boolean, nullable=False, server_default=false()),
    Column("per_minute", Integer, nullable=False, comment="families let in; 0: nobody for now"),
    Column("message", Text, nullable=False, server_default=""),
    Column("message_en", Text, nullable=False, server_default=""),
    Column("changed_by", ForeignKey("staff.id"), nullable=False),
    Column(
        "changed_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.clock_timestamp(),
    ),
    CheckConstraint("per_minute BETWEEN 0 AND 60000", name="per_minute"),
    CheckConstraint("length(message) <= 300 AND length(message_en) <= 300", name="message"),
)
