"""Reports of errors of fact after the provisional results, and the corrections they led to."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

error_reports = Table(
    "error_reports",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False, comment="answers for the zone"),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("code", Text, nullable=False, comment="as in the frozen list"),
    Column("fact", Text, nullable=False, comment="what is said to be wrong"),
    Column("words", Text, nullable=False, comment="the reporter's own"),
    Column("reported_by", ForeignKey("staff.id"), comment="null: the family"),
    Column("reported_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("due_on", Date, nullable=False, comment="as was told when it was reported"),
    Column("decided_at", Instant),
    Column("outcome", Text),
    Column("reply", Text, comment="to the family, in the office's words"),
    Column("decided_by", ForeignKey("staff.id")),
    ForeignKeyConstraint(
        ["intake_id", "code"],
        ["frozen_entries.intake_id", "frozen_entries.code"],
        name="fk_error_reports_frozen_entry",
    ),
    CheckConstraint(
        "fact IN ('residence', 'sibling', 'policy', 'zone', 'distance', 'other')", name="fact"
    ),
    CheckConstraint("char_length(words) BETWEEN 1 AND 1000", name="words"),
    CheckConstraint("char_length(reply) BETWEEN 1 AND 1000", name="reply"),
    CheckConstraint("outcome IN ('corrected', 'kept')", name="outcome"),
    CheckConstraint("num_nulls(decided_at, outcome, reply, decided_by) IN (0, 4)", name="decided"),
    Index(
        "uq_error_reports_open",
        "registration_id",
        unique=True,
        postgresql_where=text("decided_at IS NULL"),
    ),
    Index("ix_error_reports_registration_id", "registration_id", "id"),
    Index(
        "ix_error_reports_due",
        "intake_id",
        "unit_id",
        "due_on",
        "id",
        postgresql_where=text("decided_at IS NULL"),
    ),
    Index("ix_error_reports_unit", "intake_id", "unit_id", "id"),
)

# The facts as they count for the final run. The frozen entry itself never changes; a row here is
# written once (a trigger refuses any change but ``replaced_at``) and never after the final run has
# been opened (another trigger, whose refusal is named ck_corrections_before_the_final_run).
corrections = Table(
    "corrections",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column(
        "intake_zone_id",
        ForeignKey("intake_zones.id"),
        nullable=False,
        comment="where the child counts now",
    ),
    Column("report_id", ForeignKey("error_reports.id"), nullable=False),
    Column("reason", Text, nullable=False, comment="a word of core.corrections"),
    Column("before", Text, nullable=False, comment="canonical JSON of the entry as it counted"),
    Column("entry", Text, nullable=False, comment="canonical JSON of the entry as it counts now"),
    # Made by the database, as in ``frozen_entries``: what the runs of zones read.
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
    Column("corrected_by", ForeignKey("staff.id"), nullable=False),
    Column("corrected_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("replaced_at", Instant, comment="when a later correction took its place"),
    UniqueConstraint("report_id", name="uq_corrections_report_id"),
    ForeignKeyConstraint(
        ["intake_id", "code"],
        ["frozen_entries.intake_id", "frozen_entries.code"],
        name="fk_corrections_frozen_entry",
    ),
    CheckConstraint(
        "reason IN ('residence', 'sibling', 'policy', 'zone', 'distance', 'office_mistake')",
        name="reason",
    ),
    CheckConstraint("entry <> before", name="changes_something"),
    Index(
        "uq_corrections_counting",
        "intake_id",
        "code",
        unique=True,
        postgresql_where=text("replaced_at IS NULL"),
    ),
    Index(
        "ix_corrections_zone",
        "intake_zone_id",
        postgresql_where=text("replaced_at IS NULL"),
    ),
)
