"""Pages for everybody: no session, nothing personal."""

from flask import Flask

from enrol.web.public import kept
from enrol.web.public.routes import blueprint


def register(app: Flask) -> None:
    """Put the public pages on the application."""
    kept.register(app)
    app.register_blueprint(blueprint)
