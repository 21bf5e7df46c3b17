"""The application on a migrated database of this process; every test begins with empty tables."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from enrol.config import Settings
from enrol.factory import Adapters, create_app
from enrol.store import schema
from enrol.store.db import db, metadata, transaction
from enrol.web.extensions import limiter

KEPT = {"alembic_version"}

_GUARDS = text(
    "SELECT 'constraint ' || conname FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace"
    " UNION ALL SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'"
    " UNION ALL SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass FROM pg_trigger"
    " WHERE NOT tgisinternal AND tgenabled = 'O'"
)
"""What the database itself refuses by; the tests of a process share it."""


@pytest.fixture(scope="session")
def settings(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings as an operator would give them, with keys made for this run only."""
    files: Path = tmp_path_factory.mktemp("published")
    return Settings(
        environment="test",
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        session_key="s" * 40,
        data_key="d" * 40,
        base_url="https://localhost",
        results_directory=files / "results",
        bundles_directory=files / "bundles",
        exchange_directory=files / "exchange",
        documents_directory=files / "documents",
        pool_size=30,
        pool_timeout_seconds=20,
        redis_timeout_seconds=20,  # a busy machine is not a lost Redis
    )


@pytest.fixture(scope="session")
def migrated_app(settings: Settings) -> Iterator[Flask]:
    """The application with its schema brought up by the migrations."""
    app = create_app(settings)
    app.testing = True
    app.extensions["test_limiter"] = dict(vars(limiter))
    schema.bring_up(app)
    with app.app_context():
        app.extensions["test_guards"] = guards()
    yield app
    for bound in (app, app.extensions["enrol_partners"]):
        with bound.app_context():
            db.engine.dispose()


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application inside its context, on empty tables."""
    give_limiter_back(migrated_app)
    with migrated_app.app_context():
        yield migrated_app
        db.session.remove()
        empty_tables()
        lost = migrated_app.extensions["test_guards"] - guards()
        assert not lost, f"the test took guards away and never put them back: {sorted(lost)}"
        settings = migrated_app.extensions["enrol_settings"]
        for directory in (
            settings.bundles_directory,
            settings.exchange_directory,
            settings.documents_directory,
        ):
            shutil.rmtree(directory, ignore_errors=True)


def guards() -> frozenset[str]:
    """Return the constraints, indexes and enabled triggers that the database has now."""
    with transaction() as tx:
        return frozenset(tx.execute(_GUARDS).scalars())


def give_limiter_back(app: Flask) -> None:
    """Bind the process's one limiter to this application again.

    Every further application of a test (a demo's stack, a command) binds it to its own Redis, which
    is gone when that test ends; the next test would count its guesses in memory, for ever.
    """
    vars(limiter).update(app.extensions["test_limiter"])


@pytest.fixture
def adapters(app: Flask) -> Adapters:
    """The adapters that the application was wired with."""
    wired: Adapters = app.extensions["enrol_adapters"]
    return wired


def empty_tables() -> None:
    """Take every row away, append-only tables included (TRUNCATE fires no row trigger)."""
    names = ", ".join(f'"{name}"' for name in sorted(metadata.tables) if name not in KEPT)
    with transaction() as tx:
        tx.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
