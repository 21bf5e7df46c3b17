"""Intakes with their rule set, seats, draw and publication."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

rule_sets = Table(
    "rule_sets",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    UniqueConstraint("name", "version"),
    UniqueConstraint("hash"),
)

intakes = Table(
    "intakes",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("school_year", Text, nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("rule_set_id", ForeignKey("rule_sets.id"), nullable=False),
    Column("phase", Text, nullable=False, server_default="draft"),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("birth_from", Date, nullable=False),
    Column("birth_to", Date, nullable=False, comment="last birth date, inclusive"),
    Column("max_wishes", SmallInteger, nullable=False, server_default="5"),
    Column("public_value_name", Text, nullable=False),
    Column("public_value_name_en", Text, nullable=False),
    Column("public_value_on", Date, nullable=False),
    Column("announced_at", Instant),
    Column("seed_commitment", Text, comment="SHA-256 of the seed, 64 hex digits"),
    Column("sealed_seed", LargeBinary, comment="the 32-byte seed, encrypted"),
    Column("list_hash", Text, comment="Merkle root of the frozen list, 64 hex digits"),
    Column("list_size", Integer),
    Column("seat_plans_hash", Text, comment="announced with the list hash"),
    Column("distances_hash", Text, comment="announced with the list hash"),
    Column("frozen_at", Instant),
    Column("is_training", Boolean, nullable=False, server_default=false()),
    Column("retired_at", Instant, comment="when a newer training replaced it"),
    Column(
        "review_days",
        SmallInteger,
        nullable=False,
        server_default="5",
        comment="working days within which a file is answered",
    ),
    Column(
        "reply_days",
        SmallInteger,
        nullable=False,
        server_default="10",
        comment="working days within which an objection is answered",
    ),
    Column(
        "correction_days",
        SmallInteger,
        nullable=False,
        server_default="3",
        comment="whole days after the provisional results for reporting errors of fact",
    ),
    Column(
        "needs_approvals",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="a second officer approves seats and lists",
    ),
    Column(
        "follows_id",
        Integer,
        comment="the settled intake whose free seats this second round gives",
    ),
    UniqueConstraint("code"),
    UniqueConstraint("id", "kind"),
    UniqueConstraint("follows_id"),
    ForeignKeyConstraint(["follows_id", "kind"], ["intakes.id", "intakes.kind"]),
    CheckConstraint("follows_id <> id", name="follows_another"),
    CheckConstraint("kind IN ('official', 'rehearsal')", name="kind"),
    CheckConstraint(
        "phase IN ('draft', 'announced', 'open', 'closed', 'drawn', 'allocated', 'provisional',"
        " 'final', 'settled')",
        name="phase",
    ),
    CheckConstraint("NOT is_training OR kind = 'rehearsal'", name="training_is_a_rehearsal"),
    CheckConstraint("retired_at IS NULL OR is_training", name="only_training_retires"),
    CheckConstraint("opens_at < closes_at", name="window"),
    CheckConstraint("birth_from <= birth_to", name="birth_dates"),
    CheckConstraint("max_wishes BETWEEN 1 AND 20", name="max_wishes"),
    CheckConstraint("review_days BETWEEN 1 AND 60", name="review_days"),
    CheckConstraint("reply_days BETWEEN 1 AND 60", name="reply_days"),
    CheckConstraint("correction_days BETWEEN 1 AND 30", name="correction_days"),
    CheckConstraint(
        "phase = 'draft' OR (seed_commitment IS NOT NULL AND sealed_seed IS NOT NULL)",
        name="committed_before_announced",
    ),
    CheckConstraint(
        "phase IN ('draft', 'announced', 'open')"
        " OR (list_hash IS NOT NULL AND list_size IS NOT NULL AND frozen_at IS NOT NULL)",
        name="frozen_when_closed",
    ),
)

intake_zones = Table(
    "intake_zones",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("zone_id", ForeignKey("zones.id"), nullable=False),
    UniqueConstraint("intake_id", "zone_id"),
)

seat_plans = Table(
    "seat_plans",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("intake_zone_id", ForeignKey("intake_zones.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), nullable=False),
    Column("seats", Integer, nullable=False),
    Column("classes", Integer),
    Column("last_year_distance", Integer, comment="metres; the farthest home admitted last year"),
    Column("stated_at", Instant, nullable=False, server_default=func.now()),
    Column(
        "reserves",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="[policy, seats] in the order in which they fill",
    ),
    Column("stated_by", ForeignKey("staff.id"), comment="null: the city's own file of seats"),
    Column("stated_reason", Text, comment="signed by who stated them"),
    Column("approved_by", ForeignKey("staff.id")),
    Column("approved_at", Instant),
    UniqueConstraint("intake_id", "school_id"),
    CheckConstraint("seats BETWEEN 0 AND 5000", name="seats"),
    CheckConstraint("classes IS NULL OR classes BETWEEN 0 AND 200", name="classes"),
    CheckConstraint("jsonb_typeof(reserves) = 'array'", name="reserves"),
    CheckConstraint("approved_by <> stated_by", name="two_officers"),
    CheckConstraint("num_nulls(approved_by, approved_at) IN (0, 2)", name="approved"),
    Index("ix_seat_plans_intake_zone_id", "intake_zone_id"),
)

draws = Table(
    "draws",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("list_hash", Text, nullable=False),
    Column("public_value", Text, nullable=False),
    Column("proposed_by", ForeignKey("staff.id"), nullable=False),
    Column("proposed_at", Instant, nullable=False, server_default=func.now()),
    Column("confirmed_by", ForeignKey("staff.id")),
    Column("confirmed_at", Instant),
    Column("seed", Text, comment="revealed when the draw is confirmed, 64 hex digits"),
    CheckConstraint("kind IN ('official', 'rehearsal')", name="kind"),
    CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_officers"),
    CheckConstraint(
        "num_nulls(confirmed_by, confirmed_at, seed) IN (0, 3)", name="revealed_once_confirmed"
    ),
    Index(
        "uq_draws_official", "intake_id", unique=True, postgresql_where=text("kind = 'official'")
    ),
)

publications = Table(
    "publications",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome_digest", Text, nullable=False),
    Column("published_at", Instant, nullable=False, server_default=func.now()),
    Column("published_by", ForeignKey("staff.id"), nullable=False, comment="who asked for it"),
    Column("objections_until", Instant, nullable=False, comment="first instant that is too late"),
    Column("confirmed_by", ForeignKey("staff.id"), comment="the second officer"),
    Column("due_at", Instant, comment="the minute that both agreed to"),
    Column(
        "correction_ends_at",
        Instant,
        comment="first instant too late to report an error of fact; provisional results only",
    ),
    UniqueConstraint("intake_id", "kind"),
    CheckConstraint("kind IN ('provisional', 'final')", name="kind"),
    # With the foreign key: nothing is public that two officers did not confirm as it is, nor before
    # its minute. (The migration spares what one officer had published before this rule.)
    CheckConstraint(
        "num_nulls(confirmed_by, due_at) = 0 AND confirmed_by <> published_by",
        name="two_officers",
    ),
    CheckConstraint("published_at >= due_at", name="not_before_its_minute"),
    ForeignKeyConstraint(
        ["intake_id", "kind", "outcome_digest", "published_by", "confirmed_by", "due_at"],
        [
            "publication_requests.intake_id",
            "publication_requests.kind",
            "publication_requests.outcome_digest",
            "publication_requests.asked_by",
            "publication_requests.agreed_by",
            "publication_requests.publish_at",
        ],
        name="fk_publications_as_confirmed",
    ),
)

publication_requests = Table(
    "publication_requests",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome_digest", Text, nullable=False, comment="of what is stored, computed again"),
    Column("totals", JSONB, nullable=False, comment="as both officers saw them"),
    Column("publish_at", Instant, nullable=False),
    Column("objection_days", SmallInteger, nullable=False),
    Column("asked_by", ForeignKey("staff.id"), nullable=False),
    Column("asked_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("confirmed_by", ForeignKey("staff.id")),
    Column("confirmed_at", Instant),
    Column("halted_by", ForeignKey("staff.id"), comment="null: halted by the system"),
    Column("halted_at", Instant),
    Column("halt_reason", Text),
    # What a publication refers to: a halted request is nobody's confirmation any more.
    Column(
        "agreed_by",
        Integer,
        Computed(
            "CASE WHEN halted_at IS NULL THEN confirmed_by ELSE NULL::integer END", persisted=True
        ),
        comment="the second officer, while the request stands",
    ),
    CheckConstraint("kind IN ('provisional', 'final')", name="kind"),
    CheckConstraint("confirmed_by <> asked_by", name="two_officers"),
    CheckConstraint("num_nulls(confirmed_by, confirmed_at) IN (0, 2)", name="confirmed"),
    CheckConstraint("num_nulls(halted_at, halt_reason) IN (0, 2)", name="halted"),
    CheckConstraint("char_length(halt_reason) BETWEEN 1 AND 300", name="halt_reason"),
    CheckConstraint("confirmed_at < publish_at", name="confirmed_before_its_minute"),
    CheckConstraint("objection_days BETWEEN 1 AND 60", name="objection_days"),
    Index(
        "uq_publication_requests_live",
        "intake_id",
        "kind",
        unique=True,
        postgresql_where=text("halted_at IS NULL"),
    ),
    UniqueConstraint(
        "intake_id",
        "kind",
        "outcome_digest",
        "asked_by",
        "agreed_by",
        "publish_at",
        name="uq_publication_requests_as_confirmed",
    ),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("taken_at", Instant, nullable=False, server_default=func.now()),
)
