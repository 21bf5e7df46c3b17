"""Allocation runs and what they decided."""

from sqlalchemy import (
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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column(
        "intake_zone_id",
        ForeignKey("intake_zones.id"),
        comment="null for the intake-wide second stage",
    ),
    Column("stage", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column(
        "outcome",
        Text,
        nullable=False,
        server_default="provisional",
        comment="which results it leads to",
    ),
    Column("draw_id", ForeignKey("draws.id"), nullable=False),
    Column("list_hash", Text, nullable=False),
    Column("epoch", Integer, nullable=False, server_default="0", comment="the fence: one a start"),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("outcome_digest", Text),
    Column("totals", JSONB),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    CheckConstraint("kind IN ('official', 'rehearsal')", name="kind"),
    CheckConstraint("outcome IN ('provisional', 'final')", name="outcome"),
    CheckConstraint("state IN ('pending', 'running', 'done')", name="state"),
    CheckConstraint("stage IN (1, 2)", name="stage"),
    CheckConstraint("(stage = 1) = (intake_zone_id IS NOT NULL)", name="stage_one_has_a_zone"),
    CheckConstraint("(state = 'done') = (outcome_digest IS NOT NULL)", name="done_has_a_digest"),
    Index(
        "uq_runs_official",
        "intake_id",
        text("coalesce(intake_zone_id, 0)"),
        "list_hash",
        "outcome",
        unique=True,
        postgresql_where=text("kind = 'official'"),
    ),
    Index("ix_runs_intake_id_outcome", "intake_id", "outcome"),
)

# Placements carry no foreign keys: checking each row costs as much as the whole allocation. Who
# writes them compares them in one statement with the run's ``fills``, which do.
placements = Table(
    "placements",
    metadata,
    Column("run_id", Integer, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("school_id", Integer, comment="null: left over at this stage"),
    Column("rank", SmallInteger, comment="the wish granted; null when re-routed"),
    Column("band", SmallInteger, nullable=False),
    Column("number", Text, nullable=False, comment="lottery number, 64 hex digits"),
    # No index by school: a zone's run is a thousand rows, and keeping one would cost every run.
)

fills = Table(
    "fills",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("school_id", ForeignKey("schools.id"), primary_key=True),
    Column("seats", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    CheckConstraint("taken BETWEEN 0 AND seats", name="never_over_the_seats"),
)

waiting_lists = Table(
    "waiting_lists",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("school_id", ForeignKey("schools.id"), primary_key=True),
    Column("codes", ARRAY(Text), nullable=False, comment="the first is called first"),
    CheckConstraint("cardinality(codes) > 0", name="codes"),
)

explanations = Table(
    "explanations",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("wishes", JSONB, nullable=False, comment="second stage only: it takes a whole intake"),
)

renderings = Table(
    "renderings",
    metadata,
    Column("publication_id", ForeignKey("publications.id"), primary_key=True),
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("pages", Integer, nullable=False),
    Column("rendered_at", Instant, nullable=False, server_default=func.now()),
)

cut_offs = Table(
    "cut_offs",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("school_id", ForeignKey("schools.id"), primary_key=True),
    Column("band", SmallInteger, primary_key=True),
    Column("number", Text, nullable=False),
    Column("admitted", Integer, nullable=False),
)
