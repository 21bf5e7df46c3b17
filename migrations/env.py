"""Alembic's entry: one migration at a time, and never waiting long for a lock."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from enrol.store import tables  # noqa: F401  (fills the metadata)
from enrol.store.db import metadata

MIGRATION_LOCK = 76_001


def run() -> None:
    """Bring the schema from where it is to where it was asked to be."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            context.run_migrations()


run()
