"""The waiting room as families and officers meet it, and what everybody can check of it."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import redis
from flask import request
from sqlalchemy import select

from enrol.core.waiting import LATEST
from enrol.services import admitting, preparing
from enrol.services.admitting import RoomSettingsRefused
from enrol.services.refusals import NotFound, StoreBusy
from enrol.store import rooms
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.waiting_rooms import waiting_rooms
from enrol.web import door
from enrol.web.kept import KeptLoosely
from enrol.web.waiting_page import HEADER
from tests.officers import add_elsewhere, add_officers, end_window
from tests.web.browser import BASE, Browser
from tests.web.staff import House, build_house
from tests.world import SECRET, World, add_child, build_world, count_of, move_window

SIGN_IN = "/gia-dinh/dang-nhap"
Set = Callable[..., None]


@pytest.fixture(autouse=True)
def _every_test_begins_anew(app, adapters) -> Iterator[None]:
    app.extensions[door.NAME].forget()  # a test that keeps them for seconds leaves them behind
    yield
    app.extensions[door.NAME].forget()
    adapters.waiting_room._rests_until = 0.0


@pytest.fixture
def set_room(world: World) -> Set:
    """Set the room as a city officer would."""
    officer = add_officers(world, add_elsewhere(world)).city

    def set_to(**changes: object) -> None:
        usual = {"is_on": True, "per_minute": 0, "message": "", "message_en": ""}
        admitting.change_room(actor=officer, intake_id=world.intake_id, **(usual | changes))

    return set_to


def arrive(app, adapters, world, number: int) -> Browser:
    """Sign a new family in; where it gets to is the test's to say."""
    add_child(world, number=number, secrets=adapters.secrets)
    browser = Browser(app.test_client())
    page = browser.open(SIGN_IN)
    response = browser.send(page, pupil_code=f"{number:010}", secret=SECRET)
    assert response.status_code == 303
    return browser


def is_waiting(browser: Browser, path: str = "/gia-dinh/") -> bool:
    return browser.ask("GET", path).headers.get(HEADER) == "waiting"


# For families


def test_a_room_that_is_off_stands_in_nobody_s_way(parent, redis_url):
    assert parent.open("/gia-dinh/").heading.startswith("Nguyễn")
    with redis.Redis.from_url(redis_url) as connection:
        assert not connection.keys("room:*")


def test_a_family_waits_with_its_place_and_the_time_of_the_figure(app, adapters, world, set_room):
    set_room()
    arrive(app, adapters, world, 1).open("/gia-dinh/")
    second = arrive(app, adapters, world, 2)
    set_room(per_minute=6, message="Hôm nay rất đông.", message_en="Very busy today.")
    with redis.Redis.from_url(app.extensions["enrol_settings"].redis_url.get_secret_value()) as r:
        r.hset(f"room:{{{world.intake_id}}}:state", "tokens", "-1")

    page = second.open("/gia-dinh/")

    assert page.heading == "Quý phụ huynh đang ở phòng chờ"
    assert "Thứ tự của gia đình trong hàng chờ 2 trong 2 gia đình đang chờ" in page.text
    assert "Thời gian chờ dự kiến: chưa đến một phút" in page.text
    assert re.search(r"Cập nhật lúc \d\d:\d\d:\d\d", page.text)
    assert "Hôm nay rất đông." in page.text
    assert "không mang lại ưu tiên" in page.text
    assert "Không có gì bị mất" in page.text
    english = second.open("/gia-dinh/?lang=en")
    assert "Your place in the line 2 of 2 families waiting" in english.text
    assert "Very busy today." in english.text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_is_small_still_and_looks_again_by_itself(
    app, adapters, world, set_room, language
):
    set_room(message="x" * 300, message_en="y" * 300)
    browser = arrive(app, adapters, world, 1)

    browser.open(f"/gia-dinh/?lang={language}")
    page = browser.open("/gia-dinh/")

    assert page.language == language
    sheets = [
        link.get("href") for link in page.tree.iter("link") if link.get("rel") == "stylesheet"
    ]
    whole = len(page.response.data)
    whole += sum(len(browser.ask("GET", sheet).data) for sheet in sheets)
    assert len(sheets) == 1
    assert whole < 10_000
    assert not list(page.tree.iter("script")) + list(page.tree.iter("form"))
    assert LATEST <= int(page.response.headers["Refresh"]) <= LATEST * 1.5
    assert page.response.headers["Cache-Control"] == "no-store"


