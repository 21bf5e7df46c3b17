"""Who made an officer's account and who last gave it a password or places: see second_officers."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

# What the journal knows of accounts that are there already; commands are not officers.
_APPOINTED = """
UPDATE staff SET appointed_by = CAST(substr(j.actor, 7) AS integer)
  FROM journal j
 WHERE j.action = 'staff.appointed' AND j.actor LIKE 'staff:%' AND j.subject = CAST(staff.id AS text)
"""
_KEYED = """
UPDATE staff SET keyed_at = j.at,
       keyed_by = CASE WHEN j.actor LIKE 'staff:%' THEN CAST(substr(j.actor, 7) AS integer) END
  FROM (SELECT DISTINCT ON (subject) subject, actor, at FROM journal
         WHERE action IN ('staff.appointed', 'staff.password_issued')
         ORDER BY subject, id DESC) j
 WHERE j.subject = CAST(staff.id AS text)
"""


def upgrade() -> None:
    op.add_column("staff", sa.Column("appointed_by", sa.Integer(), nullable=True))
    # Accounts of before were there before every request that stands.
    op.add_column(
        "staff",
        sa.Column(
            "appointed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("'epoch'"),
            nullable=False,
        ),
    )
    op.alter_column("staff", "appointed_at", server_default=sa.text("clock_timestamp()"))
    op.add_column("staff", sa.Column("keyed_by", sa.Integer(), nullable=True))
    op.add_column("staff", sa.Column("keyed_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("appointed_by", "keyed_by"):
        op.create_foreign_key(op.f(f"fk_staff_{column}_staff"), "staff", "staff", [column], ["id"])
    op.execute(_APPOINTED)
    op.execute(_KEYED)


def downgrade() -> None:
    for column in ("keyed_at", "keyed_by", "appointed_at", "appointed_by"):
        op.drop_column("staff", column)
