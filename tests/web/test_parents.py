"""Families' pages, from the two codes of the letter to the receipt in the hand."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from enrol.core.codes import is_code
from enrol.services import preparing
from enrol.store.db import transaction
from enrol.store.tables.children import children, family_secrets
from enrol.store.tables.registrations import drafts, registrations, submissions
from tests.web.browser import Browser, Page
from tests.web.conftest import sign_in
from tests.world import SECRET, add_child, count_of, move_window, prepare, set_phase

HOME = "/gia-dinh/"
SIGN_IN = "/gia-dinh/dang-nhap"
CHECK = "/gia-dinh/gui-ho-so"
RECEIPT = "/gia-dinh/bien-nhan"
QUESTION = "/gia-dinh/dang-ky/"


def begin(parent: Browser) -> Page:
    return parent.press(parent.open(HOME), action="/gia-dinh/bat-dau")


def wish(parent: Browser, *schools: str) -> Page:
    page = parent.open(QUESTION + "nguyen-vong")
    ranked = dict.fromkeys(("wish_1", "wish_2", "wish_3"), "")
    ranked.update({f"wish_{rank}": code for rank, code in enumerate(schools, 1)})
    return parent.press(page, **ranked)


def register(parent: Browser, *schools: str) -> Page:
    begin(parent)
    return parent.press(wish(parent, *(schools or ("S2", "S1"))))


def draft(family) -> dict:
    with transaction() as tx:
        query = select(drafts.c.answers).where(drafts.c.child_id == family.child_id)
        found = tx.execute(query).scalar_one_or_none()
    return dict(found or {})


# Signing in


@pytest.mark.parametrize(
    ("pupil_code", "secret"),
    [
        ("0000000001", SECRET),
        (" 00000 00001 ", "0123 4567 89ab cdef"),
        ("0000000001", "o123-4567-89ab-cdef"),
    ],
)
def test_both_codes_may_be_typed_in_any_usual_way(browser, family, pupil_code, secret):
    page = browser.press(browser.open(SIGN_IN), pupil_code=pupil_code, secret=secret)

    assert page.path == HOME
    assert page.heading == "Nguyễn Thị Đào 1"


def test_a_wrong_code_and_a_wrong_secret_get_the_same_answer(browser, family):
    wrong_secret = browser.press(
        browser.open(SIGN_IN), pupil_code="0000000001", secret="9999-9999-9999-9999"
    )
    wrong_code = browser.press(browser.open(SIGN_IN), pupil_code="0000000009", secret=SECRET)

    assert wrong_secret.status == wrong_code.status == 422
    assert wrong_secret.text == wrong_code.text
    assert wrong_secret.title.startswith("Lỗi: ")
    assert wrong_secret.offered()["pupil_code"] == "0000000001"


def test_many_wrong_secrets_let_a_code_rest_but_never_keep_its_family_out(
    browser, family, world, adapters
):
    add_child(world, number=2, secrets=adapters.secrets)
    for _attempt in range(10):
        page = browser.press(browser.open(SIGN_IN), pupil_code="0000000001", secret="wrong")
        assert page.status == 422

    response = browser.send(browser.open(SIGN_IN), pupil_code="0000000001", secret="wrong")

    assert response.status_code == 429
    assert "Retry-After" in response.headers
    sign_in(browser, pupil_code="0000000002")
    sign_in(browser, pupil_code="0000000001")


def test_signing_in_rightly_never_counts_as_a_guess(browser, family):
    for _time in range(12):
        sign_in(browser)


def test_a_new_secret_ends_the_session_everywhere(parent, family):
    with transaction() as tx:
        tx.execute(
            update(family_secrets)
            .where(family_secrets.c.child_id == family.child_id)
            .values(version=2)
        )

    page = parent.follow(parent.ask("GET", HOME))

    assert page.path.startswith(SIGN_IN)
    assert "phiên làm việc đã kết thúc" in page.text


def test_signing_out_closes_the_desk(parent):
    page = parent.press(parent.open(HOME), action="/gia-dinh/thoat")

    assert page.path.startswith(SIGN_IN)
    assert parent.ask("GET", HOME).status_code == 303


# Preparing


def test_what_the_register_knows_need_not_be_typed(parent, family):
    known = begin(parent)

    assert known.path == "/gia-dinh/thong-tin"
    assert "17/05/2020" in known.text
    assert "12 phố Hàng Bài, tổ 16A, Phường Hoàn Kiếm" in known.text
    assert "0912 345 678" in known.text
    page = parent.follow(parent.ask("GET", "/gia-dinh/tiep-tuc"))
    assert page.path == QUESTION + "nguyen-vong"
    assert draft(family)["current"] == {"same_as": "permanent"}


def test_looking_at_pages_writes_nothing(parent, family):
    for page in ("", "thong-tin", "gui-ho-so", "dang-ky/hoc-sinh", "dang-ky/nguyen-vong"):
        parent.open(HOME + page)

    assert draft(family) == {}
    assert preparing.open_desk(actor=family).submission_key is None


@pytest.mark.parametrize(
    ("day", "month", "year"), [("5", "1", "2020"), ("05", "01", "2020"), ("５", "tháng 1", "2020 ")]
)
def test_a_birth_date_may_be_typed_in_any_usual_way(parent, family, day, month, year):
    page = parent.open(QUESTION + "hoc-sinh")

    page = parent.press(page, birth_day=day, birth_month=month, birth_year=year)

    assert page.path != QUESTION + "hoc-sinh"
    assert draft(family)["child"]["birth_on"] == "2020-01-05"


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [("29", "2", "2019"), ("17", "13", "2020"), ("17", "5", "20"), ("x", "5", "2020"),
     ("", "5", "2020"), ("1", "1", "1066")],
)  # fmt: skip
def test_a_day_that_does_not_exist_is_told_and_nothing_is_guessed(parent, family, day, month, year):
    page = parent.open(QUESTION + "hoc-sinh")

    page = parent.press(
        page, full_name="Lê Văn Tám", birth_day=day, birth_month=month, birth_year=year
    )

    assert page.status == 422
    assert page.title.startswith("Lỗi: ")
    assert page.offered()["full_name"] == "Lê Văn Tám"
    assert page.offered()["birth_day"] == day
    assert draft(family) == {}


def test_names_are_kept_whole_and_cleaned_of_what_cannot_be_seen(parent, family):
    page = parent.open(QUESTION + "hoc-sinh")

    parent.press(page, full_name="  Y\u200b  H\u2019\u202eBia\tE\u0302ban ")

    assert draft(family)["child"]["full_name"] == "Y H\u2019Bia Êban"


@pytest.mark.parametrize(
    ("name", "is_kept"), [("Đ" * 200, True), ("Đ" * 201, False), ("123", False)]
)
def test_long_names_are_kept_up_to_two_hundred_characters(parent, family, name, is_kept):
    page = parent.press(parent.open(QUESTION + "hoc-sinh"), full_name=name)

    assert (page.status == 422) is not is_kept
    assert bool(draft(family)) is is_kept


def test_what_is_typed_cannot_become_markup(parent, family):
    begin(parent)

    page = parent.press(
        parent.open(QUESTION + "hoc-sinh"), full_name='<b onclick="x">An</b>"><script>'
    )

    assert draft(family)["child"]["full_name"] == '<b onclick="x">An</b>"><script>'
    page = parent.open(CHECK)
    assert '<b onclick="x">An</b>"><script>' in page.text


def test_telephones_are_taken_as_people_write_them(parent, family):
    page = parent.open(QUESTION + "lien-he")

    parent.press(page, phone="(+84) 98.765.43.21", email="me@example.com")

    assert draft(family)["contact"]["phone"] == "+84987654321"
    page = parent.press(parent.open(QUESTION + "lien-he"), phone="12345")
    assert page.status == 422
    assert page.offered()["phone"] == "12345"


def test_moving_to_another_group_asks_ward_then_group_and_drops_wishes_of_the_old_zone(
    parent, family
):
    begin(parent)
    wish(parent, "S1")
    page = parent.press(parent.open(QUESTION + "thuong-tru"), choice="other")
    assert page.path == QUESTION + "thuong-tru/phuong"

    page = parent.press(page, choice="00070")
    page = parent.press(page, group="VP4", address="Số 5 ngõ 2")

    assert draft(family)["permanent"] == {"unit": "00070", "group": "VP4", "address": "Số 5 ngõ 2"}
    assert not draft(family)["wishes"]
    assert page.path == QUESTION + "nguyen-vong"


def test_a_group_that_is_not_in_the_list_can_be_stated(parent, family):
    begin(parent)
    page = parent.open(QUESTION + "tam-tru/to?ward=00070")

    parent.press(page, group="?", address="Nhà trọ số 9")

    assert draft(family)["temporary"] == {"unit": "00070", "group": None, "address": "Nhà trọ số 9"}
    assert "tổ chưa có trong danh sách" in parent.open(CHECK).text


def test_a_made_up_ward_or_group_is_not_taken(parent, family):
    assert parent.ask("GET", QUESTION + "noi-o/to?ward=99999").status_code == 303
    page = parent.press(parent.open(QUESTION + "noi-o/to?ward=00070"), group="XXL", address="Số 1")
    assert page.status == 422
    assert draft(family) == {}


def test_living_in_two_zones_asks_which_one_counts(parent, family):
    begin(parent)
    page = parent.open(QUESTION + "noi-o/to?ward=00070")

    page = parent.press(page, group="VP4", address="Số 5")

    assert page.path == QUESTION + "tuyen"
    assert "Tuyến T00070" in page.text
    assert "Tuyến T00071" in page.text
    page = parent.press(page, choice="T00070")
    page = parent.press(page, wish_1="S3")
    assert draft(family)["zone"] == "T00070"


def test_wishes_are_ranked_without_repetition_and_gaps_are_closed(parent, family):
    begin(parent)
    page = parent.open(QUESTION + "nguyen-vong")

    twice = parent.press(page, wish_1="S1", wish_2="S1")
    assert twice.status == 422
    assert "Trường này đã có ở nguyện vọng trên" in twice.text
    assert twice.offered()["wish_2"] == "S1"
    none = parent.press(page, wish_1="", wish_2="")
    assert none.status == 422
    foreign = parent.press(page, wish_1="S9")
    assert foreign.status == 422
    assert "wishes" not in draft(family)

    parent.press(page, wish_1="S3", wish_2="", wish_3="S1")
    assert draft(family)["wishes"] == ["S3", "S1"]


def test_the_language_switch_keeps_the_page_and_what_was_typed(parent, family):
    page = parent.open(QUESTION + "hoc-sinh")

    english = parent.press(page, full_name="Chưa Gửi", birth_day="31", birth_month="2", lang="en")

    assert english.language == "en"
    assert english.heading == "Your child"
    assert english.offered()["full_name"] == "Chưa Gửi"
    assert not english.title.startswith("Error")
    assert draft(family) == {}
    assert parent.open(HOME).language == "en"


def test_the_enter_key_presses_the_pages_own_button(parent):
    page = parent.open(QUESTION + "hoc-sinh")

    buttons = [b for b in page.tree.iter("button") if b.get("form", "main-form") == "main-form"]

    assert buttons[0].get("name") is None


# Sending


def test_a_receipt_in_the_hand(parent, family):
    page = register(parent, "S2", "S1")

    assert page.path == RECEIPT
    code = page.tree.find(".//p[@class='panel-code code']").text
    assert is_code(code)
    assert "Quý phụ huynh không cần nộp lại" in page.text
    assert "Trường Tiểu học Số 2" in page.text
    assert parent.open(RECEIPT).text == page.text
    assert count_of(registrations) == 1


def test_the_letter_says_what_the_page_says_and_is_the_same_each_time(parent, family):
    page = register(parent)
    code = page.tree.find(".//p[@class='panel-code code']").text

    letter = parent.open(RECEIPT + ".pdf")
    again = parent.open(RECEIPT + ".pdf")

    assert letter.response.mimetype == "application/pdf"
    assert letter.response.data == again.response.data
    assert len(letter.response.data) < 60_000
    text = PdfReader(BytesIO(letter.response.data)).pages[0].extract_text()
    assert code in text
    assert "Nguyễn Thị Đào 1" in text
    assert SECRET not in text


def test_pressing_twice_gives_the_same_receipt_and_one_registration(parent, family):
    begin(parent)
    page = wish(parent, "S1")

    first = parent.send(page)
    second = parent.send(page)

    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"] == RECEIPT
    assert count_of(registrations) == 1
    assert count_of(submissions) == 1


def test_a_retry_after_the_end_still_leads_to_the_receipt(parent, family, world):
    begin(parent)
    page = wish(parent, "S1")
    parent.send(page)

    set_phase(world, "closed")

    assert parent.follow(parent.send(page)).path == RECEIPT


def test_a_change_counts_only_when_it_is_sent(parent, family):
    register(parent, "S1")
    page = wish(parent, "S3", "S2")

    assert "vẫn giữ nguyên như đã gửi" in page.text
    assert "Trường Tiểu học Số 1" in parent.open(RECEIPT).text
    page = parent.press(page)
    assert page.path == RECEIPT
    assert "Đây là lần gửi thứ 2" in page.text
    assert count_of(registrations) == 1


def test_a_page_drawn_before_a_change_on_another_phone_is_shown_again(parent, family):
    begin(parent)
    old = wish(parent, "S1")
    parent.press(old)
    parent.press(wish(parent, "S2"))
    fresh = parent.open(CHECK).offered()["submission_key"]

    page = parent.press(old, submission_key="00000000-0000-4000-8000-000000000000")

    assert page.status == 422
    assert "có thể trên một thiết bị khác" in page.text
    assert page.offered()["submission_key"] == fresh
    assert count_of(submissions) == 2


def test_withdrawing_asks_once_more_and_a_new_registration_is_possible(parent, family):
    register(parent)
    page = parent.open("/gia-dinh/rut-ho-so")
    assert count_of(registrations, registrations.c.status == "withdrawn") == 0

    page = parent.press(page)

    assert page.path.startswith(HOME)
    assert "Hồ sơ đã được rút" in page.text
    assert count_of(registrations, registrations.c.status == "withdrawn") == 1
    assert parent.ask("GET", RECEIPT).status_code == 303
    assert parent.press(wish(parent, "S1")).path == RECEIPT


def test_an_unfinished_draft_shows_what_is_missing_and_has_no_button(parent, family):
    begin(parent)

    page = parent.open(CHECK)

    assert "Chưa trả lời" in page.text
    assert "Gửi hồ sơ đăng ký" not in page.text


def test_a_child_of_another_age_is_told_what_to_do(parent, family):
    begin(parent)
    wish(parent, "S1")
    parent.press(parent.open(QUESTION + "hoc-sinh"), birth_year="2019")

    page = parent.open(CHECK)

    assert "trẻ sinh từ 01/01/2020 đến 31/12/2020" in page.text
    assert "Gửi hồ sơ đăng ký" not in page.text


def test_an_odd_personal_number_is_a_doubt_and_no_refusal(parent, family):
    begin(parent)
    wish(parent, "S1")
    parent.press(parent.open(QUESTION + "hoc-sinh"), personal_id="901 220 123 456")

    page = parent.open(CHECK)

    assert draft(family)["child"]["personal_id"] == "901220123456"
    assert "số này chưa khớp" in page.text
    assert parent.press(page).path == RECEIPT


# The window


def test_before_the_opening_everything_can_be_prepared_and_nothing_sent(parent, family, world):
    opens_at = datetime.now(UTC) + timedelta(days=2)
    move_window(world, opens_at=opens_at, closes_at=opens_at + timedelta(days=3))
    begin(parent)

    page = wish(parent, "S1")

    assert page.path == CHECK
    assert "Mọi thứ đã sẵn sàng" in page.text
    assert "Gửi hồ sơ đăng ký" not in page.text
    assert count_of(registrations) == 0


def test_pressing_a_moment_too_early_or_too_late_says_so_and_keeps_everything(
    parent, family, world
):
    begin(parent)
    page = wish(parent, "S1")
    now = datetime.now(UTC)

    move_window(world, opens_at=now + timedelta(minutes=1), closes_at=now + timedelta(days=1))
    early = parent.press(page)
    move_window(world, opens_at=now - timedelta(days=1), closes_at=now - timedelta(seconds=1))
    late = parent.press(page)

    assert early.status == late.status == 409
    assert early.heading == "Chưa đến thời gian đăng ký"
    assert late.heading == "Đã hết hạn đăng ký"
    assert count_of(registrations) == 0
    assert draft(family)["wishes"] == ["S1"]


def test_after_the_end_a_family_without_registration_is_told_where_to_go(parent, family, world):
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))

    page = parent.open(HOME)

    assert "Đã hết hạn đăng ký" in page.text
    assert "Học sinh vẫn có chỗ học" in page.text
    assert parent.ask("GET", QUESTION + "hoc-sinh").status_code == 303


@pytest.mark.parametrize(
    ("status", "words"),
    [("verifying", "đang xác minh"), ("needs_info", "Cần bổ sung"), ("eligible", "hợp lệ"),
     ("ineligible", "Không đủ điều kiện")],
)  # fmt: skip
def test_the_home_page_tells_where_a_registration_stands(parent, family, status, words):
    register(parent)
    with transaction() as tx:
        tx.execute(update(registrations).values(status=status))

    page = parent.open(HOME)

    assert words in page.text
    assert page.tree.find(".//ol[@class='timeline']") is not None


def test_a_published_result_is_one_press_away(parent, family, world, adapters):
    page = register(parent)
    code = page.tree.find(".//p[@class='panel-code code']").text
    assert not any("/ket-qua/" in link for link in parent.open(HOME).links())

    set_phase(world, "provisional")

    token = adapters.secrets.result_token(code=code)
    assert f"/ket-qua/{token}" in parent.open(HOME).links()


# Without a code


def ask_code(browser: Browser, **changes: str) -> Page:
    return browser.press(
        browser.open("/gia-dinh/xin-ma"),
        **{
            "full_name": "Phạm Gia Hân",
            "birth_day": "3",
            "birth_month": "9",
            "birth_year": "2020",
            "sex": "female",
            "guardian_name": "Phạm Văn Nam",
            "relation": "father",
            "phone": "0987 654 321",
            **changes,
        },
    )


def test_a_child_outside_the_register_gets_codes_once_and_can_be_registered(browser, world):
    page = ask_code(browser)
    assert page.path == "/gia-dinh/ma-moi"
    pupil_code, secret = [p.text for p in page.tree.iterfind(".//p[@class='panel-code code']")]
    assert re.fullmatch(r"TM\d{8}", pupil_code)
    page = browser.press(page)
    assert page.path == HOME
    assert secret not in browser.follow(browser.ask("GET", "/gia-dinh/ma-moi")).text

    page = browser.press(page, action="/gia-dinh/bat-dau")
    assert page.path == QUESTION + "thuong-tru"
    page = browser.press(page, choice="other")
    page = browser.press(page, choice="00070")
    page = browser.press(page, group="16A", address="Số 1")
    assert page.path == QUESTION + "tam-tru"
    page = browser.press(page, choice="none")
    assert page.path == QUESTION + "noi-o"
    page = browser.press(page, choice="permanent")
    assert page.path == QUESTION + "anh-chi"
    page = browser.press(page, choice="none")
    assert page.path == QUESTION + "nguyen-vong"
    page = browser.press(page, wish_1="S1")
    page = browser.press(page)

    assert page.path == RECEIPT
    assert "đang xác minh" in page.text
    again = Browser(browser.client.application.test_client())
    sign_in(again, pupil_code=pupil_code, secret=secret)


def test_asking_for_codes_keeps_what_was_typed_when_something_is_wrong(browser, world):
    page = ask_code(browser, phone="123")

    assert page.status == 422
    assert page.offered()["full_name"] == "Phạm Gia Hân"
    assert page.offered()["sex"] == "female"
    assert count_of(children) == 0


def test_one_telephone_number_gets_a_few_codes_a_day(browser, world):
    for _child in range(5):
        assert ask_code(browser, phone="0912 000 111").path == "/gia-dinh/ma-moi"

    page = browser.open("/gia-dinh/xin-ma")
    values = {**page.offered(), "phone": "0912000111"}
    response = browser.ask("POST", "/gia-dinh/xin-ma", data=values)

    assert response.status_code == 429
    assert count_of(children) == 5


def test_two_families_never_see_each_other(parent, family, world, adapters, app):
    other_family = add_child(world, number=2, secrets=adapters.secrets)
    register(parent)
    other = Browser(app.test_client())
    sign_in(other, pupil_code="0000000002")

    prepare(world, other_family)
    page = other.open(HOME)

    assert "Nguyễn Thị Đào 1" not in page.text
    assert other.ask("GET", RECEIPT).status_code == 303
