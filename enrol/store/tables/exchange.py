"""Files that officers fetch (exports) and bring (imports): what was asked and how far it is."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

exports = Table(
    "exports",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("intake_id", ForeignKey("intakes.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), comment="null: all within reach"),
    Column("kind", Text, nullable=False),
    Column("form", Text, nullable=False, comment="what kind of file"),
    Column("language", Text, nullable=False),
    Column("asked_by", ForeignKey("staff.id"), nullable=False),
    Column("asked_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("epoch", Integer, nullable=False, server_default="0", comment="the fence: one a start"),
    Column("touched_at", Instant, comment="the worker's last sign of life"),
    Column("rows_all", Integer, nullable=False, server_default="0"),
    Column("rows_done", Integer, nullable=False, server_default="0"),
    Column("file", Text, comment="its name on the disk, while it is kept"),
    Column("size", BigInteger),
    Column("sha256", Text),
    Column("finished_at", Instant),
    CheckConstraint(
        "kind IN ('registrations', 'admitted', 'objections', 'letters', 'classes')", name="kind"
    ),
    CheckConstraint("form IN ('xlsx', 'csv', 'zip')", name="form"),
    CheckConstraint("state IN ('pending', 'running', 'done', 'failed', 'deleted')", name="state"),
    CheckConstraint("(state = 'done') = (file IS NOT NULL)", name="done_has_a_file"),
    Index("ix_exports_asked_by", "asked_by", "intake_id", "id"),
    Index("ix_exports_kept", "asked_at", postgresql_where=text("file IS NOT NULL")),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("asked_by", ForeignKey("staff.id"), nullable=False),
    Column("asked_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("folder", Text, comment="its name on the disk, while the files are kept"),
    Column("files", JSONB, nullable=False, comment="[name, size, SHA-256] of each file"),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("epoch", Integer, nullable=False, server_default="0", comment="the fence: one a start"),
    Column("touched_at", Instant, comment="the worker's last sign of life"),
    Column("reading", Text, nullable=False, server_default="", comment="the table being read"),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("tables", JSONB, nullable=False, server_default=text("'[]'"), comment="the preview"),
    Column("bad_rows", Integer, nullable=False, server_default="0"),
    Column("warnings", Integer, nullable=False, server_default="0"),
    Column("has_moved", Boolean, nullable=False, server_default=false(), comment="since checked"),
    Column("finished_at", Instant),
    CheckConstraint(
        "state IN ('pending', 'checking', 'checked', 'refused', 'ordered', 'applying', 'applied',"
        " 'dropped', 'failed')",
        name="state",
    ),
    CheckConstraint(
        "folder IS NOT NULL OR state IN ('refused', 'applied', 'dropped', 'failed')",
        name="files_until_the_end",
    ),
    Index("ix_imports_asked_by", "asked_by", "id"),
    Index("ix_imports_kept", "asked_at", postgresql_where=text("folder IS NOT NULL")),
)

import_faults = Table(
    "import_faults",
    metadata,
    Column("import_id", ForeignKey("imports.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("is_warning", Boolean, nullable=False),
    Column("file", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("reason", Text, nullable=False, comment="codes and labels, never about a person"),
)
