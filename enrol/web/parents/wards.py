"""Wards, what lies in them, and the schools of a zone, as families choose and read them.

They change when an office imports or states seats anew. Every process remembers them for a short
while, for showing them and for judging what is typed into a draft; sending a registration judges by
the database.
"""

from dataclasses import dataclass

from flask import Flask, current_app

from enrol.core.names import search_key
from enrol.services import preparing
from enrol.services.preparing import Named, WardPlaces, ZoneSchool
from enrol.web.kept import Kept, KeptEach

SECONDS = 60.0
SEATS_SECONDS = 10.0
MOST_WARDS = 1_000
MOST_ZONES = 2_000
_NAME = "enrol_wards"


@dataclass(frozen=True, slots=True)
class _Copies:
    """What one process remembers."""

    wards: Kept[list[Named]]
    by_code: Kept[dict[str, Named]]
    places: KeptEach[str, WardPlaces]
    schools: KeptEach[tuple[int, str], tuple[ZoneSchool, ...]]


def register(app: Flask) -> None:
    """Give the application its copies."""
    app.extensions[_NAME] = _Copies(
        wards=Kept(read=_in_order, seconds=SECONDS),
        by_code=Kept(read=lambda: {ward.code: ward for ward in wards()}, seconds=SECONDS),
        places=KeptEach(
            read=lambda code: preparing.ward_places(unit_code=code),
            seconds=SECONDS,
            most=MOST_WARDS,
        ),
        schools=KeptEach(
            read=lambda key: preparing.zone_schools(intake_id=key[0], zone_code=key[1]),
            seconds=SEATS_SECONDS,
            most=MOST_ZONES,
        ),
    )


def wards() -> list[Named]:
    """Return the wards in the order people look for them, at most a minute old."""
    return _copies().wards.now()


def wards_by_code() -> dict[str, Named]:
    """Return each ward by its code."""
    return _copies().by_code.now()


def ward_places(unit_code: str) -> WardPlaces:
    """Return the groups and zones of a ward, at most a minute old."""
    return _copies().places.of(unit_code)


def zone_schools(*, intake_id: int, zone_code: str) -> tuple[ZoneSchool, ...]:
    """Return the schools of a zone with their seats, at most ten seconds old."""
    return _copies().schools.of((intake_id, zone_code))


def _copies() -> _Copies:
    copies: _Copies = current_app.extensions[_NAME]
    return copies


def _in_order() -> list[Named]:
    return sorted(preparing.wards(), key=lambda ward: (search_key(ward.name), ward.code))
