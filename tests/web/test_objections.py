"""A family objects page by page and reads the answer; the ward finds it in its inbox."""

import pytest
from sqlalchemy import insert

from enrol.core.actors import Family
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.objections import objections
from tests.objected import WORDS, end_objections, file_many, file_one, publish_result
from tests.officers import register_child
from tests.web.conftest import sign_in
from tests.web.staff import build_house
from tests.world import add_child, count_of

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

OWN = "/gia-dinh/khieu-nai"


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def code(house, adapters):
    made = register_child(house.world, number=1, adapters=adapters)
    publish_result(house.world, house.officers)
    return made


@pytest.fixture
def parent(house, code):
    browser = house.browser()
    sign_in(browser)
    return browser


@pytest.fixture
def family(code):
    return Family(child_id=1, secret_version=1)


def to_the_last_page(parent, *, ground="facts", words=WORDS):
    page = parent.press(parent.open(f"{OWN}/moi"), ground=ground)
    assert page.heading == "Điều gì chưa đúng?"
    return parent.press(page, words=words)


def test_a_family_objects_and_gets_its_number(parent):
    page = parent.open(OWN)
    assert f"{OWN}/moi" in page.links()

    page = to_the_last_page(parent)
    assert page.heading == "Kiểm tra kiến nghị"
    assert WORDS in page.text
    page = parent.press(page)

    assert page.path == OWN
    assert page.heading == "Đã nhận kiến nghị của gia đình"
    assert "-00070-000001" in page.text
    assert "Đang chờ trả lời" in page.text
    assert f"{OWN}/moi" not in page.links()


def test_the_way_leads_there_from_the_overview(parent):
    page = parent.open("/gia-dinh/")

    assert OWN in page.links()


def test_nothing_typed_is_lost_on_the_way(parent):
    page = to_the_last_page(parent, ground="zone")
    page = parent.press(page, go="words")
    assert page.offered()["words"] == WORDS
    page = parent.press(page, go="ground", words=WORDS + " Thêm.")
    assert page.offered()["ground"] == "zone"
    page = parent.press(parent.press(page, ground="other"))

    assert WORDS + " Thêm." in page.text
    assert "Việc khác" not in page.text
    in_english = parent.press(page, lang="en")
    assert in_english.heading == "Check your objection"
    assert WORDS in in_english.text
    assert count_of(objections) == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [("", "Xin viết điều gì chưa đúng"), ("x" * 2001, "2001 ký tự; tối đa là 2000")],
)
def test_bad_input_comes_back_with_a_message(parent, words, problem):
    page = parent.press(parent.open(f"{OWN}/moi"), ground="facts")
    page = parent.press(page, words=words)

    assert page.status == 422
    assert problem in page.text
    assert page.offered()["words"] == words
    assert page.offered()["ground"] == "facts"


def test_without_a_ground_the_first_page_asks_again(parent):
    page = parent.press(parent.open(f"{OWN}/moi"))

    assert (page.status, page.heading) == (422, "Quý phụ huynh kiến nghị về việc gì?")


def test_a_made_up_form_sends_nothing(parent):
    page = to_the_last_page(parent)

    page = parent.press(page, ground="weather")

    assert (page.status, page.heading) == (422, "Quý phụ huynh kiến nghị về việc gì?")
    assert count_of(objections) == 0


def test_pressed_twice_it_is_one(parent):
    page = to_the_last_page(parent)

    parent.press(page)
    again = parent.press(page)

    assert again.path == OWN
    assert count_of(objections) == 1


def test_after_the_days_nothing_can_be_sent_and_the_page_says_so(parent, house):
    page = to_the_last_page(parent)
    end_objections(house.world)

    page = parent.press(page)

    assert page.path == OWN
    assert "Thời gian nhận kiến nghị đã hết" in page.text
    assert count_of(objections) == 0


def test_before_publication_the_page_leads_to_the_overview(house, adapters):
    register_child(house.world, number=1, adapters=adapters)
    browser = house.browser()
    sign_in(browser)

    for address in (OWN, f"{OWN}/moi"):
        assert browser.follow(browser.ask("GET", address)).path == "/gia-dinh/"


def test_taking_it_back_asks_once_more(parent, family):
    file_one(family)
    page = parent.open(OWN)

    page = parent.press(page)
    assert page.status == 422
    assert "Xin đánh dấu vào ô" in page.text
    page = parent.press(page, sure="yes")

    assert page.path == OWN
    assert "Kiến nghị đã được rút." in page.text
    assert f"{OWN}/moi" in page.links()


def test_one_family_never_sees_anothers(parent, family, house, adapters):
    file_one(family)
    with_other = house.browser()
    add_child(house.world, number=2, secrets=adapters.secrets)
    sign_in(with_other, pupil_code="0000000002")

    page = with_other.open(OWN, expect=303)

    assert page.response.headers["Location"] == "/gia-dinh/"


