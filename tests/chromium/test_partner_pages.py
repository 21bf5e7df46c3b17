"""The pages of partners' tokens and the API's document in a real browser: what axe finds."""

import os

import pytest

from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.partners import make_token
from tests.web.staff import build_house

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]
TOKENS = "/dieu-hanh/ma-truy-cap"


@pytest.fixture
def house(app):
    limiter.reset()
    yield build_house(app)
    limiter.reset()


def picture(page, name, language, viewport):
    """Keep a picture where the one who looks asked for it."""
    folder = os.environ.get("ENROL_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}-{language}-{viewport['width']}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]
)
def test_axe_finds_nothing_and_a_token_is_made_and_revoked(
    chromium, served, house, adapters, language, viewport, scheme
):
    make_token(adapters, actor=house.officers.city, unit_id=house.world.ward_id)
    seen: list[str] = []

    def look(page, name, path=None):
        if path is not None:
            page.goto(served + path)
        judge(page, seen)
        picture(page, name, language, viewport)

    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        look(page, "document", f"/doi-tac?lang={language}")
        sign_in(page, served, "city")
        look(page, "tokens", TOKENS)
        look(page, "new", f"{TOKENS}/moi")
        press(page, "main #main-form .act")
        look(page, "problems")
        page.fill("#name", "Phần mềm quản lý các trường của phường")
        page.select_option("#unit", str(house.world.ward_id))
        page.check("#right_names")
        press(page, "main #main-form .act")
        look(page, "made")
        assert page.inner_text("code.digest").startswith("enrol_")
        look(page, "revoke", f"{TOKENS}/1/thu-hoi")
        press(page, "main #main-form .act")
        look(page, "revoked")
        assert page.locator("tbody tr").count() == 2

    assert not seen, "\n".join(seen)
