"""Moving a school to another ward, in a real browser: what axe finds."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_final_pages import sign_in
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, tab
from tests.officers import civil_day
from tests.web.staff import build_house

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]

PAGE = "/dieu-hanh/truong/chuyen"


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_pages_of_a_move(chromium, served, app, language, viewport):
    limiter.reset()
    build_house(app)
    seen: list[str] = []

    def look(page, name):
        judge(page, seen)
        if folder := os.environ.get("ENROL_PICTURES"):
            picture = f"{folder}/{name}-{language}-{viewport['width']}.png"
            page.screenshot(path=picture, full_page=True)

    with tab(chromium, viewport=viewport) as city:
        city.goto(f"{served}/?lang={language}")
        sign_in(city, served, "city@example.vn")
        city.goto(served + PAGE)
        look(city, "moves-empty")
        city.select_option("#phuong", "00070")
        press(city, "main form[method=get] button")
        look(city, "move-form")
        press(city, "main #main-form button")
        look(city, "move-refused")
        city.select_option("#school", "S1")
        city.select_option("#to", index=1)
        day = civil_day(datetime.now(UTC) + timedelta(days=20))
        for part in ("day", "month", "year"):
            city.fill(f"#on_{part}", str(getattr(day, part)))
        city.fill("#reason", "Điều chỉnh địa giới phường từ tháng 7")
        press(city, "main #main-form button")
        look(city, "move-look")
        press(city, "main #main-form button")
        look(city, "moves-planned")
        press(city, f"main form[action^='{PAGE}/'][action$='/bo'] button")
        look(city, "moves-back")
    limiter.reset()
    assert not seen, "\n".join(seen)
