"""Live figures and the wall screen in a real browser: what axe finds, and one screen without
scrolling.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from enrol.services import counting
from enrol.store.db import transaction
from enrol.store.tables.intakes import snapshots
from enrol.web.extensions import limiter
from tests.chromium.test_family_pages import DESKTOP, PHONE, judge
from tests.chromium.test_staff_pages import sign_in, tab
from tests.officers import register_child
from tests.web.staff import build_house

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WALL = {"width": 1920, "height": 1080}
ZONES = """
INSERT INTO zones (code, unit_id, name, name_en, valid_from)
  SELECT 'T1' || n, :ward, 'Tuyến tuyển sinh phường Văn Miếu – Quốc Tử Giám số ' || n,
    'Zone ' || n, '2025-07-01' FROM generate_series(1000, 1019) n;
INSERT INTO intake_zones (intake_id, zone_id)
  SELECT :intake, id FROM zones WHERE code LIKE 'T1%';
INSERT INTO schools (code, unit_id, name, name_en, address, latitude, longitude)
  SELECT 'X' || code, unit_id, name, name_en, '-', 21, 105 FROM zones WHERE code LIKE 'T1%';
INSERT INTO seat_plans (intake_id, intake_zone_id, school_id, seats)
  SELECT :intake, i.id, s.id, 1200 FROM intake_zones i JOIN zones z ON z.id = i.zone_id
  JOIN schools s ON s.code = 'X' || z.code;
"""


@pytest.fixture
def house(app, adapters):
    """A city in its opening hour: twenty more zones, crowded figures."""
    limiter.reset()
    made = build_house(app)
    register_child(made.world, number=1, adapters=adapters)
    counting.refresh_counters()
    _crowd(made)
    yield made
    limiter.reset()


def _crowd(house) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    minutes = [
        [(now - timedelta(minutes=back)).isoformat(), 3000 // (1 + abs(back - 35) // 3)]
        for back in range(59)
    ]
    body = {
        "registrations": 143_210,
        "zones": {f"T1{n}": (n - 999) * 120 for n in range(1000, 1020)},
        "first_wishes": {},
        "minutes": minutes,
        "ticked": 112_800,
        "waiting": 118_234,
        "inside": 912,
    }
    name = counting.intake_snapshot(house.world.intake_id)
    places = {"ward": house.world.ward_id, "intake": house.world.intake_id}
    with transaction() as tx:
        for statement in ZONES.split(";")[:-1]:
            given = {key: value for key, value in places.items() if f":{key}" in statement}
            tx.execute(text(statement), given)
        tx.execute(update(snapshots).where(snapshots.c.name == name).values(body=body))


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]
)
def test_axe_finds_nothing(chromium, served, house, language, viewport, scheme):
    seen: list[str] = []
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/?lang={language}")
        for path in ("/so-lieu", "/truong/00070"):
            page.goto(served + path)
            judge(page, seen)
        sign_in(page, served, "city")
        page.goto(f"{served}{house.intake}/man-hinh")
        judge(page, seen)

    assert not seen, "\n".join(seen)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_wall_screen_is_one_screen_without_scripts(chromium, served, house, language):
    with tab(chromium, viewport=WALL, java_script_enabled=False) as page:
        sign_in(page, served, "city")
        page.goto(f"{served}{house.intake}/man-hinh?lang={language}")
        body = page.locator("body").bounding_box()
        tiles = page.locator(".tiles li").all()
        numbers = page.locator(".tiles strong").all()

        assert body["width"] <= WALL["width"]
        assert body["height"] <= WALL["height"]
        assert page.locator("table tbody tr").count() == 12
        for tile, number in zip(tiles, numbers, strict=True):
            frame, inside = tile.bounding_box(), number.bounding_box()
            assert inside["x"] + inside["width"] <= frame["x"] + frame["width"]
