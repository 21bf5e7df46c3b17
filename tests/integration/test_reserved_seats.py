"""Reserved seats from the plan to the bundle: they are frozen, count, and anyone can check them."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text, update

from enrol.core.verification import verify
from enrol.services import bundling, closing, drawing, planning
from enrol.store.db import transaction
from enrol.store.tables.intakes import seat_plans
from enrol.store.tables.registrations import frozen_entries
from tests.agreed import publish
from tests.integration.test_allocating import allocate
from tests.officers import (
    add_elsewhere,
    add_officers,
    civil_day,
    end_window,
    register_child,
    set_public_value_on,
)
from tests.world import build_world

NUMBERS = range(1, 13)
DISABLED = (7, 11)
"""Two of twelve for two seats: by chance alone they would get both once in 66 draws."""


@pytest.fixture
def world(app):
    return build_world(seats=2)


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


def reserve(world, *reserves):
    with transaction() as tx:
        tx.execute(
            update(seat_plans)
            .where(seat_plans.c.school_id == world.schools["S1"])
            .values(reserves=[list(reserve) for reserve in reserves])
        )


@pytest.fixture
def codes(world, officers, adapters):
    """Registration codes by number; everybody wishes S1 alone."""
    return {
        number: register_child(
            world,
            number=number,
            adapters=adapters,
            wishes=("S1",),
            policies=("ethnic_minority", "disability")[: 2 if number in DISABLED else 1],
        )
        for number in NUMBERS
    }


def close_and_draw(world, officers, adapters):
    end_window(world)
    closing.close_intake(actor=officers.city, intake_id=world.intake_id)
    set_public_value_on(world, civil_day(datetime.now(UTC)))
    value = {"intake_id": world.intake_id, "public_value": "1-2-3", "arose_later": True}
    drawing.propose_public_value(actor=officers.city, **value)
    drawing.confirm_public_value(actor=officers.city_second, vault=adapters.vault, **value)


def unannounce(world):
    """Give the hand-made intake a real seed, as its announcement would."""
    with transaction() as tx:
        tx.execute(text("UPDATE intakes SET phase = 'draft', closes_at = now() + interval '1 day'"))
    set_public_value_on(world, civil_day(datetime.now(UTC)).replace(year=2099))


def frozen_policies():
    with transaction() as tx:
        lines = tx.execute(select(frozen_entries.c.entry)).scalars()
        entries = [json.loads(line) for line in lines]
    return {entry["code"]: entry["facts"]["policies"] for entry in entries}


def test_reserved_seats_go_to_whom_they_are_reserved_and_the_bundle_verifies(
    world, officers, adapters, codes
):
    reserve(world, ("disability", 2))
    unannounce(world)
    closing.announce_intake(actor=officers.city, intake_id=world.intake_id, vault=adapters.vault)
    close_and_draw(world, officers, adapters)
    drawn = SimpleNamespace(officer=officers.city, intake_id=world.intake_id)
    allocate(drawn)
    publish(officer=officers.city, intake_id=world.intake_id)
    built = bundling.build_bundle(intake_code="HN-L1-2026")

    rows = built.members["placements.csv"].decode().splitlines()[1:]
    seated = {row.split(",")[0] for row in rows if ",S1," in row}
    assert seated == {codes[number] for number in DISABLED}
    assert "S1,2,disability:2" in built.members["seat_plans.csv"].decode()
    assert verify(built.members).holds


def test_only_categories_that_decide_something_stand_in_the_list(world, officers, adapters, codes):
    reserve(world, ("disability", 1))
    end_window(world)
    closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    assert frozen_policies() == {
        code: ["disability"] if number in DISABLED else [] for number, code in codes.items()
    }


def test_without_reserves_no_category_stands_in_the_list(world, officers, adapters, codes):
    end_window(world)
    closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    assert set(map(tuple, frozen_policies().values())) == {()}


def test_an_office_that_states_seats_anew_keeps_what_is_reserved(world, officers):
    reserve(world, ("disability", 2), ("war_invalid", 1))
    asked = {"actor": officers.ward, "intake_id": world.intake_id, "classes": 1, "reason": "-"}
    school = world.schools["S1"]

    planning.change_seats(school_id=school, seats=30, **asked)
    with pytest.raises(planning.SeatsBelowReserves) as refused:
        planning.change_seats(school_id=school, seats=2, **asked)

    page = planning.seats_of(actor=officers.ward, intake_id=world.intake_id)
    line = next(line for line in page.lines if line.school == "S1")
    assert (line.seats, line.reserves) == (30, [["disability", 2], ["war_invalid", 1]])
    assert refused.value.reserved == 3
