"""The schema of the database: brought up, taken back, told apart (Alembic, ``migrations/``)."""

from flask import Flask
from flask.ctx import AppContext
from flask_migrate import Migrate, current, downgrade, upgrade

from enrol.config import ROOT
from enrol.store.db import db


def bring_up(app: Flask, *, revision: str = "head") -> None:
    """Bring the schema up to a revision, the newest when none is named."""
    with _migrations(app):
        upgrade(revision=revision)


def take_back(app: Flask, *, revision: str) -> None:
    """Take the schema back to a revision."""
    with _migrations(app):
        downgrade(revision=revision)


def show_current(app: Flask) -> None:
    """Print the revision that the database has."""
    with _migrations(app):
        current()


def _migrations(app: Flask) -> AppContext:
    if "migrate" not in app.extensions:
        Migrate(app, db, directory=str(ROOT / "migrations"))
    return app.app_context()
