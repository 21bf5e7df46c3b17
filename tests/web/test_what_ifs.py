"""The office's pages of tries: asked, watched, and read child by child without a name."""

import pytest
from sqlalchemy import func, select

from enrol.services import comparing, imagining
from enrol.store.db import transaction
from enrol.store.tables.rehearsals import what_ifs
from tests.officers import register_child
from tests.web.staff import build_house


@pytest.fixture
def house(app):
    return build_house(app)


def count():
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(what_ifs)).scalar_one()


def test_a_ward_tries_more_seats_and_reads_the_difference(house, adapters):
    codes = [
        register_child(house.world, number=n, adapters=adapters, wishes=("S1",))
        for n in range(1, 5)
    ]
    ward = house.signed_in("ward")

    page = ward.press(ward.open(f"{house.intake}/phuong-an/moi?tuyen=T00070"), seats_S1="3")
    assert "Đã tính 0 trên 1 tuyến" in page.text
    assert page.response.headers["Refresh"] == "5"
    comparing.compute_what_if(what_if_id=1)
    page = ward.open(f"{house.intake}/phuong-an/1")

    assert "Refresh" not in page.response.headers
    assert "1 hồ sơ thêm được nguyện vọng, 0 hồ sơ mất mọi nguyện vọng" in page.text
    assert "không phải số bốc thăm thật" in page.text
    assert sum(code in page.text for code in codes) == 1
    assert "Nguyễn Thị Đào" not in page.text
    assert "S1: 3" in ward.open(f"{house.intake}/phuong-an").text


def test_the_city_tries_other_rules_in_every_zone(house, adapters):
    register_child(house.world, number=1, adapters=adapters)
    city = house.signed_in("city")

    page = city.press(city.open(f"{house.intake}/phuong-an/moi?tuyen="), rules="nearest-school")
    comparing.compute_what_if(what_if_id=1)
    page = city.open(f"{house.intake}/phuong-an/1")

    assert page.heading == "Phương án 1: Mọi tuyến"
    assert "Ưu tiên trường gần nhất" in page.text
    assert "Thử chỉ tiêu hoặc quy tắc khác (bản thử)" in city.open(f"{house.intake}/nhat-ky").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Chưa có gì khác"),
        ({"seats_S1": "2"}, "Chưa có gì khác"),
        ({"seats_S1": "nhiều"}, "số nguyên"),
        ({"seats_S1": "5001"}, "số nguyên"),
        ({"rules": "none"}, "Chọn quy tắc"),
    ],
)
def test_what_cannot_be_tried_is_told(house, typed, said):
    city = house.signed_in("city")

    page = city.press(city.open(f"{house.intake}/phuong-an/moi?tuyen=T00070"), **typed)

    assert page.status == 422
    assert said in page.text
    assert count() == 0


def test_a_ward_finds_no_try_of_another_zone(house):
    imagining.ask_what_if(
        actor=house.officers.ward,
        intake_id=house.world.intake_id,
        zone="T00070",
        seats={"S1": 9},
        rules=None,
    )
    other = house.signed_in("other_ward")

    for path in ("1", "moi?tuyen=T00070", "moi"):
        response = other.ask("GET", f"{house.intake}/phuong-an/{path}")
        assert response.status_code == 404, path
    assert "Phương án 1" not in other.open(f"{house.intake}/phuong-an").text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_try_that_failed_says_so_and_stops_looking_again(house, monkeypatch, language):
    def unreadable(*_args, **_names):
        raise ValueError

    monkeypatch.setattr(comparing, "zone_list", unreadable)
    asked = imagining.ask_what_if(
        actor=house.officers.city,
        intake_id=house.world.intake_id,
        zone="T00070",
        seats={"S1": 9},
        rules=None,
    )
    city = house.signed_in("city")
    address = f"{house.intake}/phuong-an/{asked}?lang={language}"
    assert "Refresh" in city.open(address).response.headers
    comparing.compute_what_if(what_if_id=asked)

    page = city.open(address)

    assert ("Failed" if language == "en" else "Không thành") in page.text
    assert "Refresh" not in page.response.headers
    assert any("/phuong-an/moi?tuyen=T00070" in link for link in page.links())
