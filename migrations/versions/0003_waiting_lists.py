"""Waiting lists as one row a school, reserved seats in the plans, fewer indexes to keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_lists",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column(
            "codes",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="the first is called first",
        ),
        sa.CheckConstraint("cardinality(codes) > 0", name=op.f("ck_waiting_lists_codes")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_waiting_lists_run_id_runs")),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_waiting_lists_school_id_schools")
        ),
        sa.PrimaryKeyConstraint("run_id", "school_id", name=op.f("pk_waiting_lists")),
    )
    op.execute(
        "INSERT INTO waiting_lists (run_id, school_id, codes)"
        " SELECT run_id, school_id, array_agg(code ORDER BY position)"
        " FROM waiting_places GROUP BY run_id, school_id"
    )
    op.drop_table("waiting_places")
    op.drop_index("ix_placements_code", table_name="placements")
    op.add_column(
        "seat_plans",
        sa.Column(
            "reserves",
            postgresql.JSONB(),
            nullable=False,
            server_default="[]",
            comment="[policy, seats] in the order in which they fill",
        ),
    )
    op.create_check_constraint(
        op.f("ck_seat_plans_reserves"), "seat_plans", "jsonb_typeof(reserves) = 'array'"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_seat_plans_reserves"), "seat_plans", type_="check")
    op.drop_column("seat_plans", "reserves")
    op.create_index("ix_placements_code", "placements", ["code"], unique=False)
    op.create_table(
        "waiting_places",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="1 is called first"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_waiting_places_position")),
        sa.PrimaryKeyConstraint(
            "run_id", "school_id", "position", name=op.f("pk_waiting_places")
        ),
    )
    op.execute(
        "INSERT INTO waiting_places (run_id, school_id, position, code)"
        " SELECT run_id, school_id, position, code"
        " FROM waiting_lists, unnest(codes) WITH ORDINALITY AS waiting(code, position)"
    )
    op.create_index("ix_waiting_places_code", "waiting_places", ["code"], unique=False)
    op.drop_table("waiting_lists")
