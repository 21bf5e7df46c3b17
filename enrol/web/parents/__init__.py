"""Pages for families: one entrance, and behind it the desk of one child."""

from flask import Flask

from enrol.web.parents.entrance import blueprint as entrance


def register(app: Flask) -> None:
    """Put the families' pages on the application."""
    app.register_blueprint(entrance)