def test_families_do_not_all_look_again_at_the_same_moment(app, adapters, world, set_room):
    set_room()
    browser = arrive(app, adapters, world, 1)

    rhythms = {browser.open("/gia-dinh/").response.headers["Refresh"] for _look in range(20)}

    assert len(rhythms) > 3


def test_a_second_device_has_the_same_place(app, adapters, world, set_room):
    set_room()
    first = arrive(app, adapters, world, 1)
    assert "chờ 1 trong 1 gia đình" in first.open("/gia-dinh/").text
    other = Browser(app.test_client())
    page = other.open(SIGN_IN)
    other.send(page, pupil_code="0000000001", secret=SECRET)

    assert "chờ 1 trong 1 gia đình" in other.open("/gia-dinh/").text


def test_who_was_let_in_stays_in_when_nobody_else_is(app, adapters, world, set_room, monkeypatch):
    set_room(per_minute=60)
    inside = arrive(app, adapters, world, 1)
    assert not is_waiting(inside)
    set_room(per_minute=0)
    waiting = arrive(app, adapters, world, 2)

    def fail(**_arguments: object) -> None:
        raise AssertionError("a fresh pass is read from the cookie")

    assert is_waiting(waiting)
    monkeypatch.setattr(adapters.waiting_room, "_ask", fail)
    assert not is_waiting(inside)
    assert not is_waiting(inside, "/gia-dinh/thong-tin")


def test_what_was_typed_before_the_room_was_switched_on_is_saved(parent, family, world, set_room):
    page = parent.open("/gia-dinh/dang-ky/hoc-sinh")
    set_room()

    after = parent.press(page, full_name="Lê Thị Sáu")

    assert after.response.headers.get(HEADER) is None
    assert preparing.open_desk(actor=family).answers["child"]["full_name"] == "Lê Thị Sáu"


def test_a_press_with_a_made_up_token_does_not_jump_the_line(app, adapters, world, set_room):
    set_room()
    browser = arrive(app, adapters, world, 1)

    response = browser.ask(
        "POST", "/gia-dinh/dang-ky/hoc-sinh", data={"csrf_token": "x", "full_name": "A"}
    )

    assert response.headers[HEADER] == "waiting"
    assert response.headers["Refresh"].endswith("; url=/gia-dinh/")
    assert is_waiting(browser)


def test_before_the_opening_no_place_is_told(app, adapters, set_room, world):
    now = datetime.now(UTC)
    move_window(world, opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=9))
    set_room()
    browser = arrive(app, adapters, world, 1)

    page = browser.open("/gia-dinh/")

    assert "bốc thăm ngẫu nhiên" in page.text
    assert "Số gia đình đang chờ: 1" in page.text
    assert "hàng chờ 1 trong" not in page.text


def test_without_redis_families_come_in_slowly_and_the_rest_waits_calmly(
    app, adapters, world, set_room, monkeypatch
):
    def lost(**_arguments: object) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(adapters.waiting_room, "_ask", lost)
    set_room(per_minute=60)
    browsers = [arrive(app, adapters, world, number) for number in range(1, 5)]

    standing = [is_waiting(browser) for browser in browsers]

    assert standing[0] is False
    assert True in standing
    page = browsers[standing.index(True)].open("/gia-dinh/")
    assert "Hiện chưa hiển thị được thứ tự" in page.text
    assert not is_waiting(browsers[0])


def test_settings_that_cannot_be_read_keep_the_last_ones(app, set_room, monkeypatch):
    set_room()
    kept = app.extensions["enrol_room"]
    assert kept.now().is_on

    def busy() -> None:
        raise StoreBusy

    monkeypatch.setattr(kept, "_read", busy)

    assert kept.now().is_on


def test_pages_share_one_reading_of_the_settings_until_it_is_old(app, monkeypatch):
    readings = []
    kept = KeptLoosely(read=lambda: readings.append(1) or len(readings), seconds=3600)
    monkeypatch.setattr(app, "testing", False)

    assert [kept.now(), kept.now()] == [1, 1]
    kept.forget()
    assert kept.now() == 2


