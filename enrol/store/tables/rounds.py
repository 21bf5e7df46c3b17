"""After the final results: answers, rounds with their ledger, and the seats as the last left them.

Evidence are the answers and the ledger; ``held_seats`` is what follows from them, kept for pages.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

rounds = Table(
    "rounds",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("number", SmallInteger, nullable=False, comment="0 opens the days for answers"),
    Column("asked_by", ForeignKey("staff.id"), comment="null: a deadline passed"),
    Column("asked_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("answer_by", Instant, nullable=False, comment="for the seats that this round gives"),
    Column("done_at", Instant),
    Column("digest", Text, comment="SHA-256 of ledger and rolls, 64 hex digits"),
    Column("moved", Integer, comment="children who took a seat"),
    Column("freed", Integer, comment="seats declined or unclaimed"),
    Column("failed_at", Instant),
    Column("failure", Text, comment="the kind of error, no data"),
    UniqueConstraint("intake_id", "number", name="uq_rounds_number"),
    CheckConstraint("number >= 0", name="number"),
    CheckConstraint("answer_by > asked_at", name="answer_by"),
    CheckConstraint("num_nulls(done_at, digest, moved, freed) IN (0, 4)", name="done"),
    CheckConstraint(
        "num_nulls(failed_at, failure) IN (0, 2) AND num_nonnulls(failed_at, done_at) < 2",
        name="failed",
    ),
    CheckConstraint("number > 0 OR asked_by IS NOT NULL", name="opened_by_an_officer"),
    Index("uq_rounds_pending", "intake_id", unique=True, postgresql_where=text("done_at IS NULL")),
)

seat_answers = Table(
    "seat_answers",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("answer", Text, nullable=False, comment="a word of core.rounds"),
    Column("answered_by", ForeignKey("staff.id"), comment="null: the family, or the deadline"),
    Column("answered_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("replaced_at", Instant, comment="when a later answer took its place"),
    Column("round_id", ForeignKey("rounds.id"), comment="the round that it counts in"),
    CheckConstraint("answer IN ('accept', 'stay', 'decline', 'unclaimed')", name="answer"),
    CheckConstraint("replaced_at IS NULL OR round_id IS NULL", name="counts_once"),
    CheckConstraint("answer <> 'unclaimed' OR round_id IS NOT NULL", name="unclaimed"),
    Index(
        "uq_seat_answers_live",
        "intake_id",
        "registration_id",
        unique=True,
        postgresql_where=text("round_id IS NULL AND replaced_at IS NULL"),
    ),
    Index(
        "uq_seat_answers_round",
        "round_id",
        "registration_id",
        unique=True,
        postgresql_where=text("round_id IS NOT NULL"),
    ),
    Index("ix_seat_answers_registration_id", "registration_id", "id"),
)

ledger_lines = Table(
    "ledger_lines",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("line", Integer, primary_key=True, comment="from 1, as published"),
    Column("code", Text, nullable=False),
    Column("left_id", ForeignKey("schools.id")),
    Column("taken_id", ForeignKey("schools.id")),
    Column("place", Integer, nullable=False, comment="on the waiting list; 0 for who left"),
    Column("cause", Text, nullable=False, comment="how the seat came to be free"),
    Column("by", Text, nullable=False, comment="who held it before; empty: nobody"),
    Column("on", Date, comment="when it was given up"),
    CheckConstraint("cause IN ('declined', 'unclaimed', 'moved', 'free')", name="cause"),
    CheckConstraint("num_nonnulls(left_id, taken_id) > 0", name="moves"),
    Index("ix_ledger_lines_code", "code", "round_id"),
)

# One row a registration: a child can hold one seat. Written by rounds alone, but for enrolment.
held_seats = Table(
    "held_seats",
    metadata,
    Column("registration_id", ForeignKey("registrations.id"), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), comment="null: no seat"),
    Column(
        "waits",
        JSONB,
        nullable=False,
        comment="[school code, place on its list], the most wanted first",
    ),
    Column("is_unanswered", Boolean, nullable=False),
    Column("answer_by", Instant, comment="while the seat is not answered"),
    Column("enrolled_at", Instant),
    Column("enrolled_by", ForeignKey("staff.id")),
    CheckConstraint(
        "is_unanswered = (answer_by IS NOT NULL) AND (NOT is_unanswered OR school_id IS NOT NULL)",
        name="unanswered",
    ),
    CheckConstraint("num_nulls(enrolled_at, enrolled_by) IN (0, 2)", name="enrolled"),
    Index("ix_held_seats_school", "intake_id", "school_id", "registration_id"),
    Index(
        "ix_held_seats_due",
        "intake_id",
        "answer_by",
        postgresql_where=text("is_unanswered"),
    ),
)
