"""A family at the counter, as the officer's browser walks it."""

import pytest

from tests.officers import register_child
from tests.web.staff import build_house
from tests.world import add_child

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

BORN = {"birth_day": "17", "birth_month": "5", "birth_year": "2020"}
CONTACT = {
    "guardian_name": "Trần Văn Bình",
    "relation": "father",
    "phone": "0912 345 678",
    "consent": "spoken",
}


@pytest.fixture
def house(app):
    return build_house(app)


def find(browser, *, act="register", pupil_code="0000000001", **born):
    page = browser.open("/can-bo/quay")
    return browser.press(page, act=act, pupil_code=pupil_code, ward="00070", **(born or BORN))


def test_an_officer_registers_a_child_of_the_register(house, adapters):
    add_child(house.world, number=1, secrets=adapters.secrets)
    browser = house.signed_in("other_school")

    page = find(browser)
    assert page.path == "/can-bo/quay/1/00070/dang-ky"
    assert page.offered()["full_name"] == "Nguyễn Thị Đào 1"
    assert page.offered()["permanent_group"] == "16A"
    receipt = browser.press(page, wish_1="S1", wish_2="S2", consent="signed")

    assert receipt.path.startswith("/can-bo/quay/bien-nhan/AR")
    assert "Nguyễn Thị Đào 1" in receipt.text
    assert "Gia đình đã ký phiếu giấy" in receipt.text
    assert "0000000001" not in receipt.path
    again = find(browser)
    assert "đã được đăng ký" in again.text
    assert receipt.path.rpartition("/")[2] in again.text


def test_the_counter_prints_the_letter_that_families_fetch(house, adapters):
    add_child(house.world, number=1, secrets=adapters.secrets)
    browser = house.signed_in("ward")
    receipt = browser.press(find(browser), wish_1="S1", consent="signed")
    letter = f"{receipt.path}/pdf"
    assert letter in receipt.links()

    told = browser.ask("GET", letter)

    assert told.mimetype == "application/pdf"
    assert told.data.startswith(b"%PDF-")
    assert told.headers["Cache-Control"] == "no-store"
    house.signed_in("other_ward").open(letter, expect=404)


def test_a_child_outside_the_register_gets_code_and_secret_on_one_page(house):
    browser = house.signed_in("ward")

    page = find(browser, act="unlisted", pupil_code="")
    receipt = browser.press(
        page,
        full_name="Lê Thị An",
        sex="female",
        current_unit="00070",
        current_group="16a",
        current_address="3 phố Hàng Bài",
        wish_1="S2",
        **BORN,
        **CONTACT,
    )

    assert receipt.status == 200
    assert "TM0000" in receipt.text
    assert "Mã bí mật của gia đình" in receipt.text
    assert receipt.response.headers["Cache-Control"] == "no-store"


def test_what_was_typed_stays_when_something_is_missing(house, adapters):
    add_child(house.world, number=1, secrets=adapters.secrets)
    browser = house.signed_in("ward")
    page = find(browser)

    wrong = browser.press(page, wish_1="", phone="12", guardian_name="Lê Văn Tám", consent="signed")

    assert wrong.status == 422
    assert wrong.offered()["guardian_name"] == "Lê Văn Tám"
    assert wrong.offered()["phone"] == "12"
    assert "Xin chọn ít nhất một trường" in wrong.text


def test_a_child_of_the_same_name_is_shown_before_it_is_doubled(house, adapters):
    code = register_child(house.world, number=1, adapters=adapters)
    browser = house.signed_in("city")
    page = find(browser, act="unlisted", pupil_code="")
    typed = {
        "full_name": "nguyen thi dao 1",
        "sex": "female",
        "current_address": "3 phố Hàng Bài",
        "wish_1": "S2",
        **BORN,
        **CONTACT,
    }

    asked = browser.press(page, **typed)
    assert asked.status == 422
    assert code in asked.text

    receipt = browser.press(asked, is_another="yes")
    assert "TM0000" in receipt.text


def test_a_wrong_date_of_birth_opens_nothing(house, adapters):
    add_child(house.world, number=1, secrets=adapters.secrets)
    browser = house.signed_in("ward")

    page = find(browser, birth_day="18", birth_month="5", birth_year="2020")

    assert page.status == 422
    assert "không khớp" in page.text
    assert "Nguyễn Thị Đào" not in page.text
    browser.open("/can-bo/quay/1/00070/dang-ky", expect=404)


def test_guessing_birth_dates_is_stopped(house, adapters):
    add_child(house.world, number=1, secrets=adapters.secrets)
    browser = house.signed_in("ward")
    page = browser.open("/can-bo/quay")
    sent = {"act": "register", "pupil_code": "0000000001", "ward": "00070"}

    answers = [
        browser.send(page, **sent, birth_day=str(day), birth_month="4", birth_year="2020")
        for day in range(1, 12)
    ]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_a_new_secret_is_shown_once_and_never_stored(house, adapters):
    add_child(house.world, number=1, secrets=adapters.secrets)
    browser = house.signed_in("school")
    page = find(browser, act="reset")
    assert page.path == "/can-bo/quay/1/00070/ma-bi-mat"

    empty = browser.press(page, reason=" ")
    assert empty.status == 422
    letter = browser.press(empty, reason="Mất giấy, đã xem căn cước")

    assert letter.status == 200
    assert "Mã bí mật mới" in letter.text
    assert letter.response.headers["Cache-Control"] == "no-store"
    browser.open("/can-bo/quay/1/00070/ma-bi-mat", expect=404)


def test_two_families_at_one_desk_are_not_mixed_up(house, adapters):
    for number in (1, 2):
        add_child(house.world, number=number, secrets=adapters.secrets)
    browser = house.signed_in("ward")

    first = find(browser)
    second = find(browser, pupil_code="0000000002")
    receipts = [browser.press(page, wish_1="S1", consent="signed") for page in (first, second)]

    assert ["Nguyễn Thị Đào 1" in page.text for page in receipts] == [True, False]
    assert ["Nguyễn Thị Đào 2" in page.text for page in receipts] == [False, True]
