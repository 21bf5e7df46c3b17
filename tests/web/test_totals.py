"""The calendar of intakes, totals by ward and hour, and the map of the wards."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from enrol.services import counting, totalling
from enrol.store import counters
from enrol.store.db import transaction
from enrol.store.tables.units import units
from tests.officers import register_child
from tests.web.staff import build_house

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")


@pytest.fixture
def house(app):
    return build_house(app)


def counted(house, adapters):
    """Three children for the first ward's six seats, and four seats fewer there."""
    for number in (1, 2, 3):
        register_child(house.world, number=number, adapters=adapters)
    counting.refresh_counters()


def give_ground(code, west):
    ring = [[west, 21.0], [west + 0.02, 21.0], [west + 0.02, 21.02], [west, 21.02], [west, 21.0]]
    with transaction() as tx:
        tx.execute(
            update(units)
            .where(units.c.code == code)
            .values(boundary={"type": "Polygon", "coordinates": [ring]})
        )


def test_totals_are_the_counters_sums_by_ward(house, adapters):
    counted(house, adapters)

    found = totalling.totals_of(actor=house.officers.city, intake_id=house.world.intake_id)

    assert [(w.unit, w.registrations, w.seats, w.short) for w in found.wards] == [
        ("00070", 3, 6, ()),
        ("00103", 0, 3, ()),
    ]
    assert (found.registrations, found.seats) == (3, 9)
    assert sum(count for _at, count in found.hours) == 3


def test_a_ward_sees_its_own_totals_only(house, adapters):
    counted(house, adapters)

    found = totalling.totals_of(actor=house.officers.other_ward, intake_id=house.world.intake_id)

    assert [ward.unit for ward in found.wards] == ["00103"]


def test_hours_without_registrations_stand_with_nought_and_only_the_latest_are_shown(house):
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    hours = [[(noon - timedelta(hours=back)).isoformat(), back + 1] for back in (0, 3, 200)]
    with transaction() as tx:
        counters.save(tx, name=f"intake/{house.world.intake_id}", body={"hours": hours})

    found = totalling.totals_of(actor=house.officers.city, intake_id=house.world.intake_id)

    assert len(found.hours) == totalling.MOST_HOURS
    assert [count for _at, count in found.hours[-4:]] == [4, 0, 0, 1]


def test_the_page_counts_nothing_itself(house, adapters, monkeypatch):
    counted(house, adapters)

    def refuse(*_arguments, **_names):
        raise AssertionError("a page counts")

    monkeypatch.setattr(counters, "count_registrations", refuse)

    page = house.signed_in("city").open(f"{house.intake}/tong-hop")

    assert "3 hồ sơ trên 9 chỉ tiêu" in page.text
    assert "Phường Hoàn Kiếm" in page.text


def test_wards_that_run_short_are_dark_and_numbered_on_the_map_as_in_the_table(house):
    give_ground("00070", 105.80)
    give_ground("00103", 105.83)
    with transaction() as tx:
        counters.save(
            tx, name=f"intake/{house.world.intake_id}", body={"zones": {"T00070": 3, "T00103": 4}}
        )

    page = house.signed_in("city").open(f"{house.intake}/tong-hop")

    drawn = page.response.text
    assert sorted(re.findall(r'<polygon[^>]*fill-opacity="([0-9.]+)"', drawn)) == ["0", "0.65"]
    assert re.findall(r'class="map-number"[^>]*>(\d+)<', drawn) == ["1"]
    first_row = page.text.split("Tuyến thiếu chỉ tiêu")[1]
    assert first_row.index("Phường Tây Hồ") < first_row.index("Phường Hoàn Kiếm")
    assert "T00103" in first_row


def test_without_counters_and_ground_the_page_says_so(house):
    page = house.signed_in("ward").open(f"{house.intake}/tong-hop")

    assert "<polygon" not in page.response.text
    assert "chưa có số liệu" in page.text


def test_the_calendar_shows_the_intakes_an_officer_takes_part_in(house):
    for kind in ("city", "other_ward"):
        page = house.signed_in(kind).open("/dieu-hanh/lich")
        assert "Tuyển sinh lớp 1 năm học 2026-2027" in page.text
        assert "06/07/2026" in page.text
