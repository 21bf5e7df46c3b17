"""A school moves from one ward to another on its day, and not while an intake of it runs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from enrol.services import authority, moving_schools, planning
from enrol.services.moving_schools import MovePlanned, MoveRefused, NothingToTakeBack
from enrol.services.refusals import NotFound
from enrol.store import school_moves
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.journal import journal
from enrol.store.tables.schools import school_moves as rows
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units
from tests.officers import add_elsewhere, add_officers, civil_day
from tests.world import build_world

TODAY = civil_day(datetime.now(UTC))


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def elsewhere(world):
    return add_elsewhere(world)


@pytest.fixture
def officers(world, elsewhere):
    with transaction() as tx:
        tx.execute(update(intakes).values(phase="draft"))
    return add_officers(world, elsewhere)


def ward_code(unit_id: int) -> str:
    with transaction() as tx:
        return str(tx.execute(select(units.c.code).where(units.c.id == unit_id)).scalar_one())


def plan(officers, elsewhere, *, on: date = TODAY, actor=None, **changes: str) -> None:
    said = {"school": "S1", "to": ward_code(elsewhere.ward_id), "reason": "Sáp nhập", **changes}
    moving_schools.plan_move(actor=actor or officers.city, on=on, **said)


def ward_of(world, school: str = "S1") -> int:
    with transaction() as tx:
        query = select(schools.c.unit_id).where(schools.c.code == school)
        return int(tx.execute(query).scalar_one())


def reaches(officer, school_id: int) -> bool:
    with transaction() as tx:
        return authority.reach_of(tx, actor=officer).holds_school(school_id)


def let_the_day_come() -> None:
    with transaction() as tx:
        tx.execute(update(rows).values(moves_on=TODAY - timedelta(days=1)))


def test_the_school_belongs_to_its_new_ward_from_its_day_on(world, officers, elsewhere):
    plan(officers, elsewhere, on=TODAY + timedelta(days=3))
    assert moving_schools.do_due() == 0
    assert ward_of(world) == world.ward_id
    assert reaches(officers.ward, world.schools["S1"])

    let_the_day_come()
    assert moving_schools.do_due() == 1
    assert ward_of(world) == elsewhere.ward_id
    assert not reaches(officers.ward, world.schools["S1"])
    assert reaches(officers.other_ward, world.schools["S1"])
    [move] = moving_schools.move_desk(actor=officers.city).moves
    assert (move.school, move.moved_at is not None, move.is_open) == ("S1", True, False)
    with transaction() as tx:
        said = tx.execute(
            select(journal.c.action, journal.c.actor)
            .where(journal.c.subject == "S1")
            .order_by(journal.c.id)
        ).all()
    assert [row.action for row in said] == ["school.move_planned", "school.moved"]
    assert moving_schools.do_due() == 0, "a second relay finds nothing left"


def test_the_new_ward_states_its_seats_and_the_old_one_no_longer_does(world, officers, elsewhere):
    plan(officers, elsewhere)
    moving_schools.do_due()
    asked = {
        "intake_id": world.intake_id,
        "school_id": world.schools["S1"],
        "seats": 30,
        "classes": 1,
        "reason": "",
    }
    planning.change_seats(actor=officers.other_ward, **asked)
    with pytest.raises(NotFound):
        planning.change_seats(actor=officers.ward, **asked)


@pytest.mark.parametrize("phase", ["announced", "open"])
def test_it_stays_while_an_intake_of_it_runs_however_late_the_day(
    world, officers, elsewhere, phase
):
    plan(officers, elsewhere)
    with transaction() as tx:
        tx.execute(update(intakes).values(phase=phase, seed_commitment="0" * 64, sealed_seed=b"0"))
    assert moving_schools.do_due() == 0
    [move] = moving_schools.move_desk(actor=officers.city).moves
    assert move.waits_for is not None
    with transaction() as tx:
        tx.execute(update(intakes).values(phase="draft"))
    assert moving_schools.do_due() == 1


def test_a_planned_move_is_taken_back_once_and_then_another_can_be_planned(
    world, officers, elsewhere
):
    plan(officers, elsewhere)
    with pytest.raises(MovePlanned):
        plan(officers, elsewhere)
    [move] = moving_schools.move_desk(actor=officers.city).moves
    moving_schools.take_back(actor=officers.city, move_id=move.move_id)
    with pytest.raises(NothingToTakeBack):
        moving_schools.take_back(actor=officers.city, move_id=move.move_id)
    assert moving_schools.do_due() == 0
    plan(officers, elsewhere)
    assert moving_schools.do_due() == 1
    with pytest.raises(NothingToTakeBack):
        moving_schools.take_back(actor=officers.city, move_id=move.move_id + 1)


def test_only_the_city_moves_schools(world, officers, elsewhere):
    for actor in (officers.ward, officers.other_ward, officers.school, officers.nobody):
        with pytest.raises(NotFound):
            plan(officers, elsewhere, actor=actor)
        with pytest.raises(NotFound):
            moving_schools.move_desk(actor=actor)
        with pytest.raises(NotFound):
            moving_schools.take_back(actor=actor, move_id=1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"school": "nobody"}, "school"),
        ({"to": "nowhere"}, "to"),
        ({"to": "00070"}, "to"),
        ({"on": TODAY - timedelta(days=1)}, "on"),
        ({"reason": " \u200b "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
    ],
)
def test_what_makes_no_move_is_named_and_nothing_is_planned(
    world, officers, elsewhere, changes, field
):
    with pytest.raises(MoveRefused) as refused:
        plan(officers, elsewhere, **changes)
    assert refused.value.fields == {field}
    assert not moving_schools.move_desk(actor=officers.city).moves


def test_a_ward_that_ended_meanwhile_gets_no_school(world, officers, elsewhere):
    plan(officers, elsewhere)
    with transaction() as tx:
        tx.execute(
            update(units)
            .where(units.c.id == elsewhere.ward_id)
            .values(valid_to=text("valid_from + 1"))
        )
    assert moving_schools.do_due() == 0
    assert ward_of(world) == world.ward_id


def test_the_constraint_alone_refuses_a_second_planned_move(world, officers, elsewhere):
    plan(officers, elsewhere)
    with transaction() as tx:
        moving = school_moves.school(tx, code="S1", unit_ids=[world.ward_id])
    assert moving is not None
    again = {"to": elsewhere.ward_id, "on": TODAY, "why": "-", "by": officers.city.staff_id}
    with pytest.raises(MovePlanned), transaction() as tx:
        school_moves.add(tx, moving=moving, **again)
