"""The button that moves a residential group: numbers by hand, before and after the press."""

import pytest
from sqlalchemy import select

from enrol.store.db import transaction
from enrol.store.tables.registrations import registrations
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, zones
from tests.officers import register_child
from tests.web.staff import build_house

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

TO = "T00103"


@pytest.fixture
def house(app, adapters):
    """Two files of group 16A: one wishes S1 then S2, the other S3. S9 alone lies in T00103."""
    made = build_house(app)
    register_child(made.world, number=1, adapters=adapters, wishes=("S1", "S2"))
    register_child(made.world, number=2, adapters=adapters, wishes=("S3",))
    return made


def preview(house, browser):
    return browser.open(f"{house.intake}/tuyen/to/{house.world.group_id}?zone={TO}")


def zone_of_group(house):
    with transaction() as tx:
        query = (
            select(zones.c.code)
            .join(residential_groups, residential_groups.c.zone_id == zones.c.id)
            .where(residential_groups.c.id == house.world.group_id)
        )
        return tx.execute(query).scalar_one()


def wishes():
    with transaction() as tx:
        names = {row[0]: row[1] for row in tx.execute(select(schools.c.id, schools.c.code))}
        query = select(registrations.c.status, registrations.c.wishes).order_by(registrations.c.id)
        return [(status, [names[one] for one in ranked]) for status, ranked in tx.execute(query)]


def test_the_page_says_the_numbers_and_the_button_does_just_that(house):
    city = house.signed_in("city")
    page = preview(house, city)
    assert "2 hồ sơ chuyển sang tuyến T00103." in page.text
    assert "Trong đó 2 hồ sơ không còn trường nào" in page.text
    table = page.text.split("Nguyện vọng của các hồ sơ phải chuyển")[-1]
    for line in ("S1 Trường Tiểu học Số 1 1 0", "S3 Trường Tiểu học Số 3 1 0", "Số 9 0 2"):
        assert line in table

    done = city.press(page, reason="Quyết định của phường")

    assert "Đã chuyển tổ dân phố" in done.text
    assert zone_of_group(house) == TO
    assert wishes() == [("needs_info", ["S9"]), ("needs_info", ["S9"])]


def test_without_a_reason_nothing_moves_and_the_words_to_families_stay(house):
    city = house.signed_in("city")

    again = city.press(preview(house, city), reason=" ", message="Xin chọn lại trường.")

    assert again.response.status_code == 422
    assert again.offered()["message"] == "Xin chọn lại trường."
    assert zone_of_group(house) == "T00070"


def test_a_file_that_came_meanwhile_shows_new_numbers_and_moves_nothing(house, adapters):
    city = house.signed_in("city")
    page = preview(house, city)
    register_child(house.world, number=3, adapters=adapters)

    again = city.press(page, reason="Quyết định của phường")

    assert again.response.status_code == 422
    assert "3 hồ sơ chuyển sang tuyến T00103." in again.text
    assert zone_of_group(house) == "T00070"
    city.press(again, reason="Quyết định của phường")
    assert zone_of_group(house) == TO


def test_a_ward_cannot_give_its_group_to_another_ward(house):
    page = house.signed_in("ward").ask(
        "GET", f"{house.intake}/tuyen/to/{house.world.group_id}?zone={TO}"
    )

    assert page.status_code == 404
