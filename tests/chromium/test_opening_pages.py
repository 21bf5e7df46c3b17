"""“Submit it for me” in a real browser, without a script, and what axe finds on its pages."""

from datetime import UTC, datetime, timedelta

import pytest

from enrol.services import opening
from tests.chromium.pressing import press
from tests.chromium.test_family_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.world import add_child, build_world, move_window, prepare

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def world(app):
    return build_world(opens_in=timedelta(hours=1))


@pytest.fixture
def family(world, adapters):
    made = add_child(world, number=1, secrets=adapters.secrets)
    prepare(world, made)
    return made


def open_now(world) -> None:
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(seconds=1), closes_at=now + timedelta(hours=1))


def test_ticked_on_a_phone_without_scripts_and_the_receipt_is_there(
    chromium, served, world, family, adapters
):
    with tab(chromium, viewport=PHONE, java_script_enabled=False) as page:
        sign_in(page, served)
        press(page, "main .act")
        page.check("#submit_for_me")
        press(page, "text=Lưu lựa chọn")
        assert "Hệ thống sẽ gửi hồ sơ giúp" in page.inner_text("main")
        open_now(world)
        opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)
        page.reload()
        press(page, "text=Xem giấy tiếp nhận")

        assert page.inner_text(".panel-code").startswith("AR")


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]
)
def test_axe_finds_nothing(chromium, served, world, family, adapters, language, viewport, scheme):
    seen: list[str] = []
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/?lang={language}")
        judge(page, seen)
        sign_in(page, served)
        judge(page, seen)
        page.goto(f"{served}/gia-dinh/gui-ho-so")
        judge(page, seen)
        press(page, "main #main-form button")
        judge(page, seen)  # without the tick
        page.check("#submit_for_me")
        press(page, "main #main-form button")
        judge(page, seen)
        page.goto(f"{served}/gia-dinh/gui-ho-so")
        judge(page, seen)
        prepare(world, family, wishes=["S9"])
        open_now(world)
        page.goto(f"{served}/gia-dinh/")
        judge(page, seen)  # being sent
        opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)
        page.goto(f"{served}/gia-dinh/")
        judge(page, seen)  # could not be sent

    assert not seen, "\n".join(seen)
