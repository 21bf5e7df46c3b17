"""Pages for everybody: no session, nothing personal."""

from flask import Flask

from enrol.web.public import addresses, draw, figures, kept, statistics

__all__ = ["addresses", "draw", "figures", "register", "statistics"]


def register(app: Flask) -> None:
    """Put the public pages on the application."""
    kept.register(app)
    app.register_blueprint(draw.blueprint)
