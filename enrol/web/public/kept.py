"""The announcement and the live figures as public pages show them."""

from flask import Flask, current_app

from enrol.adapters.geography import WardMap
from enrol.services import figures, locating, reading
from enrol.services.figures import Figures
from enrol.services.locating import Places
from enrol.web.kept import Kept, KeptLoosely

SECONDS = 5.0
_NAME = "enrol_public_notice"
_FIGURES = "enrol_public_figures"
PLACES_SECONDS = 60.0
MAP_SECONDS = 3600.0
_PLACES = "enrol_public_places"
_MAP = "enrol_public_map"


def register(app: Flask) -> None:
    """Give the application its copies."""
    app.extensions[_NAME] = Kept(read=reading.current_notice, seconds=SECONDS)
    app.extensions[_FIGURES] = KeptLoosely(read=figures.public_figures, seconds=SECONDS)
    app.extensions[_PLACES] = KeptLoosely(read=locating.current_places, seconds=PLACES_SECONDS)
    app.extensions[_MAP] = KeptLoosely(read=_map, seconds=MAP_SECONDS)


def current_notice() -> reading.Notice | None:
    """Return the current notice, at most a few seconds old."""
    kept: Kept[reading.Notice | None] = current_app.extensions[_NAME]
    return kept.now()


def current_figures() -> Figures | None:
    """Return the figures, at most a few seconds older than their snapshot."""
    kept: KeptLoosely[Figures | None] = current_app.extensions[_FIGURES]
    return kept.now()


def current_places() -> Places | None:
    """Return wards, groups and schools, at most a minute old."""
    kept: KeptLoosely[Places | None] = current_app.extensions[_PLACES]
    return kept.now()


def ward_at(*, latitude: float, longitude: float) -> str | None:
    """Return the code of the ward on whose ground a point lies; None outside, or without a map."""
    kept: KeptLoosely[WardMap] = current_app.extensions[_MAP]
    return kept.now().ward_of_point(latitude=latitude, longitude=longitude)


def _map() -> WardMap:
    return WardMap(boundaries=locating.ward_grounds())
