"""Messages to families: at most once an event, never of a rehearsal."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0014"
branch_labels = None
depends_on = None


def _instant(name: str, *, filled: bool = False, comment: str | None = None) -> sa.Column:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()") if filled else None,
        nullable=not filled,
        comment=comment,
    )


def upgrade() -> None:
    op.create_unique_constraint("uq_intakes_id_kind", "intakes", ["id", "kind"])
    op.create_unique_constraint(
        "uq_registrations_id_intake_id", "registrations", ["id", "intake_id"]
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("intake_kind", sa.Text(), server_default="official", nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column(
            "attempts", sa.Integer(), server_default="0", nullable=False, comment="also the fence"
        ),
        _instant("next_attempt_at", filled=True),
        _instant("began_at", comment="when the latest attempt began"),
        _instant("sent_at"),
        sa.Column(
            "failure",
            sa.Text(),
            nullable=True,
            comment="a word of services.delivering, never a provider's text",
        ),
        _instant("created_at", filled=True),
        sa.CheckConstraint(
            "intake_kind = 'official'", name=op.f("ck_messages_never_a_rehearsal")
        ),
        sa.CheckConstraint(
            "event IN ('results_provisional', 'results_final')", name=op.f("ck_messages_event")
        ),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_messages_channel")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'in_doubt', 'dead')",
            name=op.f("ck_messages_state"),
        ),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_messages_sent")
        ),
        sa.CheckConstraint(
            "state <> 'sending' OR began_at IS NOT NULL", name=op.f("ck_messages_sending")
        ),
        sa.CheckConstraint(
            "state NOT IN ('in_doubt', 'dead') OR failure IS NOT NULL",
            name=op.f("ck_messages_failure"),
        ),
        sa.ForeignKeyConstraint(
            ["intake_id", "intake_kind"],
            ["intakes.id", "intakes.kind"],
            name="fk_messages_official_intake",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id", "intake_id"],
            ["registrations.id", "registrations.intake_id"],
            name="fk_messages_registration_of_intake",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "registration_id", "event", "channel",
            name=op.f("uq_messages_registration_id_event_channel"),
        ),
    )  # fmt: skip
    op.create_index(
        "ix_messages_due",
        "messages",
        ["channel", "next_attempt_at", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_messages_sending",
        "messages",
        ["began_at"],
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_messages_undelivered",
        "messages",
        ["intake_id", "id"],
        postgresql_where=sa.text("state IN ('in_doubt', 'dead')"),
    )
    op.create_index("ix_messages_intake", "messages", ["intake_id"])


def downgrade() -> None:
    op.drop_table("messages")
    op.drop_constraint("uq_registrations_id_intake_id", "registrations", type_="unique")
    op.drop_constraint("uq_intakes_id_kind", "intakes", type_="unique")
