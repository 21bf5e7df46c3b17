"""Database commands: bring the schema up to date, or say where it stands."""

import click
from flask_migrate import current, downgrade, upgrade

from enrol.cli.context import application


@click.group()
def db() -> None:
    """Migrations of the database."""


@db.command("upgrade")
@click.argument("revision", default="head")
def upgrade_to(revision: str) -> None:
    """Bring the schema up to REVISION (the newest when left out)."""
    with application():
        upgrade(revision=revision)


@db.command("downgrade")
@click.argument("revision")
def downgrade_to(revision: str) -> None:
    """Take the schema back to REVISION."""
    with application():
        downgrade(revision=revision)


@db.command("current")
def show_current() -> None:
    """Print the revision that the database has."""
    with application():
        current()
