"""Reports of errors of fact, corrections, and the final run beside the first one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DECIDED_ONCE = """
CREATE FUNCTION refuse_after_final_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM runs WHERE intake_id = NEW.intake_id AND outcome = 'final') THEN
        RAISE EXCEPTION 'the final run of this intake has been opened'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'ck_corrections_before_the_final_run';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER before_the_final_run BEFORE INSERT OR UPDATE ON corrections
    FOR EACH ROW EXECUTE FUNCTION refuse_after_final_run();
CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OF
    id, intake_id, code, intake_zone_id, report_id, reason, before, entry, corrected_by,
    corrected_at ON corrections
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    _tell_runs_apart()
    _give_a_window()
    _create_reports()
    _create_corrections()
    op.execute(DECIDED_ONCE)


def downgrade() -> None:
    op.drop_table("corrections")
    op.execute("DROP FUNCTION refuse_after_final_run()")
    op.drop_table("error_reports")
    op.drop_column("publications", "correction_ends_at")
    op.drop_constraint(op.f("ck_intakes_correction_days"), "intakes", type_="check")
    op.drop_column("intakes", "correction_days")
    for table in ("placements", "fills", "waiting_lists", "explanations", "cut_offs", "renderings"):
        op.execute(
            f"DELETE FROM {table} WHERE run_id IN (SELECT id FROM runs WHERE outcome = 'final')"  # noqa: S608
        )
    op.execute("DELETE FROM runs WHERE outcome = 'final'")
    op.drop_index("uq_runs_official", table_name="runs")
    op.drop_index("ix_runs_intake_id_outcome", table_name="runs")
    op.drop_constraint(op.f("ck_runs_outcome"), "runs", type_="check")
    op.drop_column("runs", "outcome")
    _one_official_run(["intake_id", sa.text("coalesce(intake_zone_id, 0)"), "list_hash"])


def _one_official_run(columns: list[str | sa.TextClause]) -> None:
    op.create_index(
        "uq_runs_official",
        "runs",
        columns,
        unique=True,
        postgresql_where=sa.text("kind = 'official'"),
    )


def _tell_runs_apart() -> None:
    op.add_column(
        "runs",
        sa.Column(
            "outcome",
            sa.Text(),
            server_default="provisional",
            nullable=False,
            comment="which results it leads to",
        ),
    )
    op.create_check_constraint(
        op.f("ck_runs_outcome"), "runs", "outcome IN ('provisional', 'final')"
    )
    op.drop_index("uq_runs_official", table_name="runs")
    _one_official_run(["intake_id", sa.text("coalesce(intake_zone_id, 0)"), "list_hash", "outcome"])
    op.create_index("ix_runs_intake_id_outcome", "runs", ["intake_id", "outcome"])


def _give_a_window() -> None:
    op.add_column(
        "intakes",
        sa.Column(
            "correction_days",
            sa.SmallInteger(),
            server_default="3",
            nullable=False,
            comment="whole days after the provisional results for reporting errors of fact",
        ),
    )
    op.create_check_constraint(
        op.f("ck_intakes_correction_days"), "intakes", "correction_days BETWEEN 1 AND 30"
    )
    op.add_column(
        "publications",
        sa.Column(
            "correction_ends_at",
            INSTANT,
            comment="first instant too late to report an error of fact; provisional results only",
        ),
    )
    op.execute(
        "UPDATE publications SET correction_ends_at = objections_until WHERE kind = 'provisional'"
    )


