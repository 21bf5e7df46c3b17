"""A second round for late registrations is an intake of its own that follows a settled one."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "intakes",
        sa.Column(
            "follows_id",
            sa.Integer(),
            nullable=True,
            comment="the settled intake whose free seats this second round gives",
        ),
    )
    op.create_unique_constraint(op.f("uq_intakes_follows_id"), "intakes", ["follows_id"])
    op.create_foreign_key(
        op.f("fk_intakes_follows_id_kind_intakes"),
        "intakes",
        "intakes",
        ["follows_id", "kind"],
        ["id", "kind"],
    )
    op.create_check_constraint(op.f("ck_intakes_follows_another"), "intakes", "follows_id <> id")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_intakes_follows_another"), "intakes", type_="check")
    op.drop_constraint(op.f("fk_intakes_follows_id_kind_intakes"), "intakes", type_="foreignkey")
    op.drop_constraint(op.f("uq_intakes_follows_id"), "intakes", type_="unique")
    op.drop_column("intakes", "follows_id")
