"""Messages to families: one row an event. No address, no words: only who and about what. And how
each family wants to be told.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
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

messages = Table(
    "messages",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("intake_id", Integer, nullable=False),
    Column("intake_kind", Text, nullable=False, server_default="official"),
    Column("registration_id", BigInteger),
    Column(
        "child_id",
        ForeignKey("children.id", ondelete="CASCADE"),
        comment="whose draft it is about, where there is no registration",
    ),
    Column("event", Text, nullable=False, comment="a word of core.message_texts"),
    Column(
        "occurrence",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="which one, where an event may come again",
    ),
    Column("due_on", Date, comment="the last day for what the family is asked to do"),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0", comment="also the fence"),
    Column("next_attempt_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("began_at", Instant, comment="when the latest attempt began"),
    Column(
        "perhaps_told",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="an attempt's answer was lost: the family may have it",
    ),
    Column("sent_at", Instant),
    Column("failure", Text, comment="a word of services.delivering, never a provider's text"),
    Column("created_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    # At most once: an event is told to a registration's family once, by whatever way.
    UniqueConstraint("registration_id", "event", "occurrence", name="uq_messages_event"),
    UniqueConstraint("child_id", "intake_id", "event", name="uq_messages_child_event"),
    # A draft that was not submitted has no registration to refer to.
    CheckConstraint(
        "num_nonnulls(registration_id, child_id) = 1"
        " AND (event = 'not_submitted') = (child_id IS NOT NULL)",
        name="whose",
    ),
    # No rehearsal: the message refers to its intake as an official one, and to a registration of
    # that intake. Both are the database's word, whatever a service forgot.
    CheckConstraint("intake_kind = 'official'", name="never_a_rehearsal"),
    ForeignKeyConstraint(
        ["intake_id", "intake_kind"],
        ["intakes.id", "intakes.kind"],
        name="fk_messages_official_intake",
    ),
    ForeignKeyConstraint(
        ["registration_id", "intake_id"],
        ["registrations.id", "registrations.intake_id"],
        name="fk_messages_registration_of_intake",
    ),
    CheckConstraint(
        "event IN ('registered', 'submitted_for_me', 'not_submitted', 'changed', 'withdrawn',"
        " 'info_asked', 'file_moved', 'file_accepted', 'file_refused', 'postponed',"
        " 'objection_answered', 'results_provisional', 'results_final', 'answers_opened',"
        " 'answer_reminder', 'seat_moved')",
        name="event",
    ),
    CheckConstraint("channel IN ('email', 'sms', 'none')", name="channel"),
    CheckConstraint(
        "state IN ('waiting', 'sending', 'sent', 'in_doubt', 'dead', 'kept')", name="state"
    ),
    # Kept: whom no way leads to, by its own wish or for want of an address, reads it on its page.
    CheckConstraint("(state = 'kept') = (channel = 'none')", name="kept"),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
    CheckConstraint("state <> 'sending' OR began_at IS NOT NULL", name="sending"),
    CheckConstraint("state NOT IN ('in_doubt', 'dead') OR failure IS NOT NULL", name="failure"),
    Index(
        "ix_messages_due", "channel", "next_attempt_at", "id",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_messages_sending", "began_at", postgresql_where=text("state = 'sending'")),
    Index(
        "ix_messages_undelivered", "intake_id", "id",
        postgresql_where=text("state IN ('in_doubt', 'dead')"),
    ),
    Index(
        "ix_messages_kept", "registration_id",
        postgresql_where=text("state IN ('waiting', 'kept')"),
    ),
    Index("ix_messages_intake", "intake_id"),
)  # fmt: skip

message_preferences = Table(
    "message_preferences",
    metadata,
    Column("child_id", ForeignKey("children.id"), primary_key=True, autoincrement=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("changed_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint("channel IN ('email', 'sms', 'none')", name="channel"),
    CheckConstraint("language IN ('vi', 'en')", name="language"),
    Index("ix_message_preferences_changed_at", "changed_at"),
)
"""How a family wants to be told; without a row: by mail where it gave an address, else by SMS."""

contacts = Table(
    "contacts",
    metadata,
    Column("child_id", ForeignKey("children.id"), primary_key=True, autoincrement=False),
    Column("phone", Text, nullable=False),
    Column("email", Text),
    Column("changed_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Index("ix_contacts_changed_at", "changed_at"),
)
"""Where a family is reached since it corrected that, beside what it sent: a submission and its
hash stay as they were. A later submission counts instead."""
