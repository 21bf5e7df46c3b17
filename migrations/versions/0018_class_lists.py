"""Classes of a school, who is in which, and the file of them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0019"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('registrations', 'admitted', 'objections', 'letters', 'classes')"
_KINDS_BEFORE = "kind IN ('registrations', 'admitted', 'objections', 'letters')"


def upgrade() -> None:
    op.create_table(
        "school_classes",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False, comment="from 1"),
        sa.Column("name", sa.Text(), nullable=False, comment="1A1, 1A2 …"),
        sa.CheckConstraint("position BETWEEN 1 AND 99", name=op.f("ck_school_classes_position")),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 12", name=op.f("ck_school_classes_name")
        ),
        _refers("school_classes", "intake_id", "intakes"),
        _refers("school_classes", "school_id", "schools"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_classes")),
        sa.UniqueConstraint(
            "intake_id", "school_id", "position", name="uq_school_classes_position"
        ),
        sa.UniqueConstraint("intake_id", "school_id", "name", name="uq_school_classes_name"),
    )
    op.create_table(
        "class_places",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False, comment="false: by the division"),
        sa.Column("placed_by", sa.Integer(), nullable=False),
        sa.Column(
            "placed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        _refers("class_places", "registration_id", "registrations"),
        _refers("class_places", "class_id", "school_classes", ondelete="CASCADE"),
        _refers("class_places", "placed_by", "staff"),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_class_places")),
    )
    op.create_index("ix_class_places_class_id", "class_places", ["class_id"])
    _allow_kinds(_KINDS)


def downgrade() -> None:
    op.execute("DELETE FROM exports WHERE kind = 'classes'")
    _allow_kinds(_KINDS_BEFORE)
    op.drop_table("class_places")
    op.drop_table("school_classes")


def _allow_kinds(condition: str) -> None:
    op.drop_constraint(op.f("ck_exports_kind"), "exports", type_="check")
    op.create_check_constraint(op.f("ck_exports_kind"), "exports", condition)


def _refers(
    table: str, column: str, target: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete=ondelete,
    )
