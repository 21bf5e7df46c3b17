"""Open statistics: computed once a publication, small counts already taken out (null)."""

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    func,
)

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

statistics = Table(
    "statistics",
    metadata,
    Column("publication_id", ForeignKey("publications.id"), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("computed_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("schools", Integer, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("admitted", Integer),
    Column("wished_first", Integer),
    Column("wishes", ARRAY(Integer), nullable=False, comment="sums of what schools show"),
    Column("bands", ARRAY(Integer), nullable=False, comment="sums of what schools show"),
    Index("ix_statistics_intake_id", "intake_id", "publication_id"),
)

school_statistics = Table(
    "school_statistics",
    metadata,
    Column("publication_id", ForeignKey("statistics.publication_id"), primary_key=True),
    Column("school_id", ForeignKey("schools.id"), primary_key=True),
    Column("seats", Integer, nullable=False),
    Column("admitted", Integer),
    Column("wished_first", Integer),
    Column(
        "wishes",
        ARRAY(Integer),
        nullable=False,
        comment="admitted to the first, second, a later wish, re-routed",
    ),
    Column("bands", ARRAY(Integer), nullable=False, comment="admitted of band 1, 2, …"),
    Index("ix_school_statistics_school_id", "school_id", "publication_id"),
)
