"""The counter, residence lists and warnings in a real browser, without a script, judged by axe."""

import pytest

from enrol.services import flagging, preparing, registering
from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_files_pages import keep
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.officers import register_child
from tests.residence_lists import filled, handed_out
from tests.web.staff import build_house
from tests.world import add_child, full_answers

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]
LOOKS = [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]


@pytest.fixture
def house(app):
    limiter.reset()
    yield build_house(app)
    limiter.reset()


def find(page, served, *, number, act=0):
    page.goto(f"{served}/can-bo/quay")
    page.locator("input[name=act]").nth(act).check()
    page.fill("#pupil_code", f"{number:010}")
    for part, value in (("day", "17"), ("month", "5"), ("year", "2020")):
        page.fill(f"#birth_{part}", value)
    page.select_option("#ward", "00070")


def send(page, seen):
    press(page, "main #main-form button.act")
    judge(page, seen)
    keep(page)


@pytest.mark.parametrize(("language", "viewport", "scheme"), LOOKS)
def test_a_morning_at_the_counter(chromium, served, house, adapters, language, viewport, scheme):
    seen: list[str] = []
    add_child(house.world, number=1, secrets=adapters.secrets)
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        sign_in(page, served, "school")
        page.goto(f"{served}/can-bo/quay?lang={language}")
        judge(page, seen)
        keep(page)
        send(page, seen)  # nothing was typed
        find(page, served, number=1)
        send(page, seen)
        send(page, seen)  # no school, no consent
        page.select_option("#wish_1", "S1")
        page.select_option("#wish_2", "S3")
        page.locator("input[name=consent]").first.check()
        send(page, seen)
        assert "/can-bo/quay/bien-nhan/AR" in page.url
        find(page, served, number=1)
        send(page, seen)  # registered already
        find(page, served, number=1, act=2)
        send(page, seen)
        page.fill("#reason", "Mất giấy, đã xem căn cước của mẹ")
        send(page, seen)

    assert not seen, "\n".join(seen)


@pytest.mark.parametrize(("language", "viewport", "scheme"), LOOKS)
def test_residences_and_warnings(
    chromium, served, house, adapters, tmp_path, language, viewport, scheme
):
    seen: list[str] = []
    codes = [register_child(house.world, number=n, adapters=adapters) for n in (1, 2)]
    family = add_child(house.world, number=3, secrets=adapters.secrets)
    answers = full_answers()
    answers["child"] |= {"personal_id": "901219000001"}
    answers["permanent"] = {"unit": "00070", "group": "16A", "address": "99 phố Hàng Bài"}
    preparing.save_answers(actor=family, intake_id=house.world.intake_id, answers=answers)
    registering.submit_registration(
        actor=family,
        intake_id=house.world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )
    flagging.find_flags(intake_zone_id=house.world.intake_zone_id)
    rows = handed_out(house.world, actor=house.officers.ward, adapters=adapters)
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_bytes(filled(rows, **{f"{codes[0]}_1": "chắc vậy"}))
    good.write_bytes(filled(rows, **{f"{codes[0]}_1": "Đúng", f"{codes[1]}_3": "Sai"}))
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        sign_in(page, served, "ward")
        page.goto(f"{served}{house.intake}/cu-tru?lang={language}")
        judge(page, seen)
        keep(page)
        for path in (bad, good):
            page.goto(f"{served}{house.intake}/cu-tru")
            page.set_input_files("#list", path)
            send(page, seen)
        page.locator("form[action$='/ap-dung'] button").click()
        judge(page, seen)
        keep(page)
        for path in (f"/can-bo/canh-bao/{house.world.intake_id}", house.intake):
            page.goto(f"{served}{path}")
            judge(page, seen)
            keep(page)
        page.goto(f"{served}/can-bo/canh-bao/{house.world.intake_id}")
        page.locator("main table a").first.click()
        judge(page, seen)
        keep(page)

    assert not seen, "\n".join(seen)
