"""Boundaries: GeoJSON files of units and zones, and which of them a point lies in."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from shapely import Geometry, Point, STRtree, to_geojson
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.validation import explain_validity

from enrol.core.names import clean_text

LARGEST_FILE = 200_000_000  # bytes
_GROUNDS = ("Polygon", "MultiPolygon")

Report = Callable[[int, str], None]


def read_boundaries(*, path: Path, report: Report) -> Iterator[tuple[int, str, str]]:
    """Yield (number, code, geometry) of each feature of a FeatureCollection, counted from 1.

    The code is the feature's ``id``; the geometry is GeoJSON text of a valid (Multi)Polygon in
    WGS 84. Faults go to ``report`` as number and reason (1 for the file as a whole).
    """
    for number, feature in enumerate(_features(path, report), start=1):
        parts = feature if isinstance(feature, dict) else {}
        code = clean_text(str(parts.get("id", "")))
        ground, reason = _ground(parts.get("geometry"))
        if not code:
            report(number, "a feature needs an id, the code of its unit or zone")
        elif ground is None:
            report(number, f"{code}: {reason}")
        else:
            yield number, code, to_geojson(ground)


def _features(path: Path, report: Report) -> list[object]:
    if path.stat().st_size > LARGEST_FILE:
        report(1, "the file is larger than 200 MB")
        return []
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        report(1, "not GeoJSON in UTF-8")
        return []
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        report(1, "not a GeoJSON FeatureCollection")
        return []
    return features


def _ground(geometry: object) -> tuple[Geometry | None, str]:
    """Return the ground, or None and why it is none."""
    if not isinstance(geometry, dict) or geometry.get("type") not in _GROUNDS:
        return None, "the geometry must be a Polygon or MultiPolygon"
    try:
        ground = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None, "the coordinates cannot be read"
    if ground.is_empty or not ground.is_valid:
        return None, f"the ground is not simple: {explain_validity(ground)}"
    west, south, east, north = ground.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return None, "coordinates must be degrees, longitude first"
    return ground, ""


class WardMap:
    """Finds the ward of a point among boundaries; built once, then any number of look-ups."""

    def __init__(self, *, boundaries: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """``boundaries`` are (code, GeoJSON geometry) pairs."""
        pairs = sorted(boundaries, key=lambda pair: pair[0])
        self._codes = [code for code, _ in pairs]
        self._tree = STRtree([shape(geometry) for _, geometry in pairs])

    def ward_of_point(self, *, latitude: float, longitude: float) -> str | None:
        """Return the code of the ward that covers the point (WGS 84), None outside of all.

        On a border the lowest code answers, so that the answer never depends on chance.
        """
        found = self._tree.query(Point(longitude, latitude), predicate="covered_by")
        return min((self._codes[place] for place in found), default=None)
