"""Publishing by two officers, zones and the move of a group in a real browser: what axe finds."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from enrol.store.db import transaction
from enrol.store.tables.intakes import publication_requests
from enrol.store.tables.units import residential_groups
from enrol.web.extensions import limiter
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.officers import register_child
from tests.web.staff import build_house
from tests.world import HOME, set_phase

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]

TOTALS = {
    "entries": 1234,
    "seats": 1300,
    "seated": 1100,
    "first_wish": 900,
    "rerouted": 134,
    "unplaced": 0,
}


@pytest.fixture
def house(app, adapters):
    limiter.reset()
    made = build_house(app)
    for number in (1, 2, 3):
        register_child(made.world, number=number, adapters=adapters)
    with transaction() as tx:
        tx.execute(
            update(residential_groups).values(latitude=HOME[0] + 0.01, longitude=HOME[1] + 0.01)
        )
    yield made
    limiter.reset()


def ask_as_first(house) -> None:
    with transaction() as tx:
        tx.execute(
            insert(publication_requests).values(
                intake_id=house.world.intake_id,
                kind="provisional",
                outcome_digest="0f" * 32,
                totals=TOTALS,
                publish_at=datetime.now(UTC) + timedelta(hours=1),
                objection_days=7,
                asked_by=house.officers.city.staff_id,
            )
        )


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_axe_finds_nothing(chromium, served, house, language, viewport):
    seen: list[str] = []

    def look(page, path, name):
        page.goto(served + path)
        judge(page, seen)
        folder = os.environ.get("ENROL_PICTURES")
        if folder:
            name = f"{name}-{language}-{viewport['width']}"
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "city_second")
        look(page, f"{house.intake}/tuyen", "zones")
        group = f"{house.intake}/tuyen/to/{house.world.group_id}"
        look(page, group, "group")
        look(page, f"{group}?zone=T00103", "group-preview")
        set_phase(house.world, "allocated")
        look(page, f"{house.intake}/cong-bo-ket-qua", "ask")
        ask_as_first(house)
        look(page, house.intake, "intake-asked")
        look(page, f"{house.intake}/xac-nhan-cong-bo", "confirm")
        look(page, f"{house.intake}/dung-cong-bo", "halt")

    assert not seen, "\n".join(seen)
