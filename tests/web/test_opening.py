"""“Submit it for me”, as a family meets it: before the opening, while it is done, and after."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from enrol.services import opening
from enrol.store.db import transaction
from enrol.store.tables.registrations import drafts, registrations
from tests.world import add_child, build_world, count_of, move_window, prepare

HOME = "/gia-dinh/"
CHECK = "/gia-dinh/gui-ho-so"
TICKED = "Hệ thống sẽ gửi hồ sơ giúp Quý phụ huynh khi mở đăng ký"


@pytest.fixture
def world(app):
    return build_world(opens_in=timedelta(hours=1))


@pytest.fixture
def prepared(world, family, parent):
    """A signed-in family with a complete draft."""
    prepare(world, family)
    return parent


def open_now(world) -> None:
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(seconds=1), closes_at=now + timedelta(hours=1))


def submit(world, adapters) -> None:
    opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)


def tick(parent):
    return parent.press(parent.open(CHECK), submit_for_me="yes")


def is_ticked(family) -> bool:
    return count_of(drafts, drafts.c.child_id == family.child_id, drafts.c.submit_for_me) == 1


def test_the_tick_is_kept_and_the_home_page_says_what_will_happen(prepared, family):
    page = tick(prepared)

    assert page.path == HOME
    assert TICKED in page.text
    assert "không cần thức chờ" in page.text
    assert is_ticked(family)


def test_the_button_without_the_tick_says_so_and_keeps_nothing(prepared, family):
    page = prepared.press(prepared.open(CHECK))

    assert page.status == 422
    assert "Xin đánh dấu vào ô" in page.text
    assert not is_ticked(family)


def test_the_tick_can_be_taken_back(prepared, family):
    tick(prepared)
    page = prepared.open(CHECK)
    assert TICKED in page.text or "Hệ thống sẽ gửi hồ sơ này giúp" in page.text

    page = prepared.press(page)

    assert page.path == HOME
    assert not is_ticked(family)
    assert TICKED not in page.text


def test_after_the_opening_the_home_page_shows_the_receipt(prepared, family, world, adapters):
    tick(prepared)
    open_now(world)
    assert "đang được gửi" in prepared.open(HOME).text

    submit(world, adapters)

    page = prepared.open(HOME)
    assert "/gia-dinh/bien-nhan" in page.links()
    assert "Đã nhận" in page.text or "Mã hồ sơ" in page.text
    receipt = prepared.open("/gia-dinh/bien-nhan")
    assert "Quý phụ huynh không cần nộp lại" in receipt.text
    assert count_of(registrations) == 1


def test_after_a_window_that_the_system_slept_through_the_family_reads_that_it_counts(
    prepared, family, world, adapters
):
    tick(prepared)
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(hours=2), closes_at=now - timedelta(hours=1))

    page = prepared.open(HOME)
    assert "đang được gửi" in page.text
    assert "vẫn được tính" in page.text
    submit(world, adapters)

    assert "/gia-dinh/bien-nhan" in prepared.open(HOME).links()


def test_a_page_drawn_before_the_batch_still_leads_to_the_receipt(
    prepared, family, world, adapters
):
    """The window opens, the family has its own button in view, and the batch is faster."""
    tick(prepared)
    open_now(world)
    page = prepared.open(CHECK)
    submit(world, adapters)

    assert prepared.press(page).path == "/gia-dinh/bien-nhan"
    assert count_of(registrations) == 1


def test_taking_back_too_late_shows_the_receipt(prepared, family, world, adapters):
    tick(prepared)
    page = prepared.open(CHECK)
    open_now(world)
    submit(world, adapters)

    page = prepared.press(page)

    assert page.path == HOME
    assert "/gia-dinh/bien-nhan" in page.links()
    assert count_of(registrations) == 1


def test_a_tick_pressed_after_the_opening_leads_to_the_button(prepared, family, world):
    page = prepared.open(CHECK)
    open_now(world)

    page = prepared.press(page, submit_for_me="yes")

    assert page.path == CHECK
    assert "Gửi hồ sơ đăng ký" in page.text
    assert not is_ticked(family)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wishes": ["S1", "S9"]}, "không còn chỉ tiêu trong tuyến"),
        ({"contact": {}}, "Chưa trả lời mục “Thông tin liên lạc”"),
    ],
)
def test_what_could_not_be_sent_is_told_with_the_reason(
    prepared, family, world, adapters, changes, words
):
    tick(prepared)
    prepare(world, family, **changes)
    open_now(world)
    submit(world, adapters)

    page = prepared.open(HOME)

    assert "Hệ thống chưa gửi được hồ sơ giúp" in page.text
    assert words in page.text
    assert "không bị thiệt gì" in page.text
    assert count_of(registrations) == 0


def test_every_reason_has_words(prepared, family, world):
    words = [
        "born_too_late", "born_too_early", "no_wish_given", "too_many_wishes_given",
        "wish_repeated", "wish_outside_zone", "unreadable", "current:no_home_named",
    ]  # fmt: skip
    with transaction() as tx:
        tx.execute(update(drafts).values(refusals=words, refused_at=datetime.now(UTC)))
    open_now(world)

    shown = prepared.open(HOME)
    english = prepared.open(HOME + "?lang=en")

    for page in (shown, english):
        assert not [word for word in words if word in page.text]
    assert "could not be read" in english.text


def test_an_open_question_after_the_tick_is_told_before_the_opening(prepared, family, world):
    tick(prepared)
    prepare(world, family, wishes=[])

    page = prepared.open(HOME)

    assert "Chưa thể gửi hồ sơ giúp" in page.text


def test_a_family_that_has_not_ticked_is_told_that_it_may(prepared):
    assert "Không ai phải thức chờ" in prepared.open(HOME).text


def test_the_first_page_says_that_time_gives_no_priority(browser, world):
    page = browser.open("/")

    assert "Đăng ký sớm hay muộn đều được xét như nhau" in page.text
    assert "Không ai phải thức đêm" in page.text
    assert "nhờ hệ thống gửi hồ sơ đúng lúc đó" in page.text


def test_one_familys_tick_is_not_anothers(prepared, family, world, adapters, app):
    other = add_child(world, number=2, secrets=adapters.secrets)
    prepare(world, other)

    tick(prepared)

    assert is_ticked(family)
    assert not is_ticked(other)
