"""Errors of fact and the final run in a real browser: what axe finds."""

import os

import pytest

from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, tab
from tests.corrected import WARD, compute_final, decide, let_the_window_end, report
from tests.web.final import build_season
from tests.web.staff import PASSWORD
from tests.world import SECRET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]

OWN = "/gia-dinh/bao-sai-sot"


@pytest.fixture
def season(app, adapters):
    limiter.reset()
    yield build_season(app, adapters)
    limiter.reset()


@pytest.fixture
def looking():
    """Judge pages and take their pictures; at the end nothing may be wrong."""
    seen: list[str] = []

    def look(page, name, language, viewport):
        judge(page, seen)
        folder = os.environ.get("ENROL_PICTURES")
        if folder:
            name = f"{name}-{language}-{viewport['width']}"
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    yield look
    assert not seen, "\n".join(seen)


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_a_family_reports_an_error(chromium, served, season, looking, language, viewport):
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        page.goto(f"{served}/gia-dinh/dang-nhap")
        page.fill("#pupil_code", season.pupil_code)
        page.fill("#secret", SECRET)
        page.press("#secret", "Enter")
        page.goto(served + OWN)
        looking(page, "reports-none", language, viewport)
        page.goto(f"{served}{OWN}/moi")
        press(page, "button.act")
        looking(page, "report-wrong", language, viewport)
        page.check("#fact")
        press(page, "button.act")
        looking(page, "report-words", language, viewport)
        page.fill("#words", "Hộ khẩu thường trú của cháu ở tổ 16A, giấy CT07 ngày 2/7.")
        press(page, "button.act:not(.act-quiet)")
        looking(page, "report-check", language, viewport)
        press(page, "button.act:not(.act-quiet)")
        looking(page, "reports-new", language, viewport)


@pytest.mark.parametrize(("language", "viewport"), [("vi", DESKTOP), ("en", PHONE)])
def test_offices_decide_and_compute(chromium, served, season, looking, language, viewport):
    reported = report(season.code)
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, WARD)
        for name, path in (
            ("inbox", f"{season.intake}/sai-sot"),
            ("decide", f"/dieu-hanh/ho-so/{season.code}/bao-sai-sot/{reported.report_id}"),
            ("new-report", f"/dieu-hanh/ho-so/{season.drawn.entries[0].code}/bao-sai-sot"),
        ):
            page.goto(served + path)
            looking(page, name, language, viewport)
    decide(season.drawn, reported, permanent_in_zone=True, current_in_zone=True)
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "city@example.vn")
        page.goto(f"{served}{season.intake}/het-han-bao-sai-sot")
        looking(page, "end", language, viewport)
        let_the_window_end(season.drawn)
        page.goto(f"{served}{season.intake}/ket-qua-chinh-thuc")
        looking(page, "final-ready", language, viewport)
        compute_final(season.drawn)
        for name, path in (
            ("final-done", "ket-qua-chinh-thuc"),
            ("differences", "khac-biet"),
            ("publish-final", "cong-bo-ket-qua"),
        ):
            page.goto(f"{served}{season.intake}/{path}")
            looking(page, name, language, viewport)


def sign_in(page, served, email) -> None:
    page.goto(f"{served}/can-bo/dang-nhap")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    press(page, "main #main-form button")
