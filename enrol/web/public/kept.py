"""The announcement as public pages show it."""

from flask import Flask, current_app

from enrol.services import reading
from enrol.web.kept import Kept

SECONDS = 5.0
_NAME = "enrol_public_notice"


def register(app: Flask) -> None:
    """Give the application its copy."""
    app.extensions[_NAME] = Kept(read=reading.current_notice, seconds=SECONDS)


def current_notice() -> reading.Notice | None:
    """Return the current notice, at most a few seconds old."""
    kept: Kept[reading.Notice | None] = current_app.extensions[_NAME]
    return kept.now()
