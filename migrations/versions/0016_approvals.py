"""A second officer approves seats and lists; wards that register as before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "intakes",
        sa.Column(
            "needs_approvals",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="a second officer approves seats and lists",
        ),
    )
    _sign_seat_plans()
    _create_list_approvals()
    _create_approval_overrides()
    _create_parked_seat_plans()


def downgrade() -> None:
    # Parked plans are plans: without the table to park them in they stand again.
    op.execute(
        "INSERT INTO seat_plans (intake_id, intake_zone_id, school_id, seats, classes,"
        " last_year_distance, reserves, stated_at)"
        " SELECT intake_id, intake_zone_id, school_id, seats, classes, last_year_distance,"
        " reserves, stated_at FROM parked_seat_plans ON CONFLICT DO NOTHING"
    )
    op.drop_table("parked_seat_plans")
    op.drop_table("approval_overrides")
    op.drop_table("list_approvals")
    op.drop_constraint(op.f("ck_seat_plans_approved"), "seat_plans", type_="check")
    op.drop_constraint(op.f("ck_seat_plans_two_officers"), "seat_plans", type_="check")
    op.drop_constraint(op.f("fk_seat_plans_approved_by_staff"), "seat_plans", type_="foreignkey")
    op.drop_constraint(op.f("fk_seat_plans_stated_by_staff"), "seat_plans", type_="foreignkey")
    for column in ("approved_at", "approved_by", "stated_reason", "stated_by"):
        op.drop_column("seat_plans", column)
    op.drop_column("intakes", "needs_approvals")


def _sign_seat_plans() -> None:
    op.add_column(
        "seat_plans",
        sa.Column(
            "stated_by", sa.Integer(), nullable=True, comment="null: the city's own file of seats"
        ),
    )
    op.add_column(
        "seat_plans",
        sa.Column("stated_reason", sa.Text(), nullable=True, comment="signed by who stated them"),
    )
    op.add_column("seat_plans", sa.Column("approved_by", sa.Integer(), nullable=True))
    op.add_column("seat_plans", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("stated_by", "approved_by"):
        op.create_foreign_key(
            op.f(f"fk_seat_plans_{column}_staff"), "seat_plans", "staff", [column], ["id"]
        )
    op.create_check_constraint(
        op.f("ck_seat_plans_two_officers"), "seat_plans", "approved_by <> stated_by"
    )
    op.create_check_constraint(
        op.f("ck_seat_plans_approved"),
        "seat_plans",
        "num_nulls(approved_by, approved_at) IN (0, 2)",
    )


def _create_list_approvals() -> None:
    op.create_table(
        "list_approvals",
        sa.Column("intake_zone_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the zone's entries"),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=False),
        sa.Column(
            "approved_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.clock_timestamp(),
            nullable=False,
        ),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_list_approvals_digest")),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_list_approvals_entries")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["staff.id"], name=op.f("fk_list_approvals_approved_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["intake_zone_id"],
            ["intake_zones.id"],
            name=op.f("fk_list_approvals_intake_zone_id_intake_zones"),
        ),
        sa.PrimaryKeyConstraint("intake_zone_id", name=op.f("pk_list_approvals")),
    )


def _create_approval_overrides() -> None:
    op.create_table(
        "approval_overrides",
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False, comment="approvals that were lacking"),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.clock_timestamp(),
            nullable=False,
        ),
        sa.CheckConstraint(
            "step IN ('announce', 'close', 'draw')", name=op.f("ck_approval_overrides_step")
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 300", name=op.f("ck_approval_overrides_reason")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_approval_overrides_decided_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_approval_overrides_intake_id_intakes")
        ),
        sa.PrimaryKeyConstraint("intake_id", "step", name=op.f("pk_approval_overrides")),
    )


def _create_parked_seat_plans() -> None:
    op.create_table(
        "parked_seat_plans",
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("intake_zone_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("classes", sa.Integer(), nullable=True),
        sa.Column("last_year_distance", sa.Integer(), nullable=True),
        sa.Column("reserves", postgresql.JSONB(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.Integer(), nullable=True),
        sa.Column("stated_reason", sa.Text(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_parked_seat_plans_intake_id_intakes")
        ),
        sa.ForeignKeyConstraint(
            ["intake_zone_id"],
            ["intake_zones.id"],
            name=op.f("fk_parked_seat_plans_intake_zone_id_intake_zones"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_parked_seat_plans_school_id_schools")
        ),
        sa.PrimaryKeyConstraint("intake_id", "school_id", name=op.f("pk_parked_seat_plans")),
    )
    op.create_index("ix_parked_seat_plans_intake_zone_id", "parked_seat_plans", ["intake_zone_id"])
