"""Schools that move from one ward to another on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_moves",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "moves_on",
            sa.Date(),
            nullable=False,
            comment="first day in the new ward, or later while an intake of the school runs",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stated_by", sa.Integer(), nullable=False),
        sa.Column(
            "stated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("from_unit_id <> to_unit_id", name=op.f("ck_school_moves_elsewhere")),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 300", name=op.f("ck_school_moves_reason")
        ),
        sa.CheckConstraint(
            "num_nulls(taken_back_at, taken_back_by) IN (0, 2)"
            " AND num_nonnulls(moved_at, taken_back_at) < 2",
            name=op.f("ck_school_moves_one_end"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_school_moves_school_id_schools")
        ),
        sa.ForeignKeyConstraint(
            ["from_unit_id"], ["units.id"], name=op.f("fk_school_moves_from_unit_id_units")
        ),
        sa.ForeignKeyConstraint(
            ["to_unit_id"], ["units.id"], name=op.f("fk_school_moves_to_unit_id_units")
        ),
        sa.ForeignKeyConstraint(
            ["stated_by"], ["staff.id"], name=op.f("fk_school_moves_stated_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["staff.id"], name=op.f("fk_school_moves_taken_back_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_moves")),
    )
    op.create_index(
        "uq_school_moves_open",
        "school_moves",
        ["school_id"],
        unique=True,
        postgresql_where=sa.text("moved_at IS NULL AND taken_back_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("school_moves")
