"""Families' pages in a real browser: the whole way without a script, and what axe finds on it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.chromium.pressing import press
from tests.world import SECRET, add_child, build_world

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
PUBLIC = (
    "/",
    "/quy-dinh",
    "/truong",
    "/truong/00070",
    "/tra-cuu",
    "/du-lieu-ca-nhan",
    "/tiep-can",
    "/khong-co",
    "/gia-dinh/dang-nhap",
    "/gia-dinh/chua-co-ma",
    "/gia-dinh/xin-ma",
)
QUESTIONS = (
    "hoc-sinh",
    "thuong-tru",
    "tam-tru",
    "noi-o",
    "noi-o/phuong",
    "noi-o/to?ward=00070",
    "anh-chi",
    "lien-he",
    "nguyen-vong",
)
AIMS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def tab(chromium: Browser, **options) -> Iterator[Page]:
    context = chromium.new_context(**options)
    yield context.new_page()
    context.close()


@pytest.fixture
def family(app, adapters):
    return add_child(build_world(), number=1, secrets=adapters.secrets)


def sign_in(page: Page, served: str) -> None:
    page.goto(f"{served}/gia-dinh/dang-nhap")
    page.fill("#pupil_code", "0000000001")
    page.fill("#secret", SECRET)
    press(page, "main button")


def judge(page: Page, seen: list[str]) -> None:
    """Collect what axe finds and whether the page is wider than the screen."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AIMS}})
    assert found.response["passes"], "axe judged nothing"
    for violation in found.response["violations"]:
        nodes = "; ".join(node["html"][:200] for node in violation["nodes"][:3])
        seen.append(f"{page.url}: {violation['id']}: {nodes}")
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if width > 0:
        seen.append(f"{page.url}: {width} pixels wider than the screen")


def test_a_family_gets_its_receipt_on_a_phone_without_scripts(chromium, served, family):
    with tab(chromium, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(served)
        press(page, "text=Đăng nhập")
        page.fill("#pupil_code", "0000000001")
        page.fill("#secret", SECRET.lower().replace("-", " "))
        page.keyboard.press("Enter")
        press(page, "text=Bắt đầu")
        press(page, "text=Đã đúng, tiếp tục")
        page.select_option("#wish_1", "S2")
        page.select_option("#wish_2", "S1")
        press(page, "main button")
        page.dblclick("text=Gửi hồ sơ đăng ký")
        page.wait_for_url("**/bien-nhan")
        code = page.inner_text(".panel-code")
        with page.expect_download() as download:
            page.click("text=Lưu giấy tiếp nhận")
        page.go_back()
        page.reload()

        assert download.value.suggested_filename == f"{code}.pdf"
        page.goto(f"{served}/gia-dinh/")
        assert code in page.inner_text("main")


def test_a_mistake_is_announced_focused_and_linked_without_scripts(chromium, served, family):
    with tab(chromium, viewport=PHONE, java_script_enabled=False) as page:
        sign_in(page, served)
        page.goto(f"{served}/gia-dinh/dang-ky/hoc-sinh")
        page.fill("#birth_month", "13")
        page.keyboard.press("Enter")

        page.wait_for_selector(".problems:focus")
        assert page.title().startswith("Lỗi: ")
        page.click(".problems a")
        assert page.url.endswith("#birth_day")
        assert page.input_value("#birth_month") == "13"


def test_the_language_switch_on_a_form_keeps_the_entries(chromium, served, family):
    with tab(chromium, viewport=PHONE, java_script_enabled=False) as page:
        sign_in(page, served)
        page.goto(f"{served}/gia-dinh/dang-ky/lien-he")
        page.fill("#guardian_name", "Chưa gửi đi")
        press(page, "text=English")

        assert page.inner_text("h1") == "How to reach you"
        assert page.input_value("#guardian_name") == "Chưa gửi đi"


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]
)
def test_axe_finds_nothing_on_any_page(chromium, served, family, language, viewport, scheme):
    seen: list[str] = []
    with tab(chromium, viewport=viewport, color_scheme=scheme, has_touch=False) as page:
        page.goto(f"{served}/?lang={language}")
        for path in PUBLIC:
            page.goto(served + path)
            judge(page, seen)
        page.goto(f"{served}/gia-dinh/xin-ma")
        press(page, "main button")
        judge(page, seen)
        sign_in(page, served)
        judge(page, seen)
        press(page, "main button")
        judge(page, seen)
        for path in QUESTIONS:
            page.goto(f"{served}/gia-dinh/dang-ky/{path}")
            judge(page, seen)
        page.select_option("#wish_2", "S1")
        page.select_option("#wish_1", "S1")
        press(page, "main button")
        judge(page, seen)
        page.select_option("#wish_2", "S2")
        press(page, "main button")
        judge(page, seen)
        press(page, "main button")
        page.wait_for_url("**/bien-nhan")
        judge(page, seen)
        for path in ("", "rut-ho-so", "gui-ho-so"):
            page.goto(f"{served}/gia-dinh/{path}")
            judge(page, seen)

    assert not seen, "\n".join(seen)
