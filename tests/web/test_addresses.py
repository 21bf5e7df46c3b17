"""From an address to zone and schools, and the page of each school: nothing asked twice."""

import json

import pytest
from sqlalchemy import event, update

from enrol.services.locating import current_places
from enrol.store.db import db, transaction
from enrol.store.tables.units import units
from tests.officers import add_elsewhere


@pytest.fixture
def ground(world):
    """The first ward has old names and a ground around its group."""
    square = [[105.84, 21.02], [105.86, 21.02], [105.86, 21.04], [105.84, 21.04], [105.84, 21.02]]
    with transaction() as tx:
        tx.execute(
            update(units)
            .where(units.c.code == "00070")
            .values(
                old_names=["Hàng Bạc", "Cống Vị"],
                boundary={"type": "Polygon", "coordinates": [square]},
            )
        )
    add_elsewhere(world)
    return world


@pytest.mark.parametrize(
    "name", ["Hoàn Kiếm", "hoan kiem", "phuong hoan kiem", "cong vi", "HÀNG BẠC"]
)
def test_a_ward_is_found_by_its_name_of_today_or_before(browser, ground, name):
    page = browser.open(f"/tim-truong?q={name}")

    assert "Tổ dân phố" in page.text
    assert "16A" in page.text


def test_several_wards_are_offered_and_none_is_said(browser, ground):
    several = browser.open("/tim-truong?q=phuong")
    none = browser.open("/tim-truong?q=không có đâu")

    assert "Phường Hoàn Kiếm" in several.text
    assert "Phường Tây Hồ" in several.text
    assert "Không có phường" in none.text


def test_a_residential_group_leads_to_its_zone_and_schools(browser, ground):
    page = browser.open("/tim-truong?phuong=00070&to=16A")

    assert "Tuyến T00070" in page.text
    assert "Trường Tiểu học Số 1" in page.text
    assert "Số 9" not in page.text


def test_a_point_leads_to_ward_group_zone_and_schools(browser, ground):
    page = browser.open("/tim-truong")
    page = browser.press(page, action="/tim-truong", point="21.0301, 105.8502")

    assert "Vị trí thuộc Phường Hoàn Kiếm" in page.text
    assert "tổ 16A" in page.text
    assert "Trường Tiểu học Số 1" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "21.0301" not in page.address


def test_a_point_far_away_or_none_at_all_is_said_and_kept(browser, ground):
    page = browser.open("/tim-truong")
    far = browser.press(page, action="/tim-truong", point="10.77, 106.69")
    wrong = browser.press(page, action="/tim-truong", point="nhà tôi", expect=422)

    assert "Không có tổ dân phố nào" in far.text
    assert "hai số" in wrong.text
    assert wrong.offered()["point"] == "nhà tôi"


def test_a_school_has_its_four_clear_things(browser, ground):
    page = browser.open("/truong-hoc/S1")

    for words in ("1. Rõ tuyến", "2. Rõ chỉ tiêu", "3. Rõ thời gian", "4. Rõ trách nhiệm"):
        assert words in page.text
    assert "16A" in page.text
    assert "UBND Phường Hoàn Kiếm" in page.text
    assert "Phiên bản" in page.text
    assert browser.ask("GET", "/truong-hoc/S404").status_code == 404


def test_the_procedure_says_that_nothing_costs_anything(browser, ground):
    page = browser.open("/thu-tuc")

    assert "Không thu." in page.text
    assert "Cách khiếu nại" in page.text


def test_the_pages_ask_the_database_for_nothing_that_is_kept(app, browser, ground, monkeypatch):
    for path in ("/tim-truong", "/truong-hoc/S1"):
        browser.open(path)
    asked = []
    listener = lambda *arguments: asked.append(arguments[2])  # noqa: E731
    monkeypatch.setattr(app, "testing", False)  # then what is kept is kept
    browser.ask("GET", "/truong-hoc/S1")
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        for path in (
            "/truong-hoc/S1",
            "/truong-hoc/S2",
            "/tim-truong?q=hoan",
            "/tim-truong?phuong=00070&to=16A",
            "/thu-tuc",
        ):
            assert browser.ask("GET", path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
        for name in ("places", "map", "notice", "figures"):
            kept = app.extensions[f"enrol_public_{name}"]
            kept.forget() if hasattr(kept, "forget") else setattr(kept, "_held", None)

    assert asked == []


@pytest.mark.parametrize("path", ["/tim-truong", "/truong-hoc/S1"])
def test_without_an_announced_intake_nothing_breaks(browser, app, path):
    assert browser.ask("GET", path).status_code in (200, 404)


def test_the_nearest_group_comes_first(ground):
    places = current_places()

    near = places.near(latitude=21.03, longitude=105.85)

    assert [one.metres for one in near] == sorted(one.metres for one in near)
    assert places.near(latitude=0, longitude=0) == []


def test_a_school_page_in_english_names_things_in_english(browser, ground):
    page = browser.open("/truong-hoc/S1?lang=en")

    assert "1. Clear zone" in page.text
    assert "Zone T00070" in page.text
    assert json.dumps(page.title)
