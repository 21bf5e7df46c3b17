"""Database commands: bring the schema up to date, or say where it stands."""

import click

from enrol.cli.context import application
from enrol.store import schema


@click.group()
def db() -> None:
    """Migrations of the database."""


@db.command("upgrade")
@click.argument("revision", default="head")
def upgrade_to(revision: str) -> None:
    """Bring the schema up to REVISION (the newest when left out)."""
    with application() as app:
        schema.bring_up(app, revision=revision)


@db.command("downgrade")
@click.argument("revision")
def downgrade_to(revision: str) -> None:
    """Take the schema back to REVISION."""
    with application() as app:
        schema.take_back(app, revision=revision)


@db.command("current")
def show_current() -> None:
    """Print the revision that the database has."""
    with application() as app:
        schema.show_current(app)
