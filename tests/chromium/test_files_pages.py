"""Lists, imports and the public pages of addresses in a real browser: uploads, axe, no script."""

import os
from pathlib import Path

import pytest

from enrol.services import loading_uploads, uploading, writing_lists
from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.office_files import office_tables, write_tables
from tests.officers import register_child
from tests.web.staff import build_house

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]
ROW = office_tables()["children"][0] | {"current_group": "VP4", "sibling_school_code": "S1"}


@pytest.fixture
def house(app, adapters):
    limiter.reset()
    made = build_house(app)
    for number in range(1, 4):
        register_child(made.world, number=number, adapters=adapters)
    yield made
    limiter.reset()


def look(page, address, seen):
    page.goto(address)
    judge(page, seen)
    keep(page)


def keep(page):
    """Keep a picture, when somebody wants to look at the pages."""
    folder = os.environ.get("ENROL_TEST_PICTURES")
    if folder:
        width = page.viewport_size["width"]
        name = page.url.split("/", 3)[3].replace("/", "_").replace("?", "-")[:60] or "start"
        count = len(list(Path(folder).iterdir()))
        page.screenshot(path=f"{folder}/{count:02}-{width}-{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]
)
def test_officers_bring_and_fetch_files(
    chromium, served, house, adapters, tmp_path, language, viewport, scheme
):
    seen: list[str] = []
    good = write_tables(tmp_path / "good", {"children": [ROW, ROW | {
        "pupil_code": "9000000005", "personal_id": "901220000009"}]})  # fmt: skip
    bad = write_tables(tmp_path / "bad", {"children": [ROW, ROW | {"sex": "x", "birth_on": "31"}]})
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        sign_in(page, served, "ward")
        page.goto(f"{served}/dieu-hanh?lang={language}")
        keep(page)
        look(page, f"{served}/dieu-hanh/nhap-tep", seen)
        press(page, "main #main-form button")
        judge(page, seen)  # nothing was chosen
        for import_id, folder in enumerate((good, bad), start=1):
            page.goto(f"{served}/dieu-hanh/nhap-tep")
            page.set_input_files("#files", folder / "children.csv")
            press(page, "main #main-form button")
            page.wait_for_url(f"**/nhap-tep/{import_id}")
            judge(page, seen)
            loading_uploads.check_import(import_id=import_id, folders=adapters.uploads)
            look(page, f"{served}/dieu-hanh/nhap-tep/{import_id}", seen)
        page.goto(f"{served}/dieu-hanh/nhap-tep/1")
        press(page, "main .acts form:first-child button")
        loading_uploads.apply_import(import_id=1, folders=adapters.uploads)
        look(page, f"{served}/dieu-hanh/nhap-tep/1", seen)
        assert (
            uploading.import_page(actor=house.officers.ward, import_id=1).found.state == "applied"
        )
        look(page, f"{served}/can-bo/danh-sach/{house.world.intake_id}", seen)
        press(page, "main #main-form button")
        page.wait_for_url("**/can-bo/tep/1")
        judge(page, seen)
        writing_lists.write_export(export_id=1, files=adapters.exports, secrets=adapters.secrets)
        look(page, f"{served}/can-bo/tep/1", seen)
        with page.expect_download() as waited:
            page.click("main a.act")
        assert waited.value.suggested_filename.endswith(".xlsx")
        look(page, f"{served}/can-bo/danh-sach/{house.world.intake_id}", seen)

    assert not seen, "\n".join(seen)


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]
)
def test_anybody_finds_zone_and_school_without_a_script(
    chromium, served, house, language, viewport, scheme
):
    seen: list[str] = []
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/?lang={language}")
        for path in ("/tim-truong", "/tim-truong?q=phuong", "/truong-hoc/S1", "/thu-tuc"):
            look(page, served + path, seen)
        page.goto(f"{served}/tim-truong")
        page.fill("#q", "hoan kiem")
        page.press("#q", "Enter")
        page.select_option("#to", "16A")
        judge(page, seen)
        press(page, "main button.act")
        judge(page, seen)
        keep(page)
        assert page.get_by_role("link", name="1" if language == "en" else "Số 1").count() >= 1
        page.goto(f"{served}/tim-truong")
        page.fill("#point", "nhà tôi")
        page.press("#point", "Enter")
        judge(page, seen)
        keep(page)
        page.fill("#point", "21.0301, 105.8502")
        page.press("#point", "Enter")
        judge(page, seen)
        keep(page)
        press(page, "header button.as-link")  # the other language keeps what was typed
        assert "21.0301" in page.inner_text("main")

    assert not seen, "\n".join(seen)
