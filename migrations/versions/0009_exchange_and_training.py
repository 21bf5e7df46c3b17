"""Files that officers fetch and bring; training intakes, whose children can be in no other."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_exports()
    _create_imports()
    _separate_training()


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_registrations_official_child_id_children"), "registrations", type_="foreignkey"
    )
    op.drop_column("registrations", "official_child_id")
    op.drop_constraint(op.f("uq_children_official_id"), "children", type_="unique")
    op.drop_column("children", "official_id")
    op.drop_column("children", "is_training")
    for name in ("only_training_retires", "training_is_a_rehearsal"):
        op.drop_constraint(op.f(f"ck_intakes_{name}"), "intakes", type_="check")
    op.drop_column("intakes", "retired_at")
    op.drop_column("intakes", "is_training")
    op.drop_table("import_faults")
    op.drop_table("imports")
    op.drop_table("exports")


def _separate_training() -> None:
    op.add_column(
        "intakes",
        sa.Column("is_training", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "intakes", sa.Column("retired_at", INSTANT, comment="when a newer training replaced it")
    )
    op.create_check_constraint(
        op.f("ck_intakes_training_is_a_rehearsal"), "intakes", "NOT is_training OR kind = 'rehearsal'"
    )
    op.create_check_constraint(
        op.f("ck_intakes_only_training_retires"), "intakes", "retired_at IS NULL OR is_training"
    )
    op.add_column(
        "children",
        sa.Column(
            "is_training",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="made up, for practice",
        ),
    )
    op.add_column(
        "children",
        sa.Column(
            "official_id",
            sa.Integer(),
            sa.Computed("CASE WHEN is_training THEN NULL::integer ELSE id END", persisted=True),
            comment="null: may be in no official intake",
        ),
    )
    op.create_unique_constraint(op.f("uq_children_official_id"), "children", ["official_id"])
    op.add_column(
        "registrations",
        sa.Column(
            "official_child_id",
            sa.Integer(),
            sa.Computed(
                "CASE WHEN (code ~~ 'TT%'::text) THEN NULL::integer ELSE child_id END",
                persisted=True,
            ),
            comment="null for a rehearsal's code",
        ),
    )
    op.create_foreign_key(
        op.f("fk_registrations_official_child_id_children"),
        "registrations",
        "children",
        ["official_child_id"],
        ["official_id"],
    )


def _create_exports() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), comment="null: all within reach"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False, comment="what kind of file"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column(
            "asked_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column(
            "epoch", sa.Integer(), server_default="0", nullable=False, comment="the fence: one a start"
        ),
        sa.Column("touched_at", INSTANT, comment="the worker's last sign of life"),
        sa.Column("rows_all", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("file", sa.Text(), comment="its name on the disk, while it is kept"),
        sa.Column("size", sa.BigInteger()),
        sa.Column("sha256", sa.Text()),
        sa.Column("finished_at", INSTANT),
        sa.CheckConstraint("kind IN ('registrations', 'admitted')", name=op.f("ck_exports_kind")),
        sa.CheckConstraint("form IN ('xlsx', 'csv')", name=op.f("ck_exports_form")),
        sa.CheckConstraint(
            "state IN ('pending', 'running', 'done', 'failed', 'deleted')",
            name=op.f("ck_exports_state"),
        ),
        sa.CheckConstraint(
            "(state = 'done') = (file IS NOT NULL)", name=op.f("ck_exports_done_has_a_file")
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_exports_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_exports_school_id_schools")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_exports_asked_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index("ix_exports_asked_by", "exports", ["asked_by", "intake_id", "id"])
    op.create_index(
        "ix_exports_kept", "exports", ["asked_at"], postgresql_where=sa.text("file IS NOT NULL")
    )


def _create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column(
            "asked_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("folder", sa.Text(), comment="its name on the disk, while the files are kept"),
        sa.Column(
            "files",
            postgresql.JSONB(),
            nullable=False,
            comment="[name, size, SHA-256] of each file",
        ),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column(
            "epoch", sa.Integer(), server_default="0", nullable=False, comment="the fence: one a start"
        ),
        sa.Column("touched_at", INSTANT, comment="the worker's last sign of life"),
        sa.Column(
            "reading", sa.Text(), server_default="", nullable=False, comment="the table being read"
        ),
        sa.Column("rows_read", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "tables",
            postgresql.JSONB(),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="the preview",
        ),
        sa.Column("bad_rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warnings", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "has_moved",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="since checked",
        ),
        sa.Column("finished_at", INSTANT),
        sa.CheckConstraint(
            "state IN ('pending', 'checking', 'checked', 'refused', 'ordered', 'applying',"
            " 'applied', 'dropped', 'failed')",
            name=op.f("ck_imports_state"),
        ),
        sa.CheckConstraint(
            "folder IS NOT NULL OR state IN ('refused', 'applied', 'dropped', 'failed')",
            name=op.f("ck_imports_files_until_the_end"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_imports_asked_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_asked_by", "imports", ["asked_by", "id"])
    op.create_index(
        "ix_imports_kept", "imports", ["asked_at"], postgresql_where=sa.text("folder IS NOT NULL")
    )
    op.create_table(
        "import_faults",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_warning", sa.Boolean(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="codes and labels, never about a person"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_faults_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_faults")),
    )
