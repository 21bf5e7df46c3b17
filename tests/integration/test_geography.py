"""Boundaries: imported with their units, refused when they are none, and points found in them."""

import json
import os
from pathlib import Path

import pytest
from shapely.geometry import shape
from sqlalchemy import select

from enrol.adapters.geography import WardMap
from enrol.adapters.import_folder import ImportFolder
from enrol.core.actors import System
from enrol.services.importing import ImportRefused, import_files
from enrol.store.boundaries import unit_boundaries
from enrol.store.db import transaction
from enrol.store.tables.units import zones
from tests.office_files import office_tables, square, write_boundaries, write_tables

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared/data/hanoi_wards.geojson"
HANOI = Path(os.environ.get("ENROL_WARDS", BESIDE_THE_CHECKOUT))

WEST = square(west=105.84, south=21.02)
EAST = square(west=105.85, south=21.02)


def load(directory):
    files = ImportFolder(directory=directory)
    results = import_files(files=files, actor=System(), warn=lambda _: None)
    return {result.table: result for result in results}


def stored_map():
    with transaction() as tx:
        return WardMap(boundaries=unit_boundaries(tx, kind="ward"))


@pytest.fixture
def folder(tmp_path):
    return write_tables(tmp_path / "office", office_tables())


def test_boundaries_come_with_units_and_zones(app, folder):
    write_boundaries(folder / "units.geojson", {"00070": WEST, "00082": EAST})
    write_boundaries(folder / "zones.geojson", {"T00070": WEST})

    results = load(folder)
    again = load(folder)

    with transaction() as tx:
        ground = tx.execute(select(zones.c.boundary).where(zones.c.code == "T00070")).scalar_one()
    assert shape(ground).equals(shape({"type": "Polygon", "coordinates": [WEST]}))
    assert (results["boundaries"].rows, results["boundaries"].changed) == (3, 3)
    assert again["boundaries"].changed == 0


def test_a_point_is_found_in_its_ward(app, folder):
    write_boundaries(folder / "units.geojson", {"00070": WEST, "00082": EAST})
    load(folder)

    wards = stored_map()

    assert wards.ward_of_point(latitude=21.025, longitude=105.845) == "00070"
    assert wards.ward_of_point(latitude=21.025, longitude=105.855) == "00082"
    assert wards.ward_of_point(latitude=21.025, longitude=105.85) == "00070"  # on the border
    assert wards.ward_of_point(latitude=10.8, longitude=106.6) is None


def test_a_map_without_boundaries_finds_nothing():
    assert WardMap(boundaries=[]).ward_of_point(latitude=21.0, longitude=105.8) is None


BOW_TIE = [[105.0, 21.0], [105.1, 21.1], [105.1, 21.0], [105.0, 21.1], [105.0, 21.0]]


def feature(code, geometry):
    return {"type": "Feature", "id": code, "geometry": geometry, "properties": None}


def polygon(ring):
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        ([feature("00099", polygon(WEST))], "1: there is no unit 00099"),
        ([feature("00070", polygon(WEST))] * 2, "2: 00070 stands there twice"),
        ([feature("", polygon(WEST))], "1: a feature needs an id"),
        (["00070"], "1: a feature needs an id"),
        ([feature("00070", {"type": "Point", "coordinates": [105, 21]})], "1: 00070: the geometry"),
        ([feature("00070", None)], "1: 00070: the geometry must be"),
        ([feature("00070", polygon(BOW_TIE))], "1: 00070: the ground is not simple"),
        ([feature("00070", polygon([[105, 21], [106, 21]]))], "1: 00070: the coordinates"),
        ([feature("00070", polygon("east"))], "1: 00070: the coordinates cannot be read"),
        ([feature("00070", polygon(square(west=21.0, south=105.0)))], "1: 00070: coordinates must"),
    ],
)
def test_what_is_no_boundary_is_named(app, folder, features, reason):
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "units.geojson").write_text(json.dumps(collection), encoding="utf-8")

    with pytest.raises(ImportRefused) as refusal:
        load(folder)

    (fault,) = map(str, refusal.value.faults)
    assert fault.startswith(f"units.geojson:{reason}")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"type": "Polygon"}', b"\xff\xfe{}", b"[" * 9999]
)
def test_what_is_no_geojson_is_named(app, folder, content):
    (folder / "zones.geojson").write_bytes(content)

    with pytest.raises(ImportRefused) as refusal:
        load(folder)

    assert str(refusal.value.faults[0]).startswith("zones.geojson:1: not ")


def test_every_ward_of_hanoi_holds_its_own_point(app, tmp_path):
    if not HANOI.is_file():
        pytest.skip(
            f"NOT TESTED: the boundaries of Hanoi's wards; ENROL_WARDS names no file ({HANOI})"
        )
    features = json.loads(HANOI.read_text(encoding="utf-8"))["features"]
    unit = {"kind": "ward", "valid_from": "2025-07-01", "valid_to": ""}
    tables = {
        "units": [
            unit | {"code": item["id"], "name": item["id"], "name_en": item["id"]}
            for item in features
        ]
    }
    folder = write_tables(tmp_path / "hanoi", tables)
    (folder / "units.geojson").write_bytes(HANOI.read_bytes())

    load(folder)

    wards = stored_map()
    points = {item["id"]: shape(item["geometry"]).representative_point() for item in features}
    found = {
        code: wards.ward_of_point(latitude=point.y, longitude=point.x)
        for code, point in points.items()
    }
    assert len(found) == 126
    assert found == {code: code for code in points}
