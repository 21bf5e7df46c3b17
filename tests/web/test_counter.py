"""A family at the counter, as the officer's browser walks it."""

import pytest
from sqlalchemy import select

from enrol.store.db import transaction
from enrol.store.tables.registrations import registrations
from tests.objected import end_objections, publish_result
from tests.officers import register_child
from tests.web.conftest import sign_in
from tests.web.staff import build_house
from tests.world import add_child, set_phase

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


@pytest.fixture
def published(house, adapters):
    register_child(house.world, number=1, adapters=adapters)
    publish_result(house.world, house.officers)
    set_phase(house.world, "provisional")
    return house


SAID = {"ground": "facts", "words": "Tổ 16A, từ năm 2019.", "consent": "signed"}


def test_a_family_objects_at_the_counter_and_takes_the_number_home(published):
    browser = published.signed_in("other_school")
    page = find(browser, act="object")
    assert page.path == "/can-bo/quay/1/khieu-nai"

    receipt = browser.press(page, **SAID)

    assert receipt.path == "/can-bo/quay/khieu-nai/1"
    assert "KN-" in receipt.text
    assert SAID["words"] in receipt.text
    assert "Gia đình đã ký phiếu giấy" in receipt.text
    browser.open(receipt.path)
    published.signed_in("ward").open(receipt.path, expect=404)
    again = find(browser, act="object")
    assert "đang chờ trả lời" in again.text
    own = published.browser()
    sign_in(own)
    assert SAID["words"] in own.open("/gia-dinh/khieu-nai").text
    with transaction() as tx:
        code = tx.execute(select(registrations.c.code)).scalar_one()
    desk = published.signed_in("ward").open(f"/dieu-hanh/ho-so/{code}/khieu-nai/1")
    assert "Tiếp nhận tại quầy" in desk.text


def test_what_is_missing_of_an_objection_is_named_and_nothing_typed_is_lost(published):
    browser = published.signed_in("ward")
    page = find(browser, act="object")
    for name, words in [
        ("ground", "Chọn nội dung kiến nghị"),
        ("words", "Ghi theo lời gia đình điều chưa đúng"),
        ("consent", "Xin chọn cách gia đình đồng ý"),
    ]:
        answer = browser.send(page, **{**SAID, name: ""})
        assert answer.status_code == 422, name
        assert words in answer.text, name
        assert name == "words" or SAID["words"] in answer.text


def test_no_objection_before_the_result_or_without_finding_the_child(house, adapters):
    register_child(house.world, number=1, adapters=adapters)
    browser = house.signed_in("ward")
    browser.open("/can-bo/quay/1/khieu-nai", expect=404)
    browser.open("/can-bo/quay/1/lien-he", expect=404)
    assert "Chưa công bố kết quả" in find(browser, act="object").text


def test_an_objection_too_late_is_refused_with_its_words_kept(published):
    browser = published.signed_in("ward")
    page = find(browser, act="object")
    end_objections(published.world)
    answer = browser.send(page, **SAID)
    assert answer.status_code == 422
    assert "Kiến nghị chưa được gửi" in answer.text


def test_an_officer_corrects_a_telephone_number(house, adapters):
    register_child(house.world, number=1, adapters=adapters)
    browser = house.signed_in("other_ward")
    page = find(browser, act="contact")
    assert page.path == "/can-bo/quay/1/lien-he"
    assert page.offered()["phone"] == "0912 345 678"
    assert browser.send(page, phone="12").status_code == 422
    kept = browser.press(page, phone="0987654321", email="")
    assert kept.offered()["phone"] == "0987 654 321"
    assert "Từ nay liên hệ" in kept.text
