"""The waiting room in a real browser: without a script it takes a family on by itself; axe."""

from datetime import UTC, datetime, timedelta

import pytest
import redis

from enrol.services import admitting
from enrol.web import waiting_page
from enrol.web.waiting_page import HEADER
from tests.chromium.pressing import press
from tests.chromium.test_family_pages import DESKTOP, PHONE, judge, tab
from tests.officers import add_officer
from tests.web.conftest import SECRET
from tests.world import add_child, build_world, move_window

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def world(app, empty_redis_url, adapters):
    made = build_world()
    add_child(made, number=1, secrets=adapters.secrets)
    return made


@pytest.fixture
def set_room(world):
    officer = add_officer(email="city@example.vn", role="city_officer", unit_id=world.city_id)

    def set_to(per_minute: int, **texts: str) -> None:
        words = {"message": "", "message_en": ""} | texts
        admitting.change_room(
            actor=officer,
            intake_id=world.intake_id,
            is_on=True,
            per_minute=per_minute,
            **words,
        )

    return set_to


def sign_in(page, served: str, language: str) -> None:
    page.goto(f"{served}/gia-dinh/dang-nhap?lang={language}")
    page.fill("#pupil_code", "0000000001")
    page.fill("#secret", SECRET)
    press(page, "main #main-form button")


def test_without_a_script_the_page_goes_on_when_it_is_the_family_s_turn(
    chromium, served, set_room, monkeypatch
):
    set_room(0)
    monkeypatch.setattr(waiting_page, "next_look", lambda **_arguments: 1)
    with tab(chromium, viewport=PHONE, java_script_enabled=False) as page:
        sign_in(page, served, "vi")
        assert page.inner_text("h1") == "Quý phụ huynh đang ở phòng chờ"
        set_room(60)

        page.wait_for_selector("text=Nguyễn Thị Đào 1", timeout=60_000)


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"),
    [("vi", PHONE, "light"), ("en", DESKTOP, "dark"), ("en", PHONE, "light")],
)
def test_axe_finds_nothing(
    chromium, served, world, set_room, empty_redis_url, language, viewport, scheme
):
    seen: list[str] = []
    set_room(0, message="Hôm nay rất đông.", message_en="Very busy today.")
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        sign_in(page, served, language)
        judge(page, seen)
        set_room(6)
        with redis.Redis.from_url(empty_redis_url) as connection:
            connection.hset(f"room:{{{world.intake_id}}}:state", "tokens", "-5")
        response = page.reload()
        assert response.headers[HEADER.lower()] == "waiting"
        judge(page, seen)
        now = datetime.now(UTC)
        move_window(world, opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=9))
        page.reload()
        judge(page, seen)
        page.goto(f"{served}/phong-cho")
        judge(page, seen)
    assert not seen, "\n".join(seen)