def test_the_ward_answers_and_the_family_reads_it(parent, family, house, code):
    filed = file_one(family)
    ward = house.signed_in("ward")

    page = ward.open(f"{house.intake}/khieu-nai")
    assert filed.reference in page.text
    address = f"/dieu-hanh/ho-so/{code}/khieu-nai/{filed.objection_id}"
    assert address in page.links()
    page = ward.press(ward.open(address))
    assert page.status == 422
    assert "Xin chọn kết quả giải quyết" in page.text
    page = ward.press(page, outcome="rejected", reply="")
    assert "Xin viết lý do" in page.text
    assert page.offered()["outcome"] == "rejected"
    page = ward.press(page, reply="Đã kiểm tra với công an phường.")

    assert "Không chấp nhận" in page.text
    page = parent.open(OWN)
    assert "Đã kiểm tra với công an phường." in page.text
    assert "Không chấp nhận" in page.text


def test_the_second_officer_is_told_that_it_is_answered(family, house, code):
    filed = file_one(family)
    address = f"/dieu-hanh/ho-so/{code}/khieu-nai/{filed.objection_id}"
    ward, city = house.signed_in("ward"), house.signed_in("city")
    shown = city.open(address)
    ward.press(ward.open(address), outcome="upheld", reply="Gia đình đúng.")

    page = city.press(shown, outcome="rejected", reply="Không.")

    assert page.status == 422
    assert "Kiến nghị này vừa được trả lời" in page.text
    assert "Gia đình đúng." in page.text


def test_a_school_reads_and_does_not_answer(family, house, code):
    filed = file_one(family)
    school = house.signed_in("school")

    page = school.open(f"/nha-truong/ho-so/{code}")
    address = f"/nha-truong/ho-so/{code}/khieu-nai/{filed.objection_id}"
    assert address in page.links()
    page = school.open(address)

    assert WORDS in page.text
    assert not [form for form in page.tree.iter("form") if form.get("id") == "main-form"]
    token = school.open("/can-bo/mat-khau").offered()["csrf_token"]
    sent = {"csrf_token": token, "outcome": "upheld", "reply": "x", "change": "0"}
    assert school.ask("POST", address, data=sent).status_code == 404


def test_the_inbox_has_filters_and_pages(family, house):
    file_many(house.world, count=60)
    ward = house.signed_in("ward")

    page = ward.open(f"{house.intake}/khieu-nai?loc=all")
    [more] = [link for link in page.links() if "sau=" in link]
    rest = ward.open(more)

    assert len([link for link in page.links() if "/khieu-nai/" in link]) == 50
    assert len([link for link in rest.links() if "/khieu-nai/" in link]) == 10
    assert "Không có kiến nghị nào." in ward.open(f"{house.intake}/khieu-nai").text
    assert "Không có kiến nghị nào." in ward.open(f"{house.intake}/khieu-nai?loc=overdue").text
    ward.open(f"{house.intake}/khieu-nai?loc=anything", expect=404)
    ward.open(f"{house.intake}/khieu-nai?loc=all&sau=2026-99-99.x")


def test_what_a_family_writes_is_escaped_everywhere(family, house, code, parent):
    filed = file_one(family, words="<script>alert(1)</script> & <b>")
    ward = house.signed_in("ward")

    for browser, address in (
        (parent, OWN),
        (ward, f"/dieu-hanh/ho-so/{code}/khieu-nai/{filed.objection_id}"),
    ):
        page = browser.open(address)
        assert "<script>" not in page.response.text
        assert "<script>alert(1)</script> & <b>" in page.text


def test_pages_are_small(parent, family):
    for address in (OWN, f"{OWN}/moi"):
        assert parent.open(address).compressed_size <= 10_000


def test_what_it_changed_is_noted_later(family, house, code, parent):
    filed = file_one(family)
    address = f"/dieu-hanh/ho-so/{code}/khieu-nai/{filed.objection_id}"
    ward = house.signed_in("ward")
    page = ward.press(ward.open(address), outcome="upheld", reply="Gia đình đúng.")
    assert "Khi hồ sơ được sửa" in page.text
    with transaction() as tx:
        change = tx.execute(
            insert(journal)
            .values(
                actor="system",
                action="correction.made",
                intake_id=house.world.intake_id,
                subject=code,
            )
            .returning(journal.c.id)
        ).scalar_one()

    page = ward.press(ward.open(address))
    assert page.status == 422
    page = ward.press(page, change=str(change))

    assert not [form for form in page.tree.iter("form") if form.get("id") == "main-form"]
    assert "hồ sơ đã được sửa lúc" in parent.open(OWN).text