# The next look, without the rest of Flask


@pytest.fixture
def looks(app, adapters, world, set_room, monkeypatch) -> Browser:
    """A family that waits, while the settings stay fresh and the usual way is shut."""
    set_room(per_minute=0, message="Hôm nay rất đông.")
    browser = arrive(app, adapters, world, 1)
    monkeypatch.setattr(app, "testing", False)
    app.extensions["enrol_room"].forget()
    assert is_waiting(browser)
    usual = door.wait_or_enter

    def shut(family) -> None:
        if request.path.startswith("/gia-dinh/") and not request.args:
            raise NotImplementedError("the usual way")
        return usual(family)

    monkeypatch.setattr(door, "wait_or_enter", shut)
    return browser


def test_the_next_look_is_the_same_page_with_the_same_headers(looks, monkeypatch):
    quick = looks.open("/gia-dinh/")
    monkeypatch.undo()
    usual = looks.open("/gia-dinh/")

    def told(page):
        return re.sub(r"\d\d:\d\d:\d\d", "", page.response.text)

    def headers(page):
        return dict(page.response.headers) | {"Refresh": ""}

    assert told(quick) == told(usual)
    assert headers(quick) == headers(usual)
    assert "hàng chờ 1 trong 1 gia đình" in quick.text


def test_another_language_goes_the_usual_way_and_stays(looks):
    english = looks.open("/gia-dinh/?lang=en")
    assert english.response.headers["Refresh"].endswith("; url=/gia-dinh/")

    assert looks.open("/gia-dinh/").language == "en"


@pytest.mark.parametrize("path", ["/gia-dinh/dang-nhap", "/gia-dinh/chua-co-ma"])
def test_pages_before_the_entrance_are_nobody_s_to_wait_for(looks, path):
    assert not is_waiting(looks, path)


def test_the_turn_that_has_come_is_judged_the_usual_way(looks, world, set_room):
    set_room(per_minute=60_000)
    looks.client.application.extensions["enrol_room"].forget()
    looks.ask("GET", "/gia-dinh/?lang=vi")  # reads the settings anew; the rate begins
    time.sleep(0.01)

    assert looks.ask("GET", "/gia-dinh/").status_code == 500


@pytest.mark.parametrize("cookie", ["", "eyJmYW1pbHkiOlsxLDFdfQ.x.y", "x"])
def test_a_forged_cookie_is_nobody_s(looks, cookie):
    stranger = Browser(looks.client.application.test_client())
    stranger.client.set_cookie("__Host-enrol", cookie, secure=True)

    assert stranger.ask("GET", "/gia-dinh/").headers["Location"].startswith(SIGN_IN)


# What everybody can check


def test_the_fingerprint_stands_before_the_opening_and_the_number_after_it(
    browser, world, adapters
):
    seed = adapters.waiting_room.seed_of(intake_id=world.intake_id)
    fingerprint = hashlib.sha256(seed).hexdigest()

    before = browser.open("/phong-cho")
    end_window(world)
    after = browser.open("/phong-cho")

    assert fingerprint in before.text
    assert seed.hex() not in before.text
    assert fingerprint in after.text
    assert seed.hex() in after.text


def test_the_page_stands_without_an_intake_too(browser, app):
    assert browser.open("/phong-cho?lang=en").heading == "The waiting room"


# For offices


@pytest.fixture
def house(app) -> House:
    return build_house(app)


def test_an_officer_of_the_city_sets_the_room_and_sees_the_line(app, adapters, house):
    city = house.signed_in("city")
    page = city.open(f"{house.intake}/phong-cho")
    assert "Đang tắt" in page.text
    assert page.offered()["is_on"] == "no"

    after = city.press(page, is_on="yes", per_minute="0", message="Xin chờ ạ", message_en="Hi")

    assert "Đang bật" in after.text
    arrive(app, adapters, house.world, 1).open("/gia-dinh/")
    line = city.open(f"{house.intake}/phong-cho")
    assert "1 gia đình đang chờ" in line.text
    assert line.offered()["message"] == "Xin chờ ạ"
    assert "Thay đổi phòng chờ" in city.open(f"{house.intake}/nhat-ky").text


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("per_minute", "-1"),
        ("per_minute", "nhiều"),
        ("per_minute", "60001"),
        ("message", "x" * 301),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(house, entry, value):
    city = house.signed_in("city")
    page = city.open(f"{house.intake}/phong-cho")

    again = city.press(page, **{"is_on": "yes", "per_minute": "5", entry: value})

    assert again.status == 422
    assert count_of(waiting_rooms) == 0
    assert again.offered()[entry] == value


