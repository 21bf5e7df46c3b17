"""Which intakes and seats an officer sees, and who may change what until when."""

import pytest
from sqlalchemy import select, update

from enrol.core.intake import Phase
from enrol.services import phases, planning
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.intakes import seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.units import units
from tests.officers import add_elsewhere, add_officers, back_to_draft
from tests.world import build_world, set_phase

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def elsewhere(world):
    return add_elsewhere(world)


@pytest.fixture
def officers(world, elsewhere):
    return add_officers(world, elsewhere)


def schools_seen(actor, world):
    page = planning.seats_of(actor=actor, intake_id=world.intake_id)
    return [line.school for line in page.lines]


def change(world, actor, *, school_id=None, seats=40, classes=2, reason="thêm phòng học"):
    planning.change_seats(
        actor=actor,
        intake_id=world.intake_id,
        school_id=school_id or world.schools["S1"],
        seats=seats,
        classes=classes,
        reason=reason,
    )


def seats_of_school(school_id):
    with transaction() as tx:
        query = select(seat_plans.c.seats, seat_plans.c.classes).where(
            seat_plans.c.school_id == school_id
        )
        return tuple(tx.execute(query).one())


def changes():
    with transaction() as tx:
        return tx.execute(select(journal).where(journal.c.action == "seats.changed")).all()


def test_each_officer_sees_the_schools_of_their_own_places(world, officers):
    assert schools_seen(officers.city, world) == ["S1", "S2", "S3", "S9"]
    assert schools_seen(officers.ward, world) == ["S1", "S2", "S3"]
    assert schools_seen(officers.other_ward, world) == ["S9"]
    assert schools_seen(officers.school, world) == ["S1"]
    with pytest.raises(NotFound):
        schools_seen(officers.nobody, world)


def test_an_intake_that_does_not_exist_is_not_found(world, officers):
    with pytest.raises(NotFound):
        planning.seats_of(actor=officers.city, intake_id=world.intake_id + 1)


def test_the_desk_lists_intakes_and_tells_which_ones_are_led(world, officers):
    for officer, leads in ((officers.city, True), (officers.ward, False), (officers.school, False)):
        desk = planning.desk_of(actor=officer)
        assert [intake.code for intake in desk.intakes] == ["HN-L1-2026"]
        assert (world.intake_id in desk.leads) is leads

    assert planning.desk_of(actor=officers.nobody).intakes == ()


def test_a_unit_below_a_unit_is_reached_and_a_loop_ends(world, officers, elsewhere):
    with transaction() as tx:
        tx.execute(
            update(units).where(units.c.id == elsewhere.ward_id).values(parent_id=world.ward_id)
        )
        tx.execute(
            update(units).where(units.c.id == world.city_id).values(parent_id=elsewhere.ward_id)
        )

    assert schools_seen(officers.ward, world) == ["S1", "S2", "S3", "S9"]


def test_seats_change_before_the_announcement_without_a_reason(world, officers):
    back_to_draft(world)

    change(world, officers.ward, reason="")

    assert seats_of_school(world.schools["S1"]) == (40, 2)
    [entry] = changes()
    assert entry.actor == officers.ward.label
    assert entry.subject == "S1"
    assert (entry.detail["seats_before"], entry.detail["seats"]) == (2, 40)


def test_seats_change_after_the_announcement_only_with_a_reason(world, officers):
    with pytest.raises(planning.SeatsNeedAReason):
        change(world, officers.ward, reason="  ")
    assert seats_of_school(world.schools["S1"]) == (2, None)

    change(world, officers.ward, reason="thêm một lớp")

    assert changes()[0].detail["reason"] == "thêm một lớp"


def test_over_35_a_class_needs_a_reason_that_the_journal_keeps_with_the_officer(world, officers):
    set_phase(world, "draft")
    school = {
        "actor": officers.ward,
        "intake_id": world.intake_id,
        "school_id": world.schools["S1"],
    }
    planning.change_seats(**school, seats=70, classes=2)
    with pytest.raises(planning.OverTheClassCap):
        planning.change_seats(**school, seats=71, classes=2, reason=" ")

    planning.change_seats(**school, seats=71, classes=2, reason="Chờ xây thêm phòng học")

    with transaction() as tx:
        entries = tx.execute(
            select(journal.c.actor, journal.c.detail)
            .where(journal.c.action == "seats.changed")
            .order_by(journal.c.id)
        ).all()
    assert "over_cap" not in entries[0].detail
    assert entries[1].actor == officers.ward.label
    assert entries[1].detail["over_cap"] is True
    assert entries[1].detail["reason"] == "Chờ xây thêm phòng học"


def test_the_same_seats_again_write_nothing(world, officers):
    change(world, officers.ward)
    change(world, officers.ward)

    assert len(changes()) == 1


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in planning._CHANGEABLE])
def test_seats_stand_once_the_list_is_closed(world, officers, phase):
    set_phase(world, phase.value)

    with pytest.raises(phases.WrongPhase):
        change(world, officers.city)
    page = planning.seats_of(actor=officers.city, intake_id=world.intake_id)
    assert page.editable == frozenset()


@pytest.mark.parametrize("kind", ["other_ward", "school", "other_school", "nobody"])
def test_seats_are_changed_by_the_school_s_own_unit_only(world, officers, kind):
    with pytest.raises(NotFound):
        change(world, getattr(officers, kind))

    assert seats_of_school(world.schools["S1"]) == (2, None)


def test_what_may_be_changed_is_marked(world, officers):
    ward = planning.seats_of(actor=officers.ward, intake_id=world.intake_id)
    school = planning.seats_of(actor=officers.school, intake_id=world.intake_id)

    assert ward.editable == set(world.schools.values())
    assert ward.seats == 6
    assert school.editable == frozenset()


@pytest.mark.parametrize(("seats", "classes"), [(-1, 1), (5001, 1), (30, -1), (30, 201)])
def test_impossible_numbers_are_refused(world, officers, seats, classes):
    with pytest.raises(planning.SeatsOutOfRange):
        change(world, officers.ward, seats=seats, classes=classes)
