"""The ``enrol`` command."""

from enrol.cli.commands import main

__all__ = ["main"]
