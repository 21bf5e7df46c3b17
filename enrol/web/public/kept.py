"""The announcement and the live figures as public pages show them."""

from flask import Flask, current_app

from enrol.services import figures, reading
from enrol.services.figures import Figures
from enrol.web.kept import Kept, KeptLoosely

SECONDS = 5.0
_NAME = "enrol_public_notice"
_FIGURES = "enrol_public_figures"


def register(app: Flask) -> None:
    """Give the application its copies."""
    app.extensions[_NAME] = Kept(read=reading.current_notice, seconds=SECONDS)
    app.extensions[_FIGURES] = KeptLoosely(read=figures.public_figures, seconds=SECONDS)


def current_notice() -> reading.Notice | None:
    """Return the current notice, at most a few seconds old."""
    kept: Kept[reading.Notice | None] = current_app.extensions[_NAME]
    return kept.now()


def current_figures() -> Figures | None:
    """Return the figures, at most a few seconds older than their snapshot."""
    kept: KeptLoosely[Figures | None] = current_app.extensions[_FIGURES]
    return kept.now()
