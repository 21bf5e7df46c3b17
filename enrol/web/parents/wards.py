"""The wards and communes of today, as families choose and read them."""

from flask import Flask, current_app

from enrol.core.names import search_key
from enrol.services import preparing
from enrol.services.preparing import Named
from enrol.web.kept import Kept

SECONDS = 60.0
_NAME = "enrol_wards"


def register(app: Flask) -> None:
    """Give the application its copy."""
    app.extensions[_NAME] = Kept(read=_in_order, seconds=SECONDS)


def wards() -> list[Named]:
    """Return the wards in the order people look for them, at most a minute old."""
    kept: Kept[list[Named]] = current_app.extensions[_NAME]
    return kept.now()


def wards_by_code() -> dict[str, Named]:
    """Return each ward by its code."""
    return {ward.code: ward for ward in wards()}


def _in_order() -> list[Named]:
    return sorted(preparing.wards(), key=lambda ward: (search_key(ward.name), ward.code))
