"""What officers set of an intake's waiting room."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_rooms",
        sa.Column("intake_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "per_minute", sa.Integer(), nullable=False, comment="families let in; 0: nobody for now"
        ),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("message_en", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "per_minute BETWEEN 0 AND 60000", name=op.f("ck_waiting_rooms_per_minute")
        ),
        sa.CheckConstraint(
            "length(message) <= 300 AND length(message_en) <= 300",
            name=op.f("ck_waiting_rooms_message"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["staff.id"], name=op.f("fk_waiting_rooms_changed_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intakes.id"], name=op.f("fk_waiting_rooms_intake_id_intakes")
        ),
        sa.PrimaryKeyConstraint("intake_id", name=op.f("pk_waiting_rooms")),
    )


def downgrade() -> None:
    op.drop_table("waiting_rooms")
