"""A school divides its children into classes, and the city sets its days, in a real browser."""

import os

import pytest
from sqlalchemy import select, update

from enrol.core.actors import SCHOOL_OFFICER
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.schools import schools
from enrol.web.extensions import limiter
from tests.answered import make_final
from tests.chromium.pressing import press
from tests.chromium.test_final_pages import sign_in
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, tab
from tests.corrected import placements_of
from tests.officers import add_officer
from tests.web.final import build_season
from tests.web.staff import HASHES, PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_a_school_divides_its_children(chromium, served, app, adapters, language, viewport):
    limiter.reset()
    season = build_season(app, adapters)
    seen: list[str] = []

    def look(page, name):
        judge(page, seen)
        folder = os.environ.get("ENROL_PICTURES")
        if folder:
            name = f"{name}-{language}-{viewport['width']}"
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "city@example.vn")
        page.goto(f"{served}{season.intake}/thoi-han")
        look(page, "days")
    make_final(season.drawn)
    school = next(
        line.school for line in placements_of(season.drawn, "final").values() if line.school
    )
    with transaction() as tx:
        school_id = tx.execute(select(schools.c.id).where(schools.c.code == school)).scalar_one()
    add_officer(email="school@example.vn", role=SCHOOL_OFFICER, school_id=school_id)
    with transaction() as tx:
        tx.execute(update(Staff.__table__).values(password=HASHES[PASSWORD]))
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "school@example.vn")
        classes = f"{served}/nha-truong/{season.drawn.intake_id}/{school_id}/lop-hoc"
        page.goto(classes)
        look(page, "classes-none")
        page.goto(f"{classes}/chia?lop=2")
        look(page, "classes-preview")
        page.fill("#ten-1", "1A")
        press(page, "#main-form button[type=submit]")
        look(page, "classes")
        assert page.locator("tbody th").first.inner_text() == "1A"
        with page.expect_navigation():
            page.locator("tbody th a").first.click()
        look(page, "class")
        with page.expect_navigation():
            page.locator("tbody td a").first.click()
        look(page, "class-move")
        page.locator("input[name=class_id]").nth(1).check()
        press(page, "#main-form button[type=submit]")
        look(page, "classes-moved")
        page.goto(f"{classes}/chia?lop=99")
        look(page, "classes-refused")
    limiter.reset()
    assert not seen, "\n".join(seen)