def _create_reports() -> None:
    op.create_table(
        "error_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False, comment="answers for the zone"),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="as in the frozen list"),
        sa.Column("fact", sa.Text(), nullable=False, comment="what is said to be wrong"),
        sa.Column("words", sa.Text(), nullable=False, comment="the reporter's own"),
        sa.Column("reported_by", sa.Integer(), comment="null: the family"),
        sa.Column(
            "reported_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("due_on", sa.Date(), nullable=False, comment="as was told when it was reported"),
        sa.Column("decided_at", INSTANT),
        sa.Column("outcome", sa.Text()),
        sa.Column("reply", sa.Text(), comment="to the family, in the office's words"),
        sa.Column("decided_by", sa.Integer()),
        sa.CheckConstraint(
            "fact IN ('residence', 'sibling', 'policy', 'zone', 'distance', 'other')",
            name=op.f("ck_error_reports_fact"),
        ),
        sa.CheckConstraint(
            "char_length(words) BETWEEN 1 AND 1000", name=op.f("ck_error_reports_words")
        ),
        sa.CheckConstraint(
            "char_length(reply) BETWEEN 1 AND 1000", name=op.f("ck_error_reports_reply")
        ),
        sa.CheckConstraint(
            "outcome IN ('corrected', 'kept')", name=op.f("ck_error_reports_outcome")
        ),
        sa.CheckConstraint(
            "num_nulls(decided_at, outcome, reply, decided_by) IN (0, 4)",
            name=op.f("ck_error_reports_decided"),
        ),
        *_foreign("error_reports", "intake_id", "unit_id", "registration_id"),
        *_foreign("error_reports", "reported_by", "decided_by"),
        _frozen("error_reports"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_reports")),
    )
    undecided = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_error_reports_open",
        "error_reports",
        ["registration_id"],
        unique=True,
        postgresql_where=undecided,
    )
    op.create_index("ix_error_reports_registration_id", "error_reports", ["registration_id", "id"])
    op.create_index(
        "ix_error_reports_due",
        "error_reports",
        ["intake_id", "unit_id", "due_on", "id"],
        postgresql_where=undecided,
    )
    op.create_index("ix_error_reports_unit", "error_reports", ["intake_id", "unit_id", "id"])


def _create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "intake_zone_id", sa.Integer(), nullable=False, comment="where the child counts now"
        ),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="a word of core.corrections"),
        sa.Column(
            "before",
            sa.Text(),
            nullable=False,
            comment="canonical JSON of the entry as it counted",
        ),
        sa.Column(
            "entry",
            sa.Text(),
            nullable=False,
            comment="canonical JSON of the entry as it counts now",
        ),
        _made("family", "((entry)::jsonb -> 'family'::text)::text", "whose number it shares"),
        _made(
            "stated",
            "((((entry)::jsonb -> 'facts'::text) - 'distances'::text))::text",
            "facts without distances",
        ),
        _made("wished", "((entry)::jsonb -> 'wishes'::text)::text", "wishes"),
        sa.Column("corrected_by", sa.Integer(), nullable=False),
        sa.Column(
            "corrected_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("replaced_at", INSTANT, comment="when a later correction took its place"),
        sa.CheckConstraint(
            "reason IN ('residence', 'sibling', 'policy', 'zone', 'distance', 'office_mistake')",
            name=op.f("ck_corrections_reason"),
        ),
        sa.CheckConstraint("entry <> before", name=op.f("ck_corrections_changes_something")),
        *_foreign("corrections", "intake_id", "intake_zone_id", "report_id", "corrected_by"),
        _frozen("corrections"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("report_id", name="uq_corrections_report_id"),
    )
    counting = sa.text("replaced_at IS NULL")
    op.create_index(
        "uq_corrections_counting",
        "corrections",
        ["intake_id", "code"],
        unique=True,
        postgresql_where=counting,
    )
    op.create_index(
        "ix_corrections_zone", "corrections", ["intake_zone_id"], postgresql_where=counting
    )


_REFERRED = {
    "intake_id": "intakes",
    "unit_id": "units",
    "registration_id": "registrations",
    "intake_zone_id": "intake_zones",
    "report_id": "error_reports",
    "reported_by": "staff",
    "decided_by": "staff",
    "corrected_by": "staff",
}


def _foreign(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{_REFERRED[column]}.id"],
            name=op.f(f"fk_{table}_{column}_{_REFERRED[column]}"),
        )
        for column in columns
    ]


def _frozen(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["intake_id", "code"],
        ["frozen_entries.intake_id", "frozen_entries.code"],
        name=f"fk_{table}_frozen_entry",
    )


def _made(name: str, out_of: str, comment: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), sa.Computed(out_of, persisted=True), comment=comment)
