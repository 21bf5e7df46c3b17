"""Registrations, every submission behind them, families' drafts, and the frozen list."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

registration_numbers = Sequence("registration_numbers", metadata=metadata)
provisional_pupil_numbers = Sequence("provisional_pupil_numbers", metadata=metadata)

drafts = Table(
    "drafts",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column("child_id", ForeignKey("children.id", ondelete="CASCADE"), primary_key=True),
    Column("answers", JSONB, nullable=False, server_default=text("'{}'")),
    Column("submission_key", UUID, nullable=False, server_default=func.gen_random_uuid()),
    Column("submit_for_me", Boolean, nullable=False, server_default=text("false")),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    Column("refused_at", Instant, comment="when the opening could not send it"),
    Column(
        "refusals",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="words of core.eligibility, or question:gap of core.answers",
    ),
    Index("ix_drafts_ticked", "intake_id", "child_id", postgresql_where=text("submit_for_me")),
)

registrations = Table(
    "registrations",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("child_id", ForeignKey("children.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column(
        "family_code", Text, nullable=False, comment="shared by twins and siblings, else the code"
    ),
    Column("intake_zone_id", ForeignKey("intake_zones.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("version", SmallInteger, nullable=False, server_default="1"),
    Column("wishes", ARRAY(Integer), nullable=False, comment="school ids in the family's order"),
    Column(
        "distances", ARRAY(Integer), nullable=False, comment="metres, one a wish; -1 when unknown"
    ),
    Column("facts", JSONB, nullable=False),
    Column("submission_hash", Text, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    # A made-up child has no ``official_id``, so none can stand in an official intake.
    Column(
        "official_child_id",
        Integer,
        Computed(
            "CASE WHEN (code ~~ 'TT%'::text) THEN NULL::integer ELSE child_id END", persisted=True
        ),
        ForeignKey("children.official_id"),
        comment="null for a rehearsal's code",
    ),
    UniqueConstraint("code"),
    CheckConstraint(
        "status IN ('submitted', 'verifying', 'needs_info', 'eligible', 'ineligible', 'withdrawn')",
        name="status",
    ),
    CheckConstraint("cardinality(wishes) BETWEEN 1 AND 20", name="wishes"),
    CheckConstraint("cardinality(wishes) = cardinality(distances)", name="distances"),
    CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
    UniqueConstraint("id", "intake_id"),
    Index(
        "uq_registrations_live_child",
        "intake_id",
        "child_id",
        unique=True,
        postgresql_where=text("status <> 'withdrawn'"),
    ),
    Index("ix_registrations_zone_code", "intake_zone_id", "code"),
    Index("ix_registrations_child_id", "child_id"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("registration_id", ForeignKey("registrations.id"), primary_key=True),
    Column("version", SmallInteger, primary_key=True),
    Column("submission_key", UUID, nullable=False),
    Column("payload", Text, nullable=False, comment="what the family sent, canonical JSON"),
    Column("salt", LargeBinary, nullable=False),
    Column("hash", Text, nullable=False, comment="SHA-256 of salt and payload, 64 hex digits"),
    Column("submitted_at", Instant, nullable=False),
    UniqueConstraint("submission_key"),
)

frozen_entries = Table(
    "frozen_entries",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("position", Integer, nullable=False, comment="leaf index, in code order, from 0"),
    Column("intake_zone_id", ForeignKey("intake_zones.id"), nullable=False),
    Column("entry", Text, nullable=False, comment="canonical JSON: the leaf of the Merkle tree"),
    # Made by the database out of the entry, so that they can say nothing else.
    Column(
        "family",
        Text,
        Computed("((entry)::jsonb -> 'family'::text)::text", persisted=True),
        comment="whose number it shares",
    ),
    Column(
        "stated",
        Text,
        Computed("((((entry)::jsonb -> 'facts'::text) - 'distances'::text))::text", persisted=True),
        comment="facts without distances",
    ),
    Column(
        "wished",
        Text,
        Computed("((entry)::jsonb -> 'wishes'::text)::text", persisted=True),
        comment="wishes",
    ),
    UniqueConstraint("intake_id", "position"),
    # A zone is read out of this index alone, in its order, never from pages of the whole city.
    Index(
        "ix_frozen_entries_zone",
        "intake_zone_id",
        "position",
        postgresql_include=["code", "family", "stated", "wished"],
    ),
)

frozen_files = Table(
    "frozen_files",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column("name", Text, primary_key=True, comment="as in the published bundle"),
    Column("body", LargeBinary, nullable=False),
)

frozen_levels = Table(
    "frozen_levels",
    metadata,
    Column("intake_id", ForeignKey("intakes.id"), primary_key=True),
    Column("level", Integer, primary_key=True, comment="0 holds the leaf hashes"),
    Column("size", Integer, nullable=False),
    Column("hashes", LargeBinary, nullable=False, comment="32 bytes a node, joined"),
)
