"""The city sets its day counts while nothing runs by them, and is told clearly when it is late."""

import pytest
from sqlalchemy import select

from enrol.services import setting_days
from enrol.services.refusals import NotFound
from enrol.services.setting_days import DayCounts
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.journal import journal
from tests.officers import back_to_draft, register_child
from tests.web.staff import build_house
from tests.world import set_phase


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def city(house):
    return house.signed_in("city")


def kept() -> tuple[int, int, int]:
    columns = intakes.c
    query = select(columns.review_days, columns.reply_days, columns.correction_days)
    with transaction() as tx:
        return tuple(tx.execute(query).one())


def entries():
    with transaction() as tx:
        return tx.execute(select(journal).where(journal.c.action == "intake.days_set")).all()


def test_while_nothing_runs_all_three_change_and_the_journal_keeps_both(house, city):
    back_to_draft(house.world)
    page = city.open(f"{house.intake}/thoi-han")
    assert "Thời hạn" in page.text
    city.press(page, review="7", reply="12", correction="4")
    assert kept() == (7, 12, 4)
    [entry] = entries()
    assert entry.detail == {
        "review": 7,
        "reply": 12,
        "correction": 4,
        "review_before": 5,
        "reply_before": 10,
        "correction_before": 3,
    }
    city.press(city.open(f"{house.intake}/thoi-han"))
    assert len(entries()) == 1, "the same again writes nothing"


@pytest.mark.parametrize(
    ("kind", "number"),
    [("review", "0"), ("review", "61"), ("correction", "31"), ("reply", "zehn"), ("reply", "-3")],
)
def test_a_number_out_of_bounds_is_told_and_what_was_typed_stays(house, city, kind, number):
    page = city.press(city.open(f"{house.intake}/thoi-han"), **{kind: number})
    assert page.status == 422
    assert "số nguyên" in page.text
    assert kept() == (5, 10, 3)


def test_from_the_first_registration_on_the_days_for_files_stand(house, city, adapters):
    page = city.open(f"{house.intake}/thoi-han")
    register_child(house.world, number=1, adapters=adapters)
    late = city.press(page, review="9", reply="12")
    assert late.status == 422
    assert "gia đình đã đăng ký" in late.text
    assert kept() == (5, 10, 3), "all or nothing"
    city.press(city.open(f"{house.intake}/thoi-han"), reply="12")
    assert kept() == (5, 12, 3)


@pytest.mark.parametrize("phase", ["allocated", "provisional", "final"])
def test_from_the_allocation_on_every_number_stands(house, city, phase):
    set_phase(house.world, phase)
    page = city.open(f"{house.intake}/thoi-han")
    assert "Lưu thời hạn" not in page.text
    for changed in (DayCounts(6, 10, 3), DayCounts(5, 11, 3), DayCounts(5, 10, 4)):
        with pytest.raises(setting_days.ClockRuns):
            setting_days.set_days(
                actor=house.officers.city, intake_id=house.world.intake_id, days=changed
            )
    assert kept() == (5, 10, 3)


@pytest.mark.parametrize("kind", ["ward", "school", "other_ward"])
def test_only_the_city_sets_them(house, kind):
    with pytest.raises(NotFound):
        setting_days.set_days(
            actor=getattr(house.officers, kind),
            intake_id=house.world.intake_id,
            days=DayCounts(6, 10, 3),
        )