def test_two_officers_at_once_nobody_overwrites_unseen(house):
    first, second = house.signed_in("city"), house.signed_in("city_second")
    pages = [browser.open(f"{house.intake}/phong-cho") for browser in (first, second)]
    first.press(pages[0], is_on="yes", per_minute="700", message="Xin chờ")

    again = second.press(pages[1], is_on="yes", per_minute="9", message="Tạm dừng")

    assert "Một đồng nghiệp vừa thay đổi phòng chờ" in again.text
    assert "cho 700 gia đình vào mỗi phút" in again.text
    assert (again.offered()["per_minute"], again.offered()["message"]) == ("9", "Tạm dừng")
    assert count_of(waiting_rooms, waiting_rooms.c.per_minute == 700) == 1
    after = second.press(again)
    assert "700" not in after.text
    assert count_of(waiting_rooms, waiting_rooms.c.per_minute == 9) == 1


def test_two_changes_at_the_same_instant_one_of_them_is_told(house, monkeypatch):
    """Both have read what stands before either writes: the condition in the statement decides."""
    read = rooms.room_of
    at_once = Barrier(2, timeout=30)

    def read_together(tx, *, intake_id):
        found = read(tx, intake_id=intake_id)
        at_once.wait()
        return found

    monkeypatch.setattr(rooms, "room_of", read_together)

    def change(per_minute: int) -> str:
        with house.app.app_context():
            try:
                admitting.change_room(
                    actor=house.officers.city,
                    intake_id=house.world.intake_id,
                    is_on=True,
                    per_minute=per_minute,
                    message="",
                    message_en="",
                    seen="",
                )
            except admitting.RoomChanged:
                return "told"
            return "saved"

    with ThreadPoolExecutor(2) as officers:
        assert sorted(officers.map(change, (5, 6))) == ["saved", "told"]
    assert count_of(journal, journal.c.action == "room.changed") == 1


@pytest.mark.parametrize("kind", ["ward", "other_ward", "school"])
def test_nobody_else_finds_the_page(house, kind):
    officer = getattr(house.officers, kind)

    assert house.signed_in(kind).ask("GET", f"{house.intake}/phong-cho").status_code == 404
    with pytest.raises(NotFound):
        admitting.change_room(
            actor=officer,
            intake_id=house.world.intake_id,
            is_on=True,
            per_minute=0,
            message="",
            message_en="",
        )
    assert count_of(waiting_rooms) == 0


def test_the_journal_keeps_what_stood_before_and_the_same_again_writes_nothing(app):
    world = build_world()
    officer = add_officers(world, add_elsewhere(world)).city

    def change(per_minute: int) -> None:
        admitting.change_room(
            actor=officer,
            intake_id=world.intake_id,
            is_on=True,
            per_minute=per_minute,
            message=" ",
            message_en="",
        )

    for per_minute in (10, 10, 25):
        change(per_minute)
    with pytest.raises(RoomSettingsRefused):
        change(60_001)

    with transaction() as tx:
        details = tx.execute(
            select(journal.c.detail)
            .where(journal.c.action == "room.changed")
            .order_by(journal.c.id)
        ).scalars()
        rates = [(entry["per_minute_before"], entry["per_minute"]) for entry in details]
    assert rates[1:] == [(10, 25)]
    assert len(rates) == 2


def test_the_address_of_the_page_is_put_in_safely(app, adapters, world, set_room):
    set_room()
    browser = arrive(app, adapters, world, 1)

    response = browser.client.get('/gia-dinh/?a="><script>alert(1)</script>', base_url=BASE)

    assert "<script" not in response.text
