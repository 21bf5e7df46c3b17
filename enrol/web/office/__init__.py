"""Pages of the city and the wards."""

from flask import Flask

from enrol.web.office import (
    corrections,
    draw,
    holidays,
    homes,
    imports,
    intakes,
    objections,
    publications,
    queues,
    room,
    seats,
    shortages,
    steps,
    wall,
    what_ifs,
    zones,
)
from enrol.web.office.blueprint import blueprint

__all__ = [
    "corrections",
    "draw",
    "holidays",
    "homes",
    "imports",
    "intakes",
    "objections",
    "publications",
    "queues",
    "room",
    "seats",
    "shortages",
    "steps",
    "wall",
    "what_ifs",
    "zones",
]


def register(app: Flask) -> None:
    """Put the office's pages on the application."""
    app.register_blueprint(blueprint)
