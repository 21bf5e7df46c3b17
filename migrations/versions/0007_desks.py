"""Residence lists and answers, registrations at the counter, warnings to officers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "flag_rounds",
    "flags",
    "file_marks",
    "marked_files",
    "assisted_submissions",
    "registry_rests",
    "residence_answers",
    "residence_list_rows",
    "residence_lists",
)


def upgrade() -> None:
    op.create_index("ix_children_name_birth", "children", ["search_key", "birth_on"])
    op.create_table(
        "residence_lists",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("brought_by", sa.Integer(), nullable=False),
        sa.Column(
            "brought_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of the file"),
        sa.Column("state", sa.Text(), server_default="brought", nullable=False),
        sa.Column("applied", sa.Integer(), server_default="0", nullable=False, comment="rows"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'brought') = (ended_at IS NULL)", name=op.f("ck_residence_lists_ended")
        ),
        sa.CheckConstraint(
            "state IN ('brought', 'applied', 'dropped')", name=op.f("ck_residence_lists_state")
        ),
        sa.ForeignKeyConstraint(
            ["brought_by"], ["staff.id"], name=op.f("fk_residence_lists_brought_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_residence_lists_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_residence_lists_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residence_lists")),
    )
    op.create_index(
        "ix_residence_lists_unit", "residence_lists", ["unit_id", "intake_id", "id"], unique=False
    )
    op.create_table(
        "residence_list_rows",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False, comment="of the file"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False, comment="what stood when the list went out"),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True, comment="once the list is applied"),
        sa.CheckConstraint(
            "fact IN ('permanent_in_zone', 'temporary_in_zone', 'current_in_zone')",
            name=op.f("ck_residence_list_rows_fact"),
        ),
        sa.CheckConstraint(
            "outcome IN ('applied', 'same', 'unknown', 'stale')",
            name=op.f("ck_residence_list_rows_outcome"),
        ),
        sa.CheckConstraint(
            "verdict IN ('match', 'mismatch', 'unknown')",
            name=op.f("ck_residence_list_rows_verdict"),
        ),
        sa.CheckConstraint("char_length(note) <= 300", name=op.f("ck_residence_list_rows_note")),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["residence_lists.id"],
            name=op.f("fk_residence_list_rows_list_id_residence_lists"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("list_id", "line", name=op.f("pk_residence_list_rows")),
    )
    op.create_table(
        "residence_answers",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column(
            "version",
            sa.SmallInteger(),
            nullable=False,
            comment="the submission that was asked about",
        ),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="which registry"),
        sa.Column(
            "answered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "fact IN ('permanent_in_zone', 'temporary_in_zone', 'current_in_zone')",
            name=op.f("ck_residence_answers_fact"),
        ),
        sa.CheckConstraint(
            "verdict IN ('match', 'mismatch', 'unknown')", name=op.f("ck_residence_answers_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_residence_answers_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("registration_id", "fact", name=op.f("pk_residence_answers")),
    )
    op.create_table(
        "registry_rests",
        sa.Column("source", sa.Text(), nullable=False, comment="which registry"),
        sa.Column("failures", sa.Integer(), nullable=False, comment="one after the other"),
        sa.Column(
            "rests_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="nobody asks it before",
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_registry_rests")),
    )
    op.create_table(
        "assisted_submissions",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False, comment="how the family agreed"),
        sa.Column(
            "assisted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "consent IN ('signed', 'spoken')", name=op.f("ck_assisted_submissions_consent")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_assisted_submissions_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_assisted_submissions_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("registration_id", "version", name=op.f("pk_assisted_submissions")),
    )
    op.create_index(
        "ix_assisted_submissions_staff_id", "assisted_submissions", ["staff_id"], unique=False
    )
    op.create_table(
        "marked_files",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "version",
            sa.SmallInteger(),
            nullable=False,
            comment="the submission that was looked at",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_marked_files_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_marked_files")),
    )
    op.create_table(
        "file_marks",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False, comment="32 hex digits"),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("family_code", sa.Text(), nullable=False, comment="as in the registration"),
        sa.CheckConstraint("kind IN ('child', 'home')", name=op.f("ck_file_marks_kind")),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_file_marks_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_file_marks_registration_id_registrations"),
        ),
        sa.PrimaryKeyConstraint("registration_id", "kind", "mark", name=op.f("pk_file_marks")),
    )
    op.create_index(
        "ix_file_marks_mark",
        "file_marks",
        ["intake_id", "kind", "mark", "registration_id"],
        unique=False,
    )
    op.create_table(
        "flags",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False, comment="answers for the zone"),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "key", sa.Text(), nullable=False, comment="what it is about: a code, a mark, a word"
        ),
        sa.Column(
            "detail",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "found_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "gone_at", sa.DateTime(timezone=True), nullable=True, comment="when it was no longer so"
        ),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('same_child', 'crowded_address', 'address_changed', 'id_contradicts')",
            name=op.f("ck_flags_kind"),
        ),
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 300", name=op.f("ck_flags_reason")),
        sa.CheckConstraint(
            "num_nulls(dismissed_at, dismissed_by, reason) IN (0, 3)",
            name=op.f("ck_flags_dismissed"),
        ),
        sa.ForeignKeyConstraint(
            ["dismissed_by"], ["staff.id"], name=op.f("fk_flags_dismissed_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_flags_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_flags_registration_id_registrations"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_flags_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint(
            "registration_id", "kind", "key", name=op.f("uq_flags_registration_id_kind_key")
        ),
    )
    op.create_index(
        "ix_flags_standing",
        "flags",
        ["unit_id", "intake_id", "id"],
        unique=False,
        postgresql_where=sa.text("gone_at IS NULL AND dismissed_at IS NULL"),
    )
    op.create_table(
        "flag_rounds",
        sa.Column("intake_zone_id", sa.Integer(), nullable=False),
        sa.Column(
            "looked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["intake_zone_id"],
            ["intake_zones.id"],
            name=op.f("fk_flag_rounds_intake_zone_id_intake_zones"),
        ),
        sa.PrimaryKeyConstraint("intake_zone_id", name=op.f("pk_flag_rounds")),
    )
    op.create_index("ix_flag_rounds_looked_at", "flag_rounds", ["looked_at"], unique=False)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_children_name_birth", "children")
