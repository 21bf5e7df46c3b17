"""The school desk and the family's answers in a real browser: by keyboard, and what axe finds."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from enrol.core.review import Verdict
from enrol.services import documenting, due_letters, reviewing, verifying
from enrol.services.verifying import Finding
from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.documents import A_PDF
from tests.officers import register_child
from tests.web.staff import build_house
from tests.world import SECRET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]

ACTS = (
    "viec/su-that?fact=permanent_in_zone",
    "viec/hoi",
    "viec/nhan",
    "viec/tu-choi",
    "viec/chuyen-tuyen",
    "viec/chuyen-tuyen?zone=T00103",
    "viec/hen-lai",
    "giay-to",
)


@pytest.fixture
def house(app):
    limiter.reset()
    yield build_house(app)
    limiter.reset()


@pytest.fixture
def codes(house, adapters):
    made = [register_child(house.world, number=number, adapters=adapters) for number in (1, 2, 3)]
    actor, day = house.officers.ward, datetime.now(UTC).date()
    verifying.decide_facts(
        actor=actor,
        code=made[0],
        version=1,
        findings=[
            Finding("permanent_in_zone", Verdict.CONTRADICTED, "not_resident", note="Công an báo"),
            Finding("current_in_zone", Verdict.VERIFIED, "seen_in_vneid"),
        ],
    )
    documenting.hand_in_at_desk(
        actor=actor, code=made[0], about="residence", data=A_PDF, store=adapters.documents
    )
    due = reviewing.history_of(actor=actor, code=made[0]).due_on
    due_letters.postpone(
        actor=actor,
        code=made[0],
        version=1,
        new_due_on=due + timedelta(days=7),
        reason="Công an phường cần thêm thời gian xác minh",
    )
    reviewing.ask_family(
        actor=actor,
        code=made[0],
        version=1,
        asked_for="residence",
        message="Xin gửi ảnh màn hình VNeID mục nơi cư trú.",
        due_on=day + timedelta(days=7),
    )
    reviewing.refuse_file(
        actor=actor, code=made[1], version=1, reason="duplicate", note="Xem hồ sơ kia"
    )
    return made


def picture(page, name, language, viewport):
    """Keep a picture where the one who looks asked for it."""
    folder = os.environ.get("ENROL_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}-{language}-{viewport['width']}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "light")]
)
def test_axe_finds_nothing_on_the_desk(chromium, served, house, codes, language, viewport, scheme):
    seen: list[str] = []

    def look(page, path, name):
        page.goto(served + path)
        judge(page, seen)
        picture(page, name, language, viewport)

    ward = f"{house.intake}/xet-duyet/{house.world.ward_id}"
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "city")
        look(page, f"{house.intake}/xet-duyet", "units")
        look(page, f"{ward}?trang-thai=", "queue")
        look(page, f"{ward}?tim=khong", "queue-empty")
        look(page, "/dieu-hanh/ngay-nghi", "holidays")
        look(page, "/dieu-hanh/phuong-xa", "wards")
        look(page, "/dieu-hanh/phuong-xa/moi", "new-ward")
        press(page, "main #main-form button")
        judge(page, seen)  # nothing typed
        picture(page, "new-ward-refused", language, viewport)
        look(page, f"/dieu-hanh/ho-so/{codes[0]}", "file")
        for number, act in enumerate(ACTS):
            look(page, f"/dieu-hanh/ho-so/{codes[2]}/{act}", f"act{number}")
        page.goto(f"{served}/dieu-hanh/ho-so/{codes[2]}/viec/hoi")
        press(page, "main #main-form .act")
        judge(page, seen)
        picture(page, "problems", language, viewport)
        page.goto(f"{served}{ward}?trang-thai=")
        for box in page.locator(".tick").all():
            box.check()
        press(page, "button[value=accept]")
        judge(page, seen)
        picture(page, "many", language, viewport)
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "school")
        own = f"/nha-truong/{house.world.intake_id}/{house.world.schools['S1']}"
        look(page, f"{own}/xet-duyet?nguyen-vong=tat-ca&trang-thai=", "school-queue")
        look(page, f"/nha-truong/ho-so/{codes[0]}", "school-file")

    assert not seen, "\n".join(seen)


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_axe_finds_nothing_on_what_families_are_asked(
    chromium, served, house, codes, language, viewport
):
    seen: list[str] = []
    for number in (1, 2):
        with tab(chromium, viewport=viewport) as page:
            page.goto(f"{served}/gia-dinh/dang-nhap?lang={language}")
            page.fill("#pupil_code", f"{number:010}")
            page.fill("#secret", SECRET)
            press(page, "main #main-form button")
            judge(page, seen)
            picture(page, f"family{number}", language, viewport)
            if number == 1:
                page.goto(f"{served}/gia-dinh/giay-to")
                judge(page, seen)
                picture(page, "papers", language, viewport)

    assert not seen, "\n".join(seen)


def test_a_file_is_decided_with_the_keyboard_alone(chromium, served, house, codes):
    with tab(chromium, viewport=DESKTOP, java_script_enabled=False) as page:
        sign_in(page, served, "ward")
        page.goto(f"{served}{house.intake}/xet-duyet/{house.world.ward_id}")
        page.focus("#tim")
        page.keyboard.type("dao 3")
        page.keyboard.press("Enter")
        page.focus(f"a:text('{codes[2]}')")
        page.keyboard.press("Enter")
        page.focus("a[href$='viec/nhan']")
        page.keyboard.press("Enter")
        page.focus("main #main-form .act")
        page.keyboard.press("Enter")

        page.wait_for_url(f"**/ho-so/{codes[2]}")
        assert "Hợp lệ" in page.inner_text("main")
