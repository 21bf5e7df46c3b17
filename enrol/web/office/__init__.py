"""Pages of the city and the wards."""

from flask import Flask

from enrol.web.office import (
    approvals,
    corrections,
    days,
    draw,
    holidays,
    homes,
    imports,
    intakes,
    objections,
    officers,
    publications,
    queues,
    room,
    rounds,
    school_moves,
    seats,
    second_round,
    settings,
    shortages,
    steps,
    tokens,
    totals,
    wall,
    wards,
    what_ifs,
    zones,
)
from enrol.web.office.blueprint import blueprint

__all__ = [
    "approvals",
    "corrections",
    "days",
    "draw",
    "holidays",
    "homes",
    "imports",
    "intakes",
    "objections",
    "officers",
    "publications",
    "queues",
    "room",
    "rounds",
    "school_moves",
    "seats",
    "second_round",
    "settings",
    "shortages",
    "steps",
    "tokens",
    "totals",
    "wall",
    "wards",
    "what_ifs",
    "zones",
]


def register(app: Flask) -> None:
    """Put the office's pages on the application."""
    totals.register(app)
    app.register_blueprint(blueprint)
