"""At the counter after the results, and a family's new telephone number, judged by axe."""

import pytest

from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_desk_pages import LOOKS, find, send
from tests.chromium.test_files_pages import keep
from tests.chromium.test_staff_pages import judge, sign_in, tab
from tests.objected import publish_result
from tests.officers import register_child
from tests.web.staff import build_house
from tests.world import SECRET, set_phase

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]


@pytest.fixture
def house(app, adapters):
    limiter.reset()
    house = build_house(app)
    register_child(house.world, number=1, adapters=adapters)
    publish_result(house.world, house.officers)
    set_phase(house.world, "provisional")
    yield house
    limiter.reset()


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(("language", "viewport", "scheme"), LOOKS)
def test_an_objection_and_a_new_number(chromium, served, language, viewport, scheme):
    seen: list[str] = []
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        sign_in(page, served, "school")
        page.goto(f"{served}/can-bo/quay?lang={language}")
        find(page, served, number=1, act=3)
        send(page, seen)
        send(page, seen)  # nothing was typed
        page.locator("input[name=ground]").first.check()
        page.fill("#words", "Gia đình có hộ khẩu thường trú ở tổ 16A từ năm 2019.")
        page.locator("input[name=consent]").first.check()
        send(page, seen)
        assert "/can-bo/quay/khieu-nai/" in page.url
        find(page, served, number=1, act=4)
        send(page, seen)
        page.fill("#phone", "0987654321")
        send(page, seen)
        assert page.locator(".notice").count() == 1
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/gia-dinh/dang-nhap?lang={language}")
        page.fill("#pupil_code", "0000000001")
        page.fill("#secret", SECRET)
        press(page, "main #main-form button")
        page.goto(f"{served}/gia-dinh/tin-nhan/lien-he")
        judge(page, seen)
        keep(page)
        assert page.input_value("#phone") == "0987 654 321"
        press(page, "main #main-form button.act")
        judge(page, seen)
        keep(page)
    assert not seen, "\n".join(seen)
