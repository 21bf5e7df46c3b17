"""Live figures on the public pages and the office's wall screen: snapshots with their time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from enrol.core.waiting import RoomFigures
from enrol.services import counting
from enrol.services.refusals import StoreBusy
from enrol.store import intakes
from enrol.store.db import db, transaction
from enrol.store.tables.intakes import snapshots
from tests.officers import register_child
from tests.web.staff import build_house

SVG = "{http://www.w3.org/2000/svg}svg"


class Room:
    """A waiting room that is full."""

    def look(self, *, intake_id: int) -> RoomFigures:
        return RoomFigures(waiting=4321, inside=87, at=datetime.now(UTC))


@pytest.fixture
def house(app, _no_limits_left_over):
    return build_house(app)


@pytest.fixture
def counted(house, adapters):
    for number, wishes in enumerate((("S1", "S2"), ("S2",), ("S1",)), start=1):
        register_child(house.world, number=number, adapters=adapters, wishes=wishes)
    counting.refresh_counters(waiting_room=Room())
    return house


@pytest.fixture
def statements(app):
    """Every statement sent to the database."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement.lower())

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def tiles(page) -> list[str]:
    return [item.findtext("strong", "").strip() for item in page.tree.iter("li")]


def test_the_public_page_shows_the_snapshot_with_its_time(counted, browser):
    page = browser.open("/so-lieu")

    assert {"3", "4.321"} <= set(tiles(page))
    assert "Cập nhật lúc" in page.text
    assert "Đăng ký sớm hay muộn đều được xét như nhau" in page.text
    assert "Tuyến T00070" in page.text
    assert page.tree.find(f".//{SVG}") is not None
    assert page.response.headers["Cache-Control"] == "public, max-age=10"
    english = browser.open("/so-lieu?lang=en")
    assert "registrations so far" in english.text


def test_the_first_page_leads_to_the_figures(counted, browser):
    assert "/so-lieu" in browser.open("/").links()


def test_a_wards_page_shows_its_zones_and_schools_figures(counted, browser):
    page = browser.open("/truong/00070")

    assert "Số hồ sơ của tuyến đến nay: 3" in page.text
    assert "Nguyện vọng 1 đến nay 2" in page.text


def test_without_a_snapshot_the_pages_say_so(house, browser):
    assert "Chưa có số liệu" in browser.open("/so-lieu").text
    assert "Chưa có số liệu" in house.signed_in("city").open(f"{house.intake}/man-hinh").text


def test_no_page_counts_registrations(counted, browser, statements):
    city = counted.signed_in("city")
    statements.clear()

    for path in ("/so-lieu", "/", "/truong/00070"):
        browser.open(path)
    city.open(f"{counted.intake}/man-hinh")

    assert any("snapshots" in statement for statement in statements)
    assert not [s for s in statements if "count(" in s or "from registrations" in s]


def test_taking_the_figures_does_count(counted, statements):
    """The negative control: the listener sees counting where it is done."""
    counting.refresh_counters()

    assert [s for s in statements if "count(" in s and "from registrations" in s]


@pytest.mark.parametrize("kind", ["city", "ward"])
def test_the_wall_screen_shows_everything_and_comes_back_by_itself(counted, kind):
    page = counted.signed_in(kind).open(f"{counted.intake}/man-hinh")

    assert {"3", "4.321", "0"} <= set(tiles(page))
    assert page.response.headers["Refresh"] == "5"
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "Tuyến T00070" in page.text
    assert "Nguyễn" not in page.tree.findtext(".//main", "")
    assert page.tree.find(f".//{SVG}").get("aria-label").startswith("Số hồ sơ mỗi phút")
    assert page.tree.find(".//script") is None
    assert counted.signed_in(kind).open(f"{counted.intake}/man-hinh?lang=en").language == "en"


def test_the_wall_screen_is_the_offices_own(counted, browser):
    address = f"{counted.intake}/man-hinh"

    assert browser.ask("GET", address).status_code == 303
    assert counted.signed_in("other_ward").ask("GET", address).status_code in (200, 404)
    assert counted.signed_in("school").ask("GET", address).status_code == 404


def test_old_figures_and_late_work_are_shown_as_trouble(counted):
    hour = timedelta(hours=1)
    with transaction() as tx:
        old = update(snapshots).where(snapshots.c.name != counting.OUTBOX)
        tx.execute(old.values(taken_at=datetime.now(UTC) - hour))
        late = update(snapshots).where(snapshots.c.name == counting.OUTBOX)
        tx.execute(late.values(body={"undone": 7, "oldest_seconds": 3600}))

    page = counted.signed_in("city").open(f"{counted.intake}/man-hinh")

    assert "Số liệu không được cập nhật" in page.text
    assert "đang chậm (7)" in page.text


def test_a_busy_database_does_not_leave_the_wall_dark_for_ever(counted, monkeypatch):
    city = counted.signed_in("city")

    def busy(*_arguments, **_names):
        raise StoreBusy

    monkeypatch.setattr(intakes, "snapshot_of", busy)
    answer = city.ask("GET", f"{counted.intake}/man-hinh")

    assert answer.status_code == 503
    assert answer.headers["Refresh"] == "5"


def test_other_pages_of_the_office_do_not_renew_themselves(counted):
    assert "Refresh" not in counted.signed_in("city").ask("GET", counted.intake).headers
