"""The schema: numbered migrations, up, down and up again, and no difference to the tables in
code."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import text

from enrol.store import tables
from enrol.store.db import db, metadata

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare_app(new_database):
    app = Flask("migrations", root_path=str(ROOT))
    app.config["SQLALCHEMY_DATABASE_URI"] = new_database()
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    with app.app_context():
        yield app
        db.engine.dispose()


def objects() -> set[str]:
    query = text(
        "SELECT 'table ' || tablename FROM pg_tables WHERE schemaname = 'public'"
        " UNION SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'"
        " UNION SELECT 'function ' || proname FROM pg_proc p JOIN pg_namespace n"
        "   ON n.oid = p.pronamespace WHERE nspname = 'public' AND NOT EXISTS"
        "   (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    with db.engine.connect() as connection:
        return set(connection.execute(query).scalars())


def test_up_down_and_up_again(bare_app):
    upgrade()
    first = objects()
    downgrade(revision="base")
    emptied = objects()
    upgrade()

    assert emptied == {"table alembic_version"}
    assert objects() == first
    assert "table registrations" in first


def test_the_tables_in_code_are_those_of_the_migrations(bare_app):
    assert tables.registrations
    upgrade()

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_migrations_are_numbered_without_gaps():
    names = sorted(path.name for path in (ROOT / "migrations/versions").glob("*.py"))

    assert [int(re.match(r"(\d{4})_", name)[1]) for name in names] == list(range(1, len(names) + 1))


def test_evidence_is_never_changed_or_deleted(bare_app):
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO journal (actor, action) VALUES ('system', 'test.written')")
        )

    for statement in ("UPDATE journal SET action = 'other'", "DELETE FROM journal"):
        with (
            pytest.raises(Exception, match="never changed or deleted"),
            db.engine.begin() as connection,
        ):
            connection.execute(text(statement))
