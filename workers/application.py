"""The application of a worker process: made once, before the first fork."""

import os
from functools import cache
from pathlib import Path

from flask import Flask

from enrol.config import Settings
from enrol.factory import create_app


@cache
def application() -> Flask:
    """Return this process's application."""
    named = os.environ.get("ENROL_ENV_FILE")
    return create_app(Settings.load(env_file=Path(named) if named else None))
