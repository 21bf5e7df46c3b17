"""A ward asks several families, and marks a fact not right in several files, in a real browser."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.officers import register_child
from tests.web.staff import build_house

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_steps_for_ticked_files(chromium, served, app, adapters, language, viewport):
    limiter.reset()
    house = build_house(app)
    for number in (1, 2, 3):
        register_child(house.world, number=number, adapters=adapters)
    seen: list[str] = []

    def look(page, name):
        judge(page, seen)
        folder = os.environ.get("ENROL_PICTURES")
        if folder:
            name = f"{name}-{language}-{viewport['width']}"
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    def tick_all(page, step):
        page.goto(f"{served}{house.intake}/xet-duyet/{house.world.ward_id}?trang-thai=")
        for box in page.locator("input.tick").all():
            box.check()
        press(page, f"button[name=viec][value={step}]")

    send = "#main-form button.act"
    day = datetime.now(UTC).date() + timedelta(days=7)
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "ward")
        tick_all(page, "contradict")
        look(page, "many-contradict")
        press(page, send)
        look(page, "many-contradict-refused")
        page.check("input[name=fact][value=permanent_in_zone]")
        page.check("input[name=reason][value=not_resident]")
        press(page, send)
        look(page, "many-contradict-sure")
        tick_all(page, "ask")
        page.check("input[name=asked_for][value=residence]")
        page.fill("#message", "Xin gửi ảnh màn hình VNeID mục nơi cư trú.")
        for part in ("day", "month", "year"):
            page.fill(f"#on_{part}", str(getattr(day, part)))
        look(page, "many-ask")
        press(page, send)
        look(page, "many-ask-sure")
        press(page, send)
        look(page, "many-asked")
    limiter.reset()
    assert not seen, "\n".join(seen)
