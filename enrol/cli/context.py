"""How a command gets its application: settings from the environment or from the file of a local
stack.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from pydantic import ValidationError

from enrol.config import ROOT, Settings
from enrol.factory import create_app
from enrol.services.refusals import StoreBusy

UNREADY = 2
"""How a command ends that could not begin or go on: never 1, which is a finding of the command."""

ENVIRONMENT_FILE = ROOT / "var" / "demo" / "enrol.env"
"""Written by the demo for its own stack, so that commands in another terminal find it."""

_OUT_OF_REACH = "the database is busy or out of reach; nothing was kept, try again later"


def load_settings() -> Settings:
    """Return the settings, or end with one line for each that is missing or unfit."""
    is_local = "ENROL_ENV_FILE" not in os.environ and ENVIRONMENT_FILE.is_file()
    try:
        return Settings.load(env_file=ENVIRONMENT_FILE if is_local else None)
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]) if problem["loc"] else "settings"
            sys.stderr.write(f"setting {name}: {problem['msg']}\n")
        raise click.exceptions.Exit(UNREADY) from None


@contextmanager
def application() -> Iterator[Flask]:
    """Open an application context for one command, and close its connections at the end.

    A database that is busy or gone ends the command with one line and UNREADY.
    """
    app = create_app(load_settings())
    with app.app_context():
        try:
            yield app
        except StoreBusy:
            click.echo(
                "the database is busy or out of reach; nothing was kept, try again later", err=True
            )
            raise click.exceptions.Exit(UNREADY) from None
        finally:
            app.extensions["sqlalchemy"].engine.dispose()
