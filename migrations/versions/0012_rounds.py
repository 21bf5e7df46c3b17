"""Answers to seats, rounds of the waiting lists with their ledger, and the seats held."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("held_seats", "ledger_lines", "seat_answers", "rounds")


def upgrade() -> None:
    _create_rounds()
    _create_answers()
    _create_ledger()
    _create_seats()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _instant(name: str, *, filled: bool = False, comment: str | None = None) -> sa.Column:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()") if filled else None,
        nullable=not filled,
        comment=comment,
    )


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")
    )


def _create_rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column(
            "number", sa.SmallInteger(), nullable=False, comment="0 opens the days for answers"
        ),
        sa.Column("asked_by", sa.Integer(), comment="null: a deadline passed"),
        _instant("asked_at", filled=True),
        sa.Column(
            "answer_by",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="for the seats that this round gives",
        ),
        _instant("done_at"),
        sa.Column("digest", sa.Text(), comment="SHA-256 of ledger and rolls, 64 hex digits"),
        sa.Column("moved", sa.Integer(), comment="children who took a seat"),
        sa.Column("freed", sa.Integer(), comment="seats declined or unclaimed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("intake_id", "number", name="uq_rounds_number"),
        sa.CheckConstraint("number >= 0", name=op.f("ck_rounds_number")),
        sa.CheckConstraint("answer_by > asked_at", name=op.f("ck_rounds_answer_by")),
        sa.CheckConstraint(
            "num_nulls(done_at, digest, moved, freed) IN (0, 4)", name=op.f("ck_rounds_done")
        ),
        sa.CheckConstraint(
            "number > 0 OR asked_by IS NOT NULL", name=op.f("ck_rounds_opened_by_an_officer")
        ),
        _refers("rounds", "intake_id", "intakes"),
        _refers("rounds", "asked_by", "staff"),
    )
    op.create_index(
        "uq_rounds_pending",
        "rounds",
        ["intake_id"],
        unique=True,
        postgresql_where=sa.text("done_at IS NULL"),
    )


def _create_answers() -> None:
    op.create_table(
        "seat_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="a word of core.rounds"),
        sa.Column("answered_by", sa.Integer(), comment="null: the family, or the deadline"),
        _instant("answered_at", filled=True),
        _instant("replaced_at", comment="when a later answer took its place"),
        sa.Column("round_id", sa.Integer(), comment="the round that it counts in"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_answers")),
        sa.CheckConstraint(
            "answer IN ('accept', 'stay', 'decline', 'unclaimed')",
            name=op.f("ck_seat_answers_answer"),
        ),
        sa.CheckConstraint(
            "replaced_at IS NULL OR round_id IS NULL", name=op.f("ck_seat_answers_counts_once")
        ),
        sa.CheckConstraint(
            "answer <> 'unclaimed' OR round_id IS NOT NULL", name=op.f("ck_seat_answers_unclaimed")
        ),
        _refers("seat_answers", "intake_id", "intakes"),
        _refers("seat_answers", "registration_id", "registrations"),
        _refers("seat_answers", "answered_by", "staff"),
        _refers("seat_answers", "round_id", "rounds"),
    )
    op.create_index(
        "uq_seat_answers_live",
        "seat_answers",
        ["intake_id", "registration_id"],
        unique=True,
        postgresql_where=sa.text("round_id IS NULL AND replaced_at IS NULL"),
    )
    op.create_index(
        "uq_seat_answers_round",
        "seat_answers",
        ["round_id", "registration_id"],
        unique=True,
        postgresql_where=sa.text("round_id IS NOT NULL"),
    )
    op.create_index("ix_seat_answers_registration_id", "seat_answers", ["registration_id", "id"])


def _create_ledger() -> None:
    op.create_table(
        "ledger_lines",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="from 1, as published"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("left_id", sa.Integer()),
        sa.Column("taken_id", sa.Integer()),
        sa.Column(
            "place", sa.Integer(), nullable=False, comment="on the waiting list; 0 for who left"
        ),
        sa.Column("cause", sa.Text(), nullable=False, comment="how the seat came to be free"),
        sa.Column("by", sa.Text(), nullable=False, comment="who held it before; empty: nobody"),
        sa.Column("on", sa.Date(), comment="when it was given up"),
        sa.PrimaryKeyConstraint("round_id", "line", name=op.f("pk_ledger_lines")),
        sa.CheckConstraint(
            "cause IN ('declined', 'unclaimed', 'moved', 'free')",
            name=op.f("ck_ledger_lines_cause"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(left_id, taken_id) > 0", name=op.f("ck_ledger_lines_moves")
        ),
        _refers("ledger_lines", "round_id", "rounds"),
        _refers("ledger_lines", "left_id", "schools"),
        _refers("ledger_lines", "taken_id", "schools"),
    )
    op.create_index("ix_ledger_lines_code", "ledger_lines", ["code", "round_id"])


def _create_seats() -> None:
    op.create_table(
        "held_seats",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), comment="null: no seat"),
        sa.Column(
            "waits",
            JSONB(),
            nullable=False,
            comment="[school code, place on its list], the most wanted first",
        ),
        sa.Column("is_unanswered", sa.Boolean(), nullable=False),
        _instant("answer_by", comment="while the seat is not answered"),
        _instant("enrolled_at"),
        sa.Column("enrolled_by", sa.Integer()),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_held_seats")),
        sa.CheckConstraint(
            "is_unanswered = (answer_by IS NOT NULL)"
            " AND (NOT is_unanswered OR school_id IS NOT NULL)",
            name=op.f("ck_held_seats_unanswered"),
        ),
        sa.CheckConstraint(
            "num_nulls(enrolled_at, enrolled_by) IN (0, 2)", name=op.f("ck_held_seats_enrolled")
        ),
        _refers("held_seats", "registration_id", "registrations"),
        _refers("held_seats", "intake_id", "intakes"),
        _refers("held_seats", "school_id", "schools"),
        _refers("held_seats", "enrolled_by", "staff"),
    )
    op.create_index(
        "ix_held_seats_school", "held_seats", ["intake_id", "school_id", "registration_id"]
    )
    op.create_index(
        "ix_held_seats_due",
        "held_seats",
        ["intake_id", "answer_by"],
        postgresql_where=sa.text("is_unanswered"),
    )
