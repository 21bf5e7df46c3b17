"""Pages of a school: its seats, who wishes it first, its roll."""

from flask import Flask

from enrol.web.schools.classes import blueprint


def register(app: Flask) -> None:
    """Put the schools' pages on the application."""
    app.register_blueprint(blueprint)
