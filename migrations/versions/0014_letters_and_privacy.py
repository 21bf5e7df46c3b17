"""Letters in bulk; requests for a copy or a correction of one's data; words that may be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = "'registrations', 'admitted', 'objections'"
FORMS = "'xlsx', 'csv'"
INSTANT = sa.DateTime(timezone=True)

# Evidence stays for ever, but not what a family or an officer wrote in it: under a setting that
# the erasing command sets for one transaction, these columns alone may be emptied, never filled.
ERASABLE = {"submissions": ("payload", "salt"), "fact_decisions": ("note",), "rulings": ("note",)}
ERASING = """
CREATE FUNCTION refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erasable text[] := TG_ARGV;
    word text;
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('enrol.erasing', true) = 'on'
        AND to_jsonb(OLD) - erasable = to_jsonb(NEW) - erasable
    THEN
        FOREACH word IN ARRAY erasable LOOP
            IF coalesce(to_jsonb(NEW) ->> word, '') NOT IN ('', '\\x') THEN
                RAISE EXCEPTION '% of % may be emptied only', word, TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation',
                          CONSTRAINT = 'append_only_' || TG_TABLE_NAME;
            END IF;
        END LOOP;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation',
              CONSTRAINT = 'append_only_' || TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    _let_export(kinds=f"{KINDS}, 'letters'", forms=f"{FORMS}, 'zip'")
    op.add_column(
        "children", sa.Column("erased_at", INSTANT, comment="when nothing but the row was left")
    )
    _create_data_requests()
    op.execute(ERASING)
    for table, columns in ERASABLE.items():
        _guard(table, f"refuse_change_but_erasing({', '.join(columns)})")


def downgrade() -> None:
    for table in ERASABLE:
        _guard(table, "refuse_change()")
    op.execute("DROP FUNCTION refuse_change_but_erasing()")
    op.drop_table("data_requests")
    op.drop_column("children", "erased_at")
    op.execute("DELETE FROM exports WHERE kind = 'letters'")
    _let_export(kinds=KINDS, forms=FORMS)


def _guard(table: str, function: str) -> None:
    op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}"
    )


def _let_export(*, kinds: str, forms: str) -> None:
    for name, values in (("kind", kinds), ("form", forms)):
        op.drop_constraint(op.f(f"ck_exports_{name}"), "exports", type_="check")
        op.create_check_constraint(op.f(f"ck_exports_{name}"), "exports", f"{name} IN ({values})")


def _create_data_requests() -> None:
    op.create_table(
        "data_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False, comment="answers it"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False, comment="the family's own"),
        sa.Column("filed_by", sa.Text(), nullable=False, comment="as in the journal"),
        sa.Column("filed_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="as was told when it was filed"),
        sa.Column("answered_at", INSTANT),
        sa.Column("answered_by", sa.Integer()),
        sa.Column("outcome", sa.Text()),
        sa.Column("reply", sa.Text(), comment="to the family, in the office's words"),
        sa.Column("field", sa.Text(), comment="what was corrected"),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.CheckConstraint("kind IN ('copy', 'correction')", name=op.f("ck_data_requests_kind")),
        sa.CheckConstraint("char_length(words) <= 1000", name=op.f("ck_data_requests_words")),
        sa.CheckConstraint(
            "char_length(reply) BETWEEN 1 AND 1000", name=op.f("ck_data_requests_reply")
        ),
        sa.CheckConstraint(
            "outcome IN ('ready', 'corrected', 'refused')", name=op.f("ck_data_requests_outcome")
        ),
        sa.CheckConstraint(
            "num_nulls(answered_at, answered_by, outcome, reply) IN (0, 4)",
            name=op.f("ck_data_requests_answered"),
        ),
        sa.CheckConstraint(
            "(outcome IS NOT DISTINCT FROM 'corrected') = (field IS NOT NULL)"
            " AND num_nulls(field, before, after) IN (0, 3)",
            name=op.f("ck_data_requests_corrected"),
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["children.id"], name=op.f("fk_data_requests_child_id_children")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_data_requests_unit_id_units")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff.id"], name=op.f("fk_data_requests_answered_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
    )
    op.create_index(
        "uq_data_requests_open",
        "data_requests",
        ["child_id", "kind"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index("ix_data_requests_child_id", "data_requests", ["child_id", "id"])
    op.create_index("ix_data_requests_unit", "data_requests", ["unit_id", "due_on", "id"])
    op.create_index(
        "ix_data_requests_open",
        "data_requests",
        ["unit_id", "due_on", "id"],
        postgresql_where=sa.text("answered_at IS NULL"),
    )
