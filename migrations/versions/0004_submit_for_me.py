"""What became of a family's "submit it for me", and a way to find the ticked drafts quickly."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "drafts",
        sa.Column(
            "refused_at",
            sa.DateTime(timezone=True),
            comment="when the opening could not send it",
        ),
    )
    op.add_column(
        "drafts",
        sa.Column(
            "refusals",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="words of core.eligibility, or question:gap of core.answers",
        ),
    )
    op.create_index(
        "ix_drafts_ticked",
        "drafts",
        ["intake_id", "child_id"],
        postgresql_where=sa.text("submit_for_me"),
    )


def downgrade() -> None:
    op.drop_index("ix_drafts_ticked", table_name="drafts")
    op.drop_column("drafts", "refusals")
    op.drop_column("drafts", "refused_at")
