"""Outlines of zones through the screen: drawn and measured before they are written."""

import pytest
from sqlalchemy import select, update

from enrol.services import loading_uploads, uploading
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.units import residential_groups, units, zones
from tests.office_files import square, write_boundaries
from tests.officers import add_elsewhere, add_officers
from tests.world import build_world

HOME = square(west=105.84, south=21.02)
LARGER = square(west=105.84, south=21.02, side=0.02)
AWAY = square(west=105.95, south=21.02)


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    made = add_officers(world, add_elsewhere(world))
    with transaction() as tx:
        inside = {"latitude": 21.025, "longitude": 105.845}
        tx.execute(update(residential_groups).values(**inside))
    return made


@pytest.fixture
def bring(tmp_path, adapters):
    """Bring outlines as the file ``name`` and let the worker look at them."""

    def brought(officer, rings, name="zones.geojson"):
        path = tmp_path / name
        write_boundaries(path, rings)
        content = path.read_bytes()
        import_id = uploading.receive(
            actor=officer,
            files={name: lambda target: target.write_bytes(content)},
            folders=adapters.uploads,
        )
        loading_uploads.check_import(import_id=import_id, folders=adapters.uploads)
        return uploading.import_page(actor=officer, import_id=import_id)

    return brought


def grounds(page):
    return [ground for table in page.found.tables for ground in table["grounds"]]


def apply(officer, page, adapters):
    uploading.order(actor=officer, import_id=page.found.import_id)
    loading_uploads.apply_import(import_id=page.found.import_id, folders=adapters.uploads)
    return uploading.import_page(actor=officer, import_id=page.found.import_id)


def outline(code="T00070"):
    with transaction() as tx:
        return tx.execute(select(zones.c.boundary).where(zones.c.code == code)).scalar_one()


def test_a_ward_sees_the_outline_before_it_stands(officers, bring, adapters):
    page = bring(officers.ward, {"T00070": HOME})
    [ground] = grounds(page)
    assert (page.found.state, outline()) == ("checked", None)
    # 0.01 degrees are 1,112 m; along the parallel of 21.025 degrees 1,038 m: 115.4 hectares.
    assert (ground["hectares_before"], ground["hectares_after"]) == (None, 115)
    corners = {(round(y, 5), round(x, 5)) for x, y in HOME}
    assert {tuple(corner) for corner in ground["after"][0]} == corners
    assert (ground["outside"], ground["overlaps"], ground["leaves_its_ward"]) == ([], [], False)

    assert apply(officers.ward, page, adapters).found.state == "applied"
    assert outline() is not None
    [larger] = grounds(bring(officers.ward, {"T00070": LARGER}))
    assert (larger["hectares_before"], larger["hectares_after"]) == (115, 462)
    assert grounds(bring(officers.ward, {"T00070": HOME})) == [], "the same again changes nothing"


def test_what_lies_outside_overlaps_or_leaves_the_ward_is_named(officers, bring, world, adapters):
    with transaction() as tx:
        tx.execute(
            update(units)
            .where(units.c.id == world.ward_id)
            .values(boundary={"type": "Polygon", "coordinates": [LARGER]})
        )
    apply(officers.ward, bring(officers.ward, {"T00071": HOME}), adapters)
    [ground] = grounds(bring(officers.ward, {"T00070": HOME}))
    assert (ground["overlaps"], ground["leaves_its_ward"]) == (["T00071"], False)
    [ground] = grounds(bring(officers.ward, {"T00070": AWAY}))
    assert (ground["outside"], ground["overlaps"]) == (["16A"], [])
    assert ground["leaves_its_ward"]


def test_another_wards_zone_and_outlines_of_wards_are_not_a_wards_to_bring(officers, bring):
    page = bring(officers.other_ward, {"T00070": HOME})
    assert page.found.state == "refused"
    [fault] = page.faults
    assert (fault.file, fault.line, fault.reason) == (
        "zones.geojson",
        1,
        "code: lies outside your ward",
    )
    with pytest.raises(NotFound):
        bring(officers.ward, {"00070": HOME}, name="units.geojson")
    assert outline() is None


def test_an_outline_changed_meanwhile_is_read_anew_before_it_is_written(officers, bring, adapters):
    page = bring(officers.ward, {"T00070": HOME})
    with transaction() as tx:
        ground = {"type": "Polygon", "coordinates": [AWAY]}
        tx.execute(update(zones).where(zones.c.code == "T00070").values(boundary=ground))
    after = apply(officers.ward, page, adapters)
    assert (after.found.state, after.found.has_moved) == ("checked", True)
    assert grounds(after)[0]["hectares_before"] == 115
    assert outline()["coordinates"] == [AWAY]
