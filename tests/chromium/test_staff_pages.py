"""Staff pages in a real browser: a passkey from set-up to sign-in, and what axe finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from enrol.services import drawing
from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.officers import civil_day, set_public_value_on
from tests.web.staff import PASSWORD, build_house, close_with, email_of
from tests.world import set_phase

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
AIMS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ACCOUNT = (
    "",
    "/tai-khoan",
    "/mat-khau",
    "/ma-xac-thuc",
    "/khoa-truy-cap",
    "/ma-du-phong",
    "/xac-nhan",
)


@contextmanager
def tab(chromium: Browser, **options) -> Iterator[Page]:
    context = chromium.new_context(**options)
    yield context.new_page()
    context.close()


@pytest.fixture
def house(app):
    limiter.reset()
    yield build_house(app)
    limiter.reset()


def sign_in(page: Page, served: str, kind: str) -> None:
    page.goto(f"{served}/can-bo/dang-nhap")
    page.fill("#email", email_of(kind))
    page.fill("#password", PASSWORD)
    press(page, "main #main-form button")


def give_authenticator(page: Page) -> None:
    """Plug in a security key that is always touched and always recognises its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


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


def test_a_passkey_is_set_up_and_signs_in_without_a_password(chromium, served, house):
    with tab(chromium) as page:
        give_authenticator(page)
        sign_in(page, served, "city")
        page.goto(f"{served}/can-bo/khoa-truy-cap")
        page.fill("#name", "Máy cơ quan")
        page.check("#usage")
        press(page, "main #main-form button")
        expect(page.get_by_role("rowheader", name="Máy cơ quan")).to_be_visible()
        press(page, "header button:text('Đăng xuất')")
        page.goto(f"{served}{house.intake}")
        press(page, "text=Đăng nhập bằng khóa truy cập")
        press(page, "main #main-form button")

        page.wait_for_url(f"**{house.intake}")
        assert page.inner_text("h1") == "Tuyển sinh lớp 1 năm học 2026-2027"


def test_a_passkey_confirms_a_risky_step(chromium, served, house):
    with tab(chromium) as page:
        give_authenticator(page)
        sign_in(page, served, "city")
        page.goto(f"{served}/can-bo/khoa-truy-cap")
        page.fill("#name", "Điện thoại")
        page.check("#usage-2")
        press(page, "main #main-form button")
        expect(page.get_by_role("rowheader", name="Điện thoại")).to_be_visible()
        page.goto(f"{served}/can-bo/xac-nhan?next={house.intake}/buoc/dong")
        press(page, "text=Xác nhận bằng khóa truy cập")

        page.wait_for_url(f"**{house.intake}/buoc/dong")
        assert page.inner_text("h1") == "Đóng trước thời hạn"


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]
)
def test_axe_finds_nothing_on_any_page(
    chromium, served, house, adapters, language, viewport, scheme
):
    seen: list[str] = []
    school_id = house.world.schools["S1"]
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/can-bo/dang-nhap?lang={language}")
        judge(page, seen)
        press(page, "main #main-form button")
        judge(page, seen)
        page.goto(f"{served}/can-bo/dang-nhap-bang-khoa")
        judge(page, seen)
        sign_in(page, served, "city")
        for path in ACCOUNT:
            page.goto(f"{served}/can-bo{path}")
            judge(page, seen)
        for path in ("", "/chi-tieu", f"/chi-tieu/{school_id}", "/buoc/dong", "/buoc/cong-bo-dot"):
            page.goto(f"{served}{house.intake}{path}")
            judge(page, seen)
        press(page, "main a.back")
        [code] = close_with(house, adapters)
        set_public_value_on(house.world, civil_day(datetime.now(UTC)))
        for path in ("", "/gia-tri", "/gia-tri-khac"):
            page.goto(f"{served}{house.intake}{path}")
            judge(page, seen)
        press(page, "main #main-form button")
        judge(page, seen)
        drawing.propose_public_value(
            actor=house.officers.city_second,
            intake_id=house.world.intake_id,
            public_value="1",
            arose_later=True,
        )
        set_phase(house.world, "closed")
        for path in ("", "/xac-nhan-gia-tri", "/buoc/lay-lai-gia-tri", "/nhat-ky"):
            page.goto(f"{served}{house.intake}{path}")
            judge(page, seen)
        page.goto(f"{served}/dieu-hanh/ho-so/{code}")
        judge(page, seen)
        set_phase(house.world, "provisional")
        for path in (f"/truong/{school_id}", "/chua-co-cho"):
            page.goto(f"{served}{house.intake}{path}")
            judge(page, seen)
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "school")
        judge(page, seen)
        own = f"/nha-truong/{house.world.intake_id}/{school_id}"
        for path in (own, f"{own}/ho-so", f"{own}/danh-sach", f"/nha-truong/ho-so/{code}"):
            page.goto(served + path)
            judge(page, seen)

    assert not seen, "\n".join(seen)
