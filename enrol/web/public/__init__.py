"""Pages for everybody: no session, nothing personal."""

from flask import Flask

from enrol.web.public.routes import blueprint


def register(app: Flask) -> None:
    """Put the public pages on the application."""
    app.register_blueprint(blueprint)
