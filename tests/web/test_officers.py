"""Officers of wards and schools entered by the city: accounts, closing, one-time passwords."""

import re

import pytest
from sqlalchemy import select

from enrol.services import appointing, signing_in_staff, staffing
from enrol.services.appointing import Appointment
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.journal import journal
from tests.web.staff import build_house, sign_in

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

NEW = {"full_name": "Trần Thị Hoa", "email": "hoa@example.vn"}


@pytest.fixture
def house(app):
    return build_house(app)


def passwords(app):
    return app.extensions["enrol_adapters"].staff_passwords


def password_on(page):
    return re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4})+", page.text)[0]


def entries(action):
    with transaction() as tx:
        return tx.execute(select(journal).where(journal.c.action == action)).all()


def make(house, **typed):
    city = house.signed_in("city")
    page = city.open("/dieu-hanh/can-bo/moi")
    return city.press(page, **({**NEW, "role": "ward_officer", "unit_code": "00070"} | typed))


def test_a_new_ward_officer_signs_in_once_with_the_letter_and_chooses_a_password(house):
    letter = make(house)

    browser = house.browser()
    after = sign_in(browser, email="hoa@example.vn", password=password_on(letter))

    assert "mật khẩu" in after.text
    assert browser.ask("GET", house.intake).status_code == 303
    assert letter.response.headers["Cache-Control"] == "no-store"
    [entry] = entries("staff.appointed")
    assert entry.actor == house.officers.city.label
    assert "Hoa" not in str(entry.detail)
    assert password_on(letter) not in str(entry.detail)


def test_a_school_officer_gets_the_school(house):
    make(house, role="school_officer", unit_code="", school_code="S9")

    [one] = [
        account
        for account in staffing.accounts_of(actor=house.officers.city).accounts
        if account.email == "hoa@example.vn"
    ]
    assert one.places == [("school_officer", "Trường Tiểu học Số 9", "Primary School 9")]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"email": "city@example.vn"}, "đã có tài khoản"),
        ({"email": "hoa"}, "Địa chỉ thư điện tử không đúng"),
        ({"full_name": " "}, "Nhập họ và tên của cán bộ"),
        ({"unit_code": ""}, "Chọn phường"),
        ({"role": "school_officer", "school_code": "S99"}, "Không có trường"),
        ({"role": "city_officer"}, "Chọn cán bộ phường, xã hay cán bộ nhà trường"),
    ],
)
def test_what_makes_no_officer_comes_back_with_what_was_typed(house, typed, problem):
    page = make(house, **typed)

    assert page.response.status_code == 422
    assert problem in page.text
    kept = {**NEW, **typed}
    assert page.offered()["email"] == kept["email"]
    assert not entries("staff.appointed")


def test_nobody_makes_a_city_officer_or_takes_over_one(house, app):
    asked = Appointment("x@example.vn", "Người Lạ", "city_officer", "01", None)
    with pytest.raises(NotFound):
        appointing.appoint_below(
            appointment=asked, passwords=passwords(app), actor=house.officers.city
        )
    for act in (staffing.issue_password, staffing.close_account):
        with pytest.raises(NotFound):
            act(
                actor=house.officers.city,
                staff_id=house.officers.city_second.staff_id,
                reason="x",
                passwords=passwords(app),
            )


def test_a_ward_appoints_nobody(house, app):
    asked = Appointment("x@example.vn", "Người Lạ", "ward_officer", "00070", None)
    with pytest.raises(NotFound):
        appointing.appoint_below(
            appointment=asked, passwords=passwords(app), actor=house.officers.ward
        )
    with pytest.raises(NotFound):
        staffing.accounts_of(actor=house.officers.ward)


def test_a_closed_account_ends_its_sessions_and_a_new_password_opens_it(house):
    ward = house.signed_in("ward")
    ward_id = house.officers.ward.staff_id
    city = house.signed_in("city")
    page = city.open(f"/dieu-hanh/can-bo/{ward_id}/dong")
    assert city.press(page, reason=" ").response.status_code == 422

    city.press(page, reason="Đã chuyển công tác")

    assert ward.ask("GET", house.intake).status_code == 303
    assert signing_in_staff.officer_of(staff_id=ward_id) is None
    assert entries("staff.closed")[0].detail == {"reason": "Đã chuyển công tác"}
    letter = city.press(
        city.open(f"/dieu-hanh/can-bo/{ward_id}/mat-khau"), reason="Trở lại làm việc"
    )
    browser = house.browser()
    sign_in(browser, email="ward@example.vn", password=password_on(letter))
    with transaction() as tx:
        accounts = Staff.__table__.c
        query = select(accounts.active, accounts.must_change_password).where(accounts.id == ward_id)
        assert tuple(tx.execute(query).one()) == (True, True)


def test_pages_of_officers_follow_one_another_without_a_name_in_the_address(house, monkeypatch):
    monkeypatch.setattr(staffing, "PAGE", 2)
    city = house.signed_in("city")

    first = city.open("/dieu-hanh/can-bo")
    [further] = [link for link in first.links() if "sau=" in link]
    second = city.open(further)

    assert re.fullmatch(r"/dieu-hanh/can-bo\?sau=\d+", further)
    names = [f"{kind}@example.vn" for kind in ("school", "school2", "ward", "ward2")]
    assert [name in first.text for name in names] == [True, True, False, False]
    assert [name in second.text for name in names] == [False, False, True, True]
