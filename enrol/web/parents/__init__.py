"""Pages for families: one entrance, and behind it the desk of one child."""

from flask import Flask

from enrol.web.parents import (
    entrance,
    home,
    objections,
    opening,
    own_data,
    papers,
    proof,
    questions,
    rating,
    reports,
    residences,
    seat,
    sending,
    telling,
    wards,
)


def register(app: Flask) -> None:
    """Put the families' pages on the application."""
    wards.register(app)
    for part in (
        entrance,
        home,
        objections,
        opening,
        own_data,
        papers,
        proof,
        questions,
        rating,
        reports,
        residences,
        seat,
        sending,
        telling,
    ):
        app.register_blueprint(part.blueprint)
