"""How a command gets its application: settings from the environment or from the file of a local
stack.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from pydantic import ValidationError

from enrol.config import ROOT, Settings
from enrol.factory import create_app

ENVIRONMENT_FILE = ROOT / "var" / "enrol.env"
"""Written by the demo for its own stack, so that commands in another terminal find it."""


def load_settings() -> Settings:
    """Return the settings, or end with one line for each that is missing or unfit."""
    path = Path(os.environ.get("ENROL_ENV_FILE", ENVIRONMENT_FILE))
    try:
        return Settings.load(env_file=path if path.is_file() else None)
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]) if problem["loc"] else "settings"
            sys.stderr.write(f"setting {name}: {problem['msg']}\n")
        raise click.exceptions.Exit(2) from None


@contextmanager
def application() -> Iterator[Flask]:
    """Open an application context for one command."""
    app = create_app(load_settings())
    with app.app_context():
        yield app
