"""The application of a worker process: made once, before the first fork."""

from functools import cache

from flask import Flask

from enrol.config import Settings
from enrol.factory import create_app


@cache
def application() -> Flask:
    """Return this process's application."""
    return create_app(Settings.load(), with_pages=False)
