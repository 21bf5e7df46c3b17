"""Approvals, settings of an intake, totals with the map and officers' accounts: what axe finds."""

import os

import pytest
from sqlalchemy import update

from enrol.services import approving, planning
from enrol.store import counters
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.units import units
from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.officers import back_to_draft
from tests.web.staff import build_house
from tests.world import set_phase

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]


@pytest.fixture
def house(app):
    limiter.reset()
    made = build_house(app)
    back_to_draft(made.world)
    with transaction() as tx:
        tx.execute(update(intakes).values(needs_approvals=True))
        for code, west in (("00070", 105.80), ("00103", 105.825)):
            east = west + 0.02
            ring = [[west, 21.0], [east, 21.0], [east, 21.02], [west, 21.03], [west, 21.0]]
            ground = {"type": "Polygon", "coordinates": [ring]}
            tx.execute(update(units).where(units.c.code == code).values(boundary=ground))
        hours = [[f"2026-06-01T{hour:02}:00:00+00:00", 40 + 13 * hour] for hour in range(1, 9)]
        body = {"zones": {"T00070": 5, "T00103": 4}, "hours": hours}
        counters.save(tx, name=f"intake/{made.world.intake_id}", body=body)
    for school, seats in (("S1", 30), ("S2", 90)):
        planning.change_seats(
            actor=made.officers.ward,
            intake_id=made.world.intake_id,
            school_id=made.world.schools[school],
            seats=seats,
            classes=1,
            reason="Thêm phòng học",
        )
    yield made
    limiter.reset()


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_axe_finds_nothing(chromium, served, house, language, viewport):
    seen: list[str] = []

    def keep(page, name):
        judge(page, seen)
        folder = os.environ.get("ENROL_PICTURES")
        if folder:
            name = f"{name}-{language}-{viewport['width']}"
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    def look(page, path, name):
        page.goto(served + path)
        keep(page, name)

    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "city")
        look(page, f"{house.intake}/duyet", "readiness")
        look(page, f"{house.intake}/duyet/khong-cho", "go-on")
        look(page, f"{house.intake}/quy-tac", "rules")
        look(page, f"{house.intake}/phuong-tham-gia", "pilot")
        page.uncheck(f"#ward-{house.elsewhere.ward_id}")
        press(page, "main button[type=submit]")
        keep(page, "pilot-preview")
        look(page, "/dieu-hanh/lich", "calendar")
        look(page, f"{house.intake}/tong-hop", "totals")
        look(page, "/dieu-hanh/can-bo", "officers")
        look(page, "/dieu-hanh/can-bo/moi", "new-officer")
        look(page, f"/dieu-hanh/can-bo/{house.officers.ward.staff_id}/dong", "close-officer")
        look(page, house.intake, "intake-planned")
        approving.go_on_without(
            actor=house.officers.city, intake_id=house.world.intake_id, reason="Thử"
        )
        with transaction() as tx:
            tx.execute(update(intakes).values(seed_commitment="0" * 64, sealed_seed=b"sealed"))
        set_phase(house.world, "closed")
        look(page, f"{house.intake}/duyet", "readiness-closed")
        look(page, f"{house.intake}/duyet/tuyen/T00070", "list-review")

    assert not seen, "\n".join(seen)
