"""Objections with their numbers and due dates; ratings without a trace; open statistics."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = (
    "school_statistics",
    "statistics",
    "rating_comments",
    "ratings",
    "rating_rounds",
    "rating_rights",
    "objection_numbers",
    "objections",
)
KINDS = "'registrations', 'admitted'"


def upgrade() -> None:
    op.add_column(
        "intakes",
        sa.Column(
            "reply_days",
            sa.SmallInteger(),
            nullable=False,
            server_default="10",
            comment="working days within which an objection is answered",
        ),
    )
    op.create_check_constraint(
        op.f("ck_intakes_reply_days"), "intakes", "reply_days BETWEEN 1 AND 60"
    )
    _create_objections()
    _create_ratings()
    _create_statistics()
    _let_export(f"{KINDS}, 'objections'")


def downgrade() -> None:
    op.execute("DELETE FROM exports WHERE kind = 'objections'")
    _let_export(KINDS)
    for table in TABLES:
        op.drop_table(table)
    op.drop_constraint(op.f("ck_intakes_reply_days"), "intakes", type_="check")
    op.drop_column("intakes", "reply_days")


def _let_export(kinds: str) -> None:
    op.drop_constraint(op.f("ck_exports_kind"), "exports", type_="check")
    op.create_check_constraint(op.f("ck_exports_kind"), "exports", f"kind IN ({kinds})")


def _create_objections() -> None:
    op.create_table(
        "objections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False, comment="answers for the zone"),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="counted in the intake and unit, no gaps",
        ),
        sa.Column("reference", sa.Text(), nullable=False, comment="the number as families read it"),
        sa.Column("ground", sa.Text(), nullable=False, comment="a word of core.objections"),
        sa.Column("words", sa.Text(), nullable=False, comment="the family's own"),
        sa.Column(
            "filed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "due_on", sa.Date(), nullable=False, comment="as the family was told when it filed"
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column(
            "reply", sa.Text(), nullable=True, comment="to the family, in the office's words"
        ),
        sa.Column(
            "answered_by",
            sa.Integer(),
            nullable=True,
            comment="null: the family withdrew it itself",
        ),
        sa.Column(
            "change_id", sa.BigInteger(), nullable=True, comment="the entry of what it changed"
        ),
        sa.CheckConstraint(
            "change_id IS NULL OR (outcome IS NOT NULL AND outcome = 'upheld')",
            name=op.f("ck_objections_changed"),
        ),
        sa.CheckConstraint(
            "ground IN ('facts', 'zone', 'order', 'seats', 'procedure', 'other')",
            name=op.f("ck_objections_ground"),
        ),
        sa.CheckConstraint(
            "outcome IN ('upheld', 'rejected', 'withdrawn')", name=op.f("ck_objections_outcome")
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'withdrawn' OR num_nulls(reply, answered_by) = 0",
            name=op.f("ck_objections_replied"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL)", name=op.f("ck_objections_answered")
        ),
        sa.CheckConstraint(
            "char_length(reply) BETWEEN 1 AND 2000", name=op.f("ck_objections_reply")
        ),
        sa.CheckConstraint(
            "char_length(words) BETWEEN 1 AND 2000", name=op.f("ck_objections_words")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_objections_number")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff.id"], name=op.f("fk_objections_answered_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["journal.id"], name=op.f("fk_objections_change_id_journal")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["children.id"], name=op.f("fk_objections_child_id_children")
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_objections_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_objections_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_objections_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("intake_id", "unit_id", "number", name="uq_objections_number"),
    )
    op.create_index("ix_objections_due", "objections", ["intake_id", "due_on", "id"], unique=False)
    op.create_index(
        "ix_objections_open",
        "objections",
        ["unit_id", "intake_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index(
        "ix_objections_registration_id", "objections", ["registration_id", "id"], unique=False
    )
    op.create_index(
        "ix_objections_unit", "objections", ["unit_id", "intake_id", "due_on", "id"], unique=False
    )
    op.create_index(
        "uq_objections_open",
        "objections",
        ["intake_id", "child_id"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "objection_numbers",
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_objection_numbers_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_objection_numbers_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("intake_id", "unit_id", name=op.f("pk_objection_numbers")),
    )


def _create_ratings() -> None:
    op.create_table(
        "rating_rights",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_rating_rights_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_rating_rights")),
    )
    op.create_table(
        "rating_rounds",
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column(
            "last_registration_id",
            sa.BigInteger(),
            nullable=False,
            comment="rights were given up to this one, each once",
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_rating_rounds_intake_id_intakes")
        ),
        sa.PrimaryKeyConstraint("intake_id", name=op.f("pk_rating_rounds")),
    )
    op.create_table(
        "ratings",
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="its first day"),
        sa.Column("score", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.CheckConstraint("EXTRACT(day FROM month) = 1", name=op.f("ck_ratings_month")),
        sa.CheckConstraint("answers > 0", name=op.f("ck_ratings_answers")),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_ratings_score")),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_ratings_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_ratings_unit_id_units")),
        sa.PrimaryKeyConstraint("intake_id", "unit_id", "month", "score", name=op.f("pk_ratings")),
    )
    op.create_table(
        "rating_comments",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="its first day"),
        sa.Column("words", sa.Text(), nullable=False, comment="the score is not kept beside it"),
        sa.CheckConstraint("EXTRACT(day FROM month) = 1", name=op.f("ck_rating_comments_month")),
        sa.CheckConstraint(
            "char_length(words) BETWEEN 1 AND 500", name=op.f("ck_rating_comments_words")
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_rating_comments_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_rating_comments_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_comments")),
    )
    op.create_index(
        "ix_rating_comments_unit",
        "rating_comments",
        ["intake_id", "unit_id", "month", "id"],
        unique=False,
    )


def _create_statistics() -> None:
    op.create_table(
        "statistics",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("schools", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("admitted", sa.Integer(), nullable=True),
        sa.Column("wished_first", sa.Integer(), nullable=True),
        sa.Column(
            "wishes", sa.ARRAY(sa.Integer()), nullable=False, comment="sums of what schools show"
        ),
        sa.Column(
            "bands", sa.ARRAY(sa.Integer()), nullable=False, comment="sums of what schools show"
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_statistics_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_statistics_publication_id_publications"),
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_statistics")),
    )
    op.create_index(
        "ix_statistics_intake_id", "statistics", ["intake_id", "publication_id"], unique=False
    )
    op.create_table(
        "school_statistics",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("admitted", sa.Integer(), nullable=True),
        sa.Column("wished_first", sa.Integer(), nullable=True),
        sa.Column(
            "wishes",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="admitted to the first, second, a later wish, re-routed",
        ),
        sa.Column(
            "bands", sa.ARRAY(sa.Integer()), nullable=False, comment="admitted of band 1, 2, …"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["statistics.publication_id"],
            name=op.f("fk_school_statistics_publication_id_statistics"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_school_statistics_school_id_schools")
        ),
        sa.PrimaryKeyConstraint("publication_id", "school_id", name=op.f("pk_school_statistics")),
    )
    op.create_index(
        "ix_school_statistics_school_id",
        "school_statistics",
        ["school_id", "publication_id"],
        unique=False,
    )
