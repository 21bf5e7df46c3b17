"""The city plans the move of a school on its pages, looks at it first, and takes it back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from enrol.services import moving_schools
from enrol.store.db import transaction
from enrol.store.tables.schools import school_moves
from tests.officers import civil_day
from tests.web.staff import build_house

PAGE = "/dieu-hanh/truong/chuyen"
FORM = f"{PAGE}/moi?phuong=00070"
DAY = civil_day(datetime.now(UTC) + timedelta(days=10))
SAID = {
    "school": "S1",
    "to": "00073",
    "on_day": str(DAY.day),
    "on_month": str(DAY.month),
    "on_year": str(DAY.year),
    "reason": "Điều chỉnh địa giới phường",
}


@pytest.fixture
def house(app):
    return build_house(app)


def stored():
    with transaction() as tx:
        return tx.execute(select(school_moves)).all()


def ward_elsewhere(house) -> str:
    desk = moving_schools.move_desk(actor=house.officers.city)
    return next(ward.code for ward in desk.wards if ward.code != "00070")


def test_a_move_is_looked_at_before_it_is_planned_and_can_be_taken_back(house):
    city = house.signed_in("city")
    said = SAID | {"to": ward_elsewhere(house)}
    look = city.press(city.open(FORM), **said)
    assert "Trường giữ nguyên" not in look.text
    assert DAY.strftime("%d/%m/%Y") in look.text
    assert not stored(), "looking plans nothing"

    page = city.press(look)
    assert page.path == PAGE
    assert "Điều chỉnh địa giới phường" in page.text
    [move] = stored()
    assert (move.moves_on, move.stated_by) == (DAY, house.officers.city.staff_id)

    again = city.press(city.press(city.open(FORM), **said))
    assert again.status == 422
    assert "Xin rút lại việc đó trước" in again.text
    assert len(stored()) == 1

    page = city.press(city.open(PAGE), action=f"{PAGE}/{move.id}/bo")
    assert "Đã rút lại" in page.text
    assert stored()[0].taken_back_by == house.officers.city.staff_id


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(house):
    city = house.signed_in("city")
    page = city.press(city.open(FORM), **(SAID | {"to": "", "on_year": "2020"}))
    assert page.status == 422
    assert "Xin chọn phường, xã chuyển đến" in page.text
    assert page.offered()["reason"] == SAID["reason"]
    assert page.offered()["school"] == "S1"
    page = city.press(city.open(FORM), **(SAID | {"to": ward_elsewhere(house), "on_year": "2020"}))
    assert page.status == 422
    assert "hôm nay hoặc muộn hơn" in page.text
    assert not stored()
