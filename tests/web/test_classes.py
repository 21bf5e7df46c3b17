"""A school's pages of classes: shown first, then kept, renamed, one child moved."""

import pytest
from sqlalchemy import select, update

from enrol.core.actors import SCHOOL_OFFICER
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.class_lists import class_places, school_classes
from enrol.store.tables.schools import schools
from tests.answered import make_final
from tests.corrected import placements_of
from tests.officers import add_officer
from tests.web.final import build_season
from tests.web.staff import HASHES, PASSWORD
from tests.world import count_of

SCHOOL = "school@example.vn"


@pytest.fixture
def desk(app, adapters):
    """The browser of a school's officer, and the address of its classes."""
    season = build_season(app, adapters)
    make_final(season.drawn)
    placed = placements_of(season.drawn, "final").values()
    code = next(line.school for line in placed if line.school)
    with transaction() as tx:
        school_id = tx.execute(select(schools.c.id).where(schools.c.code == code)).scalar_one()
    add_officer(email=SCHOOL, role=SCHOOL_OFFICER, school_id=school_id)
    with transaction() as tx:
        tx.execute(update(Staff.__table__).values(password=HASHES[PASSWORD]))
    school = f"/nha-truong/{season.drawn.intake_id}/{school_id}"
    browser = season.officer(SCHOOL)
    assert f"{school}/lop-hoc" in browser.open(school).links()
    return browser, f"{school}/lop-hoc"


def names() -> list[str]:
    query = select(school_classes.c.name).order_by(school_classes.c.position)
    with transaction() as tx:
        return list(tx.execute(query).scalars())


def test_a_division_is_shown_kept_renamed_and_a_child_moved(desk):
    browser, classes = desk
    assert "Chưa chia lớp" in browser.open(classes).text
    shown = browser.open(f"{classes}/chia?lop=2")
    assert "Xếp 10 học sinh vào các lớp này" in shown.text
    assert "Nguyễn Thị Đào" in shown.text
    assert names() == []

    wrong = browser.press(shown, **{"ten-1": "1B", "ten-2": "1b"})
    assert wrong.status == 422
    assert wrong.offered()["ten-2"] == "1b", "nothing typed is lost"
    page = browser.press(wrong, **{"ten-1": "1B", "ten-2": "1C"})
    assert "Đã xếp lớp cho 10 học sinh" in page.text
    assert names() == ["1B", "1C"]

    ids = [field for field in page.offered() if field.startswith("ten-")]
    page = browser.press(page, **dict(zip(ids, ("1C", "1B"), strict=True)))
    assert names() == ["1C", "1B"]

    first = browser.open(f"{classes}/{ids[0].removeprefix('ten-')}")
    [move, *_] = [link for link in first.links() if "/xep/" in link and "lang=" not in link]
    page = browser.press(browser.open(move), class_id=ids[1].removeprefix("ten-"))
    assert "đã vào lớp 1B" in page.text
    with transaction() as tx:
        query = select(class_places.c.class_id).where(class_places.c.is_by_hand)
        assert [f"ten-{one}" for one in tx.execute(query).scalars()] == [ids[1]]
    again = browser.open(f"{classes}/chia?lop=2")
    assert "1 học sinh đã được xếp bằng tay" in again.text


@pytest.mark.parametrize("count", ["0", "11", "zwei", "99999999999"])
def test_a_number_of_classes_that_makes_no_sense_is_told(desk, count):
    browser, classes = desk
    page = browser.open(f"{classes}/chia?lop={count}", expect=422)
    assert "số nguyên từ 1 đến 10" in page.text
    assert f'value="{count}"' in page.response.text


def test_an_old_preview_is_not_kept(desk):
    browser, classes = desk
    old = browser.open(f"{classes}/chia?lop=3")
    browser.press(browser.open(f"{classes}/chia?lop=2"))
    page = browser.press(old)
    assert page.status == 422
    assert "Vui lòng xem lại cách chia" in page.text
    assert names() == ["1A1", "1A2"]
    assert count_of(class_places) == 10
