"""A ward that the city enters by its form."""

import pytest
from sqlalchemy import select

from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.units import units
from tests.web.staff import build_house

NEW = {
    "code": "99001",
    "name": "Phường Cầu Mới",
    "name_en": "Cau Moi ward",
    "since_day": "1",
    "since_month": "7",
    "since_year": "2026",
    "old_names": "Phường Cầu Cũ, Xã Bến , ",
}
FORM = "/dieu-hanh/phuong-xa/moi"


@pytest.fixture
def house(app):
    return build_house(app)


def make(house, **typed):
    city = house.signed_in("city")
    return city.press(city.open(FORM), **(NEW | typed))


def stored(code="99001"):
    with transaction() as tx:
        return tx.execute(select(units).where(units.c.code == code)).all()


def test_a_new_ward_stands_below_the_city_and_gets_officers(house):
    page = make(house)

    assert page.path == "/dieu-hanh/phuong-xa"
    assert "Phường Cầu Mới" in page.text
    assert "từ 01/07/2026" in page.text
    [ward] = stored()
    assert ward.parent_id == house.world.city_id
    assert ward.kind == "ward"
    assert ward.old_names == ["Phường Cầu Cũ", "Xã Bến"]
    with transaction() as tx:
        entry = tx.execute(select(journal).where(journal.c.action == "ward.stated")).one()
    assert (entry.actor, entry.subject) == (house.officers.city.label, "99001")
    city = house.signed_in("city")
    assert "Phường Cầu Mới" in city.open("/dieu-hanh/can-bo/moi").text


def test_pressing_twice_makes_one_ward(house):
    make(house)
    again = make(house)

    assert again.status == 422
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"code": "00070"}, "code"),
        ({"code": "có dấu"}, "code"),
        ({"code": ""}, "code"),
        ({"name": "  "}, "name"),
        ({"name_en": "x" * 121}, "name_en"),
        ({"since_day": "31", "since_month": "2"}, "since_day"),
        ({"since_year": "0001"}, "since_day"),
        ({"old_names": ",".join(f"Xã {number}" for number in range(51))}, "old_names"),
    ],
)
def test_what_makes_no_ward_is_told_at_its_field_and_stays_typed(house, typed, field):
    page = make(house, **typed)

    assert page.status == 422
    assert f'href="#{field}"' in page.response.text
    assert page.offered()["old_names"] == (NEW | typed)["old_names"]
    assert len(stored((NEW | typed)["code"] or "99001")) <= 1
    assert not stored("99001")


def test_who_is_no_officer_of_the_city_finds_nothing(house):
    for name in ("ward", "school"):
        browser = house.signed_in(name)
        assert browser.ask("GET", FORM).status_code == 404
        assert browser.ask("GET", "/dieu-hanh/phuong-xa").status_code == 404
