"""Reserved seats in words: for families, for the school, for the office that changes seats."""

import pytest
from sqlalchemy import update

from enrol.store.db import transaction
from enrol.store.tables.intakes import seat_plans
from tests.web.browser import Browser
from tests.web.staff import build_house


@pytest.fixture
def house(app):
    made = build_house(app)
    with transaction() as tx:
        tx.execute(
            update(seat_plans)
            .where(seat_plans.c.school_id == made.world.schools["S1"])
            .values(seats=30, reserves=[["war_invalid", 1], ["disability", 2]])
        )
    return made


def test_families_read_for_whom_places_are_kept(app, house):
    browser = Browser(app.test_client())

    assert (
        "1 – con thương binh, con liệt sĩ; 2 – trẻ khuyết tật" in browser.open("/truong/00070").text
    )
    assert "2 – children with disabilities" in browser.open("/truong/00070?lang=en").text
    assert "Reserved places" in browser.open("/quy-dinh?lang=en").text


def test_school_and_office_see_them_and_the_office_cannot_go_below(house):
    school = house.world.schools["S1"]
    own = house.signed_in("school").open(f"/nha-truong/{house.world.intake_id}/{school}")
    ward = house.signed_in("ward")
    table = ward.open(f"{house.intake}/chi-tieu")
    form = ward.open(f"{house.intake}/chi-tieu/{school}")
    refused = ward.press(form, seats="2", reason="bớt lớp")

    for page in (own, table, form, refused):
        assert "2 – trẻ khuyết tật" in page.text
    assert refused.status == 422
    assert "3 chỗ dành riêng" in refused.text
