"""Messages for every event that families wait for, and how each family wants to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0012"
branch_labels = None
depends_on = None

_EVENTS = (
    "event IN ('registered', 'submitted_for_me', 'changed', 'withdrawn', 'info_asked',"
    " 'file_moved', 'postponed', 'objection_answered', 'results_provisional', 'results_final',"
    " 'answers_opened', 'answer_reminder', 'seat_moved')"
)
_STATES = "state IN ('waiting', 'sending', 'sent', 'in_doubt', 'dead', 'kept')"


def _check(name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_messages_{name}"), "messages", type_="check")
    op.create_check_constraint(op.f(f"ck_messages_{name}"), "messages", condition)


def upgrade() -> None:
    op.alter_column(
        "messages", "event", existing_type=sa.Text(), comment="a word of core.message_texts"
    )
    op.add_column(
        "messages",
        sa.Column(
            "occurrence",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="which one, where an event may come again",
        ),
    )
    op.add_column(
        "messages",
        sa.Column(
            "due_on",
            sa.Date(),
            nullable=True,
            comment="the last day for what the family is asked to do",
        ),
    )
    op.add_column(
        "messages",
        sa.Column(
            "perhaps_told",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="an attempt's answer was lost: the family may have it",
        ),
    )
    op.execute("UPDATE messages SET perhaps_told = true WHERE state = 'in_doubt'")
    op.drop_constraint(
        op.f("uq_messages_registration_id_event_channel"), "messages", type_="unique"
    )
    op.create_unique_constraint(
        "uq_messages_event", "messages", ["registration_id", "event", "occurrence"]
    )
    _check("event", _EVENTS)
    _check("channel", "channel IN ('email', 'sms', 'none')")
    _check("state", _STATES)
    op.create_check_constraint(
        op.f("ck_messages_kept"), "messages", "(state = 'kept') = (channel = 'none')"
    )
    op.create_index(
        "ix_messages_kept",
        "messages",
        ["registration_id"],
        postgresql_where=sa.text("state IN ('waiting', 'kept')"),
    )
    op.create_table(
        "message_preferences",
        sa.Column("child_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "channel IN ('email', 'sms', 'none')", name=op.f("ck_message_preferences_channel")
        ),
        sa.CheckConstraint(
            "language IN ('vi', 'en')", name=op.f("ck_message_preferences_language")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["children.id"], name=op.f("fk_message_preferences_child_id_children")
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_message_preferences")),
    )
    op.create_index("ix_message_preferences_changed_at", "message_preferences", ["changed_at"])


def downgrade() -> None:
    # Words that the schema before does not know cannot be kept under it.
    op.execute(
        "DELETE FROM messages WHERE state = 'kept'"
        " OR event NOT IN ('results_provisional', 'results_final')"
    )
    op.drop_table("message_preferences")
    op.drop_index("ix_messages_kept", "messages")
    op.drop_constraint(op.f("ck_messages_kept"), "messages", type_="check")
    _check("state", "state IN ('waiting', 'sending', 'sent', 'in_doubt', 'dead')")
    _check("channel", "channel IN ('email', 'sms')")
    _check("event", "event IN ('results_provisional', 'results_final')")
    op.drop_constraint("uq_messages_event", "messages", type_="unique")
    op.create_unique_constraint(
        op.f("uq_messages_registration_id_event_channel"),
        "messages",
        ["registration_id", "event", "channel"],
    )
    op.drop_column("messages", "perhaps_told")
    op.drop_column("messages", "due_on")
    op.drop_column("messages", "occurrence")
    op.alter_column(
        "messages",
        "event",
        existing_type=sa.Text(),
        comment=None,
        existing_comment="a word of core.message_texts",
    )
