"""What a zone's run reads and writes, packed: a generated column, and no check a row."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARENTS = {"run_id": "runs", "school_id": "schools"}


def upgrade() -> None:
    op.add_column(
        "frozen_entries",
        sa.Column(
            "deciding",
            sa.Text(),
            sa.Computed(
                "(((entry)::jsonb - 'submission_hash'::text) #- '{facts,distances}'::text[])::text",
                persisted=True,
            ),
            comment="code, family, facts without distances, and wishes: what a zone's run reads",
        ),
    )
    op.drop_index("ix_frozen_entries_zone", table_name="frozen_entries")
    op.create_index(
        "ix_frozen_entries_zone",
        "frozen_entries",
        ["intake_zone_id", "position"],
        postgresql_include=["deciding"],
    )
    for table in ("placements", "waiting_places"):
        for column, parent in PARENTS.items():
            op.drop_constraint(f"fk_{table}_{column}_{parent}", table, type_="foreignkey")


def downgrade() -> None:
    for table in ("placements", "waiting_places"):
        for column, parent in PARENTS.items():
            name = f"fk_{table}_{column}_{parent}"
            op.create_foreign_key(name, table, parent, [column], ["id"])
    op.drop_index("ix_frozen_entries_zone", table_name="frozen_entries")
    op.create_index(
        "ix_frozen_entries_zone", "frozen_entries", ["intake_zone_id", "code"], unique=False
    )
    op.drop_column("frozen_entries", "deciding")
