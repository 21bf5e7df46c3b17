"""A round that cannot be held says so, instead of waiting for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rounds", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "rounds",
        sa.Column("failure", sa.Text(), nullable=True, comment="the kind of error, no data"),
    )
    op.create_check_constraint(
        op.f("ck_rounds_failed"),
        "rounds",
        "num_nulls(failed_at, failure) IN (0, 2) AND num_nonnulls(failed_at, done_at) < 2",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_rounds_failed"), "rounds", type_="check")
    op.drop_column("rounds", "failure")
    op.drop_column("rounds", "failed_at")
