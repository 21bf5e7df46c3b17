"""Publishing is agreed by two officers for a set minute; constraints hold it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AS_CONFIRMED = (
    "intake_id",
    "kind",
    "outcome_digest",
    "asked_by",
    "agreed_by",
    "publish_at",
)
TWO_OFFICERS = "num_nulls(confirmed_by, due_at) = 0 AND confirmed_by <> published_by"


def upgrade() -> None:
    _create_requests()
    op.add_column(
        "publications",
        sa.Column("confirmed_by", sa.Integer(), nullable=True, comment="the second officer"),
    )
    op.add_column(
        "publications",
        sa.Column("due_at", INSTANT, nullable=True, comment="the minute that both agreed to"),
    )
    op.alter_column("publications", "published_by", comment="who asked for it")
    op.create_foreign_key(
        op.f("fk_publications_confirmed_by_staff"),
        "publications",
        "staff",
        ["confirmed_by"],
        ["id"],
    )
    op.create_foreign_key(
        "fk_publications_as_confirmed",
        "publications",
        "publication_requests",
        ["intake_id", "kind", "outcome_digest", "published_by", "confirmed_by", "due_at"],
        list(AS_CONFIRMED),
    )
    op.create_check_constraint(
        op.f("ck_publications_two_officers"), "publications", _from_now_on() + TWO_OFFICERS
    )
    op.create_check_constraint(
        op.f("ck_publications_not_before_its_minute"), "publications", "published_at >= due_at"
    )


def downgrade() -> None:
    for name in ("not_before_its_minute", "two_officers"):
        op.drop_constraint(op.f(f"ck_publications_{name}"), "publications", type_="check")
    op.drop_constraint("fk_publications_as_confirmed", "publications", type_="foreignkey")
    op.alter_column("publications", "published_by", comment=None)
    op.drop_column("publications", "due_at")
    op.drop_column("publications", "confirmed_by")
    op.drop_table("publication_requests")


def _from_now_on() -> str:
    """What one officer published before this rule stays as it was; ids are never used again."""
    query = sa.text("SELECT max(id) FROM publications")
    last: int | None = op.get_bind().execute(query).scalar_one()
    return "" if last is None else f"id <= {last} OR "


def _create_requests() -> None:
    op.create_table(
        "publication_requests",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "outcome_digest",
            sa.Text(),
            nullable=False,
            comment="of what is stored, computed again",
        ),
        sa.Column(
            "totals", postgresql.JSONB(), nullable=False, comment="as both officers saw them"
        ),
        sa.Column("publish_at", INSTANT, nullable=False),
        sa.Column("objection_days", sa.SmallInteger(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("halted_by", sa.Integer(), nullable=True, comment="null: halted by the system"),
        sa.Column("halted_at", INSTANT, nullable=True),
        sa.Column("halt_reason", sa.Text(), nullable=True),
        sa.Column(
            "agreed_by",
            sa.Integer(),
            sa.Computed(
                "CASE WHEN halted_at IS NULL THEN confirmed_by ELSE NULL::integer END",
                persisted=True,
            ),
            nullable=True,
            comment="the second officer, while the request stands",
        ),
        sa.CheckConstraint(
            "kind IN ('provisional', 'final')", name=op.f("ck_publication_requests_kind")
        ),
        sa.CheckConstraint(
            "confirmed_by <> asked_by", name=op.f("ck_publication_requests_two_officers")
        ),
        sa.CheckConstraint(
            "num_nulls(confirmed_by, confirmed_at) IN (0, 2)",
            name=op.f("ck_publication_requests_confirmed"),
        ),
        sa.CheckConstraint(
            "num_nulls(halted_at, halt_reason) IN (0, 2)",
            name=op.f("ck_publication_requests_halted"),
        ),
        sa.CheckConstraint(
            "char_length(halt_reason) BETWEEN 1 AND 300",
            name=op.f("ck_publication_requests_halt_reason"),
        ),
        sa.CheckConstraint(
            "confirmed_at < publish_at",
            name=op.f("ck_publication_requests_confirmed_before_its_minute"),
        ),
        sa.CheckConstraint(
            "objection_days BETWEEN 1 AND 60",
            name=op.f("ck_publication_requests_objection_days"),
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"],
            ["intakes.id"],
            name=op.f("fk_publication_requests_intake_id_intakes"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], ["staff.id"], name=op.f(f"fk_publication_requests_{name}_staff")
            )
            for name in ("asked_by", "confirmed_by", "halted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_requests")),
        sa.UniqueConstraint(*AS_CONFIRMED, name="uq_publication_requests_as_confirmed"),
    )
    op.create_index(
        "uq_publication_requests_live",
        "publication_requests",
        ["intake_id", "kind"],
        unique=True,
        postgresql_where=sa.text("halted_at IS NULL"),
    )
