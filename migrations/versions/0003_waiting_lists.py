"""Waiting lists in one row a school, reserved seats in the plans, a zone read in columns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = {
    "family": ("((entry)::jsonb -> 'family'::text)::text", "whose number it shares"),
    "stated": (
        "((((entry)::jsonb -> 'facts'::text) - 'distances'::text))::text",
        "facts without distances",
    ),
    "wished": ("((entry)::jsonb -> 'wishes'::text)::text", "wishes"),
}
DECIDING = (
    "(((entry)::jsonb - 'submission_hash'::text) #- '{facts,distances}'::text[])::text",
    "code, family, facts without distances, and wishes: what a zone's run reads",
)


def _compute(**columns: tuple[str, str]) -> None:
    for name, (source, comment) in columns.items():
        made = sa.Column(
            name, sa.Text(), sa.Computed(source, persisted=True), comment=comment
        )
        op.add_column("frozen_entries", made)


def _index_zones(*included: str) -> None:
    op.create_index(
        "ix_frozen_entries_zone",
        "frozen_entries",
        ["intake_zone_id", "position"],
        postgresql_include=list(included),
    )


def upgrade() -> None:
    op.drop_index("ix_frozen_entries_zone", table_name="frozen_entries")
    op.drop_column("frozen_entries", "deciding")
    _compute(**COLUMNS)
    _index_zones("code", *COLUMNS)
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
    op.drop_index("ix_placements_school", table_name="placements")
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
    op.drop_index("ix_frozen_entries_zone", table_name="frozen_entries")
    for name in COLUMNS:
        op.drop_column("frozen_entries", name)
    _compute(deciding=DECIDING)
    _index_zones("deciding")
    op.drop_constraint(op.f("ck_seat_plans_reserves"), "seat_plans", type_="check")
    op.drop_column("seat_plans", "reserves")
    op.create_index("ix_placements_school", "placements", ["school_id", "run_id"], unique=False)
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
