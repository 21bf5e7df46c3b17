"""What happens after the results: messages of the opening and the review, newer contacts of
families, and objections that an officer took down at a counter.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

_BEFORE = (
    "event IN ('registered', 'submitted_for_me', 'changed', 'withdrawn', 'info_asked',"
    " 'file_moved', 'postponed', 'objection_answered', 'results_provisional', 'results_final',"
    " 'answers_opened', 'answer_reminder', 'seat_moved')"
)
_AFTER = (
    "event IN ('registered', 'submitted_for_me', 'not_submitted', 'changed', 'withdrawn',"
    " 'info_asked', 'file_moved', 'file_accepted', 'file_refused', 'postponed',"
    " 'objection_answered', 'results_provisional', 'results_final', 'answers_opened',"
    " 'answer_reminder', 'seat_moved')"
)


def _events(condition: str) -> None:
    op.drop_constraint(op.f("ck_messages_event"), "messages", type_="check")
    op.create_check_constraint(op.f("ck_messages_event"), "messages", condition)


def upgrade() -> None:
    op.alter_column("messages", "registration_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column(
        "messages",
        sa.Column(
            "child_id",
            sa.Integer(),
            nullable=True,
            comment="whose draft it is about, where there is no registration",
        ),
    )
    op.create_foreign_key(
        op.f("fk_messages_child_id_children"),
        "messages",
        "children",
        ["child_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_unique_constraint(
        "uq_messages_child_event", "messages", ["child_id", "intake_id", "event"]
    )
    op.create_check_constraint(
        op.f("ck_messages_whose"),
        "messages",
        "num_nonnulls(registration_id, child_id) = 1"
        " AND (event = 'not_submitted') = (child_id IS NOT NULL)",
    )
    _events(_AFTER)
    op.create_table(
        "contacts",
        sa.Column("child_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["children.id"], name=op.f("fk_contacts_child_id_children")
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_contacts")),
    )
    op.create_index("ix_contacts_changed_at", "contacts", ["changed_at"])
    op.add_column(
        "objections",
        sa.Column("entered_by", sa.Integer(), nullable=True, comment="null: the family itself"),
    )
    op.add_column("objections", sa.Column("consent", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_objections_entered_by_staff"), "objections", "staff", ["entered_by"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_objections_entered"),
        "objections",
        "num_nulls(entered_by, consent) IN (0, 2)",
    )
    op.create_check_constraint(
        op.f("ck_objections_consent"), "objections", "consent IN ('signed', 'spoken')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_objections_consent"), "objections", type_="check")
    op.drop_constraint(op.f("ck_objections_entered"), "objections", type_="check")
    op.drop_constraint(op.f("fk_objections_entered_by_staff"), "objections", type_="foreignkey")
    op.drop_column("objections", "consent")
    op.drop_column("objections", "entered_by")
    op.drop_table("contacts")
    # Words that the schema before does not know cannot be kept under it.
    op.execute(
        "DELETE FROM messages WHERE event IN ('not_submitted', 'file_accepted', 'file_refused')"
    )
    _events(_BEFORE)
    op.drop_constraint(op.f("ck_messages_whose"), "messages", type_="check")
    op.drop_constraint("uq_messages_child_event", "messages", type_="unique")
    op.drop_constraint(op.f("fk_messages_child_id_children"), "messages", type_="foreignkey")
    op.drop_column("messages", "child_id")
    op.alter_column("messages", "registration_id", existing_type=sa.BigInteger(), nullable=False)
