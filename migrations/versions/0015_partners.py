"""Tokens of partners' systems."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_tokens",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="the system that uses it"),
        sa.Column("rights", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "token_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256; the token is shown once",
        ),
        sa.Column(
            "form_key",
            postgresql.UUID(),
            nullable=False,
            comment="one token a press of the button",
        ),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True, comment="written once a day"),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 120", name=op.f("ck_partner_tokens_name")
        ),
        sa.CheckConstraint(
            "cardinality(rights) > 0"
            " AND rights <@ ARRAY['counters', 'placements', 'names', 'bundle']",
            name=op.f("ck_partner_tokens_rights"),
        ),
        sa.CheckConstraint(
            "octet_length(token_hash) = 32", name=op.f("ck_partner_tokens_token_hash")
        ),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_partner_tokens_expires_at")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_partner_tokens_revoked")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["staff.id"], name=op.f("fk_partner_tokens_made_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["staff.id"], name=op.f("fk_partner_tokens_revoked_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_partner_tokens_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_tokens")),
        sa.UniqueConstraint("form_key", name=op.f("uq_partner_tokens_form_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_partner_tokens_token_hash")),
    )
    op.create_index("ix_partner_tokens_unit_id", "partner_tokens", ["unit_id", "id"])


def downgrade() -> None:
    op.drop_table("partner_tokens")
