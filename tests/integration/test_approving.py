"""Seats and lists that a second officer approves, rules chosen by form, wards that take part."""

import pytest
from sqlalchemy import select, update

from enrol.core.priority import PRESETS, rules_hash
from enrol.services import approving, closing, drawing, overseeing, planning, preparing, setting_up
from enrol.services.approvals import ApprovalsMissing
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.approvals import approval_overrides, list_approvals, parked_seat_plans
from enrol.store.tables.intakes import intakes, seat_plans
from enrol.store.tables.journal import journal
from tests.officers import add_elsewhere, add_officer, add_officers, back_to_draft, register_child
from tests.world import build_world, count_of

pytestmark = pytest.mark.usefixtures("app")

RESIDENCE = rules_hash(PRESETS["residence-2026"])


@pytest.fixture
def world(app):
    made = build_world()
    back_to_draft(made)
    return made


@pytest.fixture
def elsewhere(world):
    return add_elsewhere(world)


@pytest.fixture
def officers(world, elsewhere):
    return add_officers(world, elsewhere)


@pytest.fixture
def second(world):
    return add_officer(email="ward3@example.vn", role="ward_officer", unit_id=world.ward_id)


def ask_for_approvals(world):
    with transaction() as tx:
        tx.execute(
            update(intakes).where(intakes.c.id == world.intake_id).values(needs_approvals=True)
        )


def announced(world):
    with transaction() as tx:
        tx.execute(
            update(intakes)
            .where(intakes.c.id == world.intake_id)
            .values(phase="announced", seed_commitment="0" * 64, sealed_seed=b"sealed")
        )


def state(world, actor, *, school="S1", seats=30, reason="thêm phòng học"):
    planning.change_seats(
        actor=actor,
        intake_id=world.intake_id,
        school_id=world.schools[school],
        seats=seats,
        classes=1,
        reason=reason,
    )


def readiness(world, actor):
    return approving.readiness_of(actor=actor, intake_id=world.intake_id)


def approve(world, actor):
    mark = readiness(world, actor).mark
    return approving.approve_seats(actor=actor, intake_id=world.intake_id, mark=mark)


def actions(action):
    with transaction() as tx:
        return tx.execute(select(journal).where(journal.c.action == action)).all()


def announce(world, officers, adapters):
    closing.announce_intake(actor=officers.city, intake_id=world.intake_id, vault=adapters.vault)


def test_what_the_city_s_file_brought_waits_for_nobody(world, officers):
    ask_for_approvals(world)

    assert readiness(world, officers.city).missing == 0


def test_seats_stated_by_one_officer_are_approved_by_another_and_never_by_the_same(
    world, officers, second
):
    ask_for_approvals(world)
    state(world, officers.ward)

    mine = readiness(world, officers.ward)
    assert [(plan.school, plan.reason) for plan in mine.plans] == [("S1", "thêm phòng học")]
    assert mine.own == ()
    with pytest.raises(approving.WaitingChanged):
        approving.approve_seats(actor=officers.ward, intake_id=world.intake_id, mark=mine.mark)
    assert approve(world, second) == 1

    assert readiness(world, officers.city).missing == 0
    [entry] = actions("seats.approved")
    assert (entry.actor, entry.subject, entry.detail["seats"]) == (second.label, "S1", 30)


def test_a_school_proposes_while_the_intake_is_planned_and_its_ward_approves(world, officers):
    with pytest.raises(NotFound):
        state(world, officers.school)
    ask_for_approvals(world)

    state(world, officers.school)
    assert approve(world, officers.ward) == 1

    announced(world)
    with pytest.raises(NotFound):
        state(world, officers.school, seats=31)


def test_stating_again_ends_the_approval(world, officers, second):
    ask_for_approvals(world)
    state(world, officers.ward)
    approve(world, second)

    state(world, second, seats=31)

    assert [plan.seats for plan in readiness(world, officers.ward).own] == [31]


def test_seats_that_changed_since_the_page_are_not_approved(world, officers, second):
    ask_for_approvals(world)
    state(world, officers.ward)
    shown = readiness(world, second)
    state(world, officers.ward, seats=33)

    with pytest.raises(approving.WaitingChanged):
        approving.approve_seats(actor=second, intake_id=world.intake_id, mark=shown.mark)

    assert readiness(world, second).missing == 1


def test_another_ward_neither_sees_nor_approves(world, officers):
    ask_for_approvals(world)
    state(world, officers.ward)

    other = readiness(world, officers.other_ward)
    assert other.plans == other.own == ()
    with pytest.raises(approving.WaitingChanged):
        approving.approve_seats(
            actor=officers.other_ward, intake_id=world.intake_id, mark=other.mark
        )
    for nobody in (officers.school, officers.nobody):
        with pytest.raises(NotFound):
            readiness(world, nobody)


def test_nothing_is_announced_before_seats_are_approved(world, officers, second, adapters):
    ask_for_approvals(world)
    state(world, officers.ward)

    with pytest.raises(ApprovalsMissing) as refused:
        announce(world, officers, adapters)
    assert (refused.value.step, refused.value.plans) == ("announce", 1)

    approve(world, second)
    announce(world, officers, adapters)


def test_without_the_wish_for_approvals_nothing_waits(world, officers, adapters):
    state(world, officers.ward)

    assert readiness(world, officers.city).step is None
    announce(world, officers, adapters)


def test_the_city_goes_on_with_a_reason_that_the_journal_keeps(world, officers, adapters):
    ask_for_approvals(world)
    state(world, officers.ward)
    asked = {"actor": officers.city, "intake_id": world.intake_id}
    with pytest.raises(approving.ReasonMissing):
        approving.go_on_without(**asked, reason="  ")
    with pytest.raises(NotFound):
        approving.go_on_without(actor=officers.ward, intake_id=world.intake_id, reason="gấp")

    assert approving.go_on_without(**asked, reason="Cán bộ duyệt nghỉ ốm") == 1

    with pytest.raises(approving.NothingMissing):
        approving.go_on_without(**asked, reason="Lần nữa")
    announce(world, officers, adapters)
    [entry] = actions("approvals.overridden")
    assert entry.detail == {"step": "announce", "missing": 1, "reason": "Cán bộ duyệt nghỉ ốm"}
    assert count_of(approval_overrides) == 1
    # It was for the announcement: closing waits for approvals of its own.
    assert readiness(world, officers.city).may_go_on


def close(world, officers):
    closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)


def test_lists_are_approved_zone_by_zone_before_the_draw(world, officers, second, adapters):
    ask_for_approvals(world)
    announce(world, officers, adapters)
    register_child(world, number=1, adapters=adapters)
    register_child(world, number=2, adapters=adapters)
    close(world, officers)
    propose = {"actor": officers.city, "intake_id": world.intake_id, "public_value": "12345"}
    with transaction() as tx:
        tx.execute(
            update(intakes).values(public_value_on=select(intakes.c.frozen_at).scalar_subquery())
        )

    with pytest.raises(ApprovalsMissing) as refused:
        drawing.propose_public_value(**propose, arose_later=True)
    assert refused.value.lists == 2
    review = approving.list_review(actor=second, intake_id=world.intake_id, zone="T00070")
    assert (review.entries, review.is_open) == (2, True)
    shown = {"intake_id": world.intake_id, "zone": "T00070", "digest": review.digest}
    with pytest.raises(NotFound):
        approving.approve_list(actor=officers.other_ward, **shown)
    with pytest.raises(approving.WaitingChanged):
        approving.approve_list(actor=second, **(shown | {"digest": "0" * 64}))
    approving.approve_list(actor=second, **shown)
    approving.approve_list(actor=officers.ward, **shown)

    assert count_of(list_approvals) == len(actions("list.approved")) == 1
    assert readiness(world, officers.city).missing == 1
    approving.go_on_without(
        actor=officers.city, intake_id=world.intake_id, reason="Phường không có hồ sơ nào"
    )
    drawing.propose_public_value(**propose, arose_later=True)


def choose(world, actor, *, wanted=RESIDENCE, needs_approvals=False):
    return setting_up.choose_rules(
        actor=actor,
        intake_id=world.intake_id,
        wanted=wanted,
        needs_approvals=needs_approvals,
    )


def test_the_city_chooses_the_rules_while_the_intake_is_planned(world, officers):
    offered = setting_up.setting_of(actor=officers.city, intake_id=world.intake_id).rules
    assert {(one.name, one.version) for one in offered} == {
        (rules.name, rules.version) for rules in PRESETS.values()
    }

    after = choose(world, officers.city, needs_approvals=True)
    choose(world, officers.city, needs_approvals=True)

    assert (after.rules_hash, after.needs_approvals) == (RESIDENCE, True)
    [entry] = actions("intake.rules_chosen")
    assert entry.detail["rules_hash_before"] == rules_hash(PRESETS["hanoi-2018"])
    with pytest.raises(NotFound):
        choose(world, officers.ward)
    with pytest.raises(setting_up.NoSuchRules):
        choose(world, officers.city, wanted="f" * 64)


def test_rules_stand_once_announced(world, officers):
    announced(world)

    with pytest.raises(WrongPhase):
        choose(world, officers.city)
    with pytest.raises(WrongPhase):
        setting_up.choose_wards(
            actor=officers.city, intake_id=world.intake_id, taking_part=[world.ward_id]
        )


def wards(world, actor, *unit_ids):
    return setting_up.choose_wards(actor=actor, intake_id=world.intake_id, taking_part=unit_ids)


def test_a_ward_that_registers_as_before_offers_nothing_until_it_joins_again(
    world, officers, elsewhere
):
    before = planning.seats_of(actor=officers.city, intake_id=world.intake_id)

    assert wards(world, officers.city, world.ward_id) == (0, 1)

    assert count_of(parked_seat_plans) == 1
    assert preparing.zone_schools(intake_id=world.intake_id, zone_code="T00103") == ()
    parts = setting_up.setting_of(actor=officers.city, intake_id=world.intake_id).wards
    assert {(one.code, one.set_aside, one.seats) for one in parts} == {
        ("00070", False, 6),
        ("00103", True, 3),
    }
    [entry] = actions("intake.wards_chosen")
    assert entry.detail == {"joined": [], "left": ["00103"]}
    with pytest.raises(setting_up.NobodyTakesPart):
        wards(world, officers.city)
    with pytest.raises(NotFound):
        wards(world, officers.ward, world.ward_id)

    assert wards(world, officers.city, world.ward_id, elsewhere.ward_id) == (1, 0)
    assert count_of(parked_seat_plans) == 0
    assert planning.seats_of(actor=officers.city, intake_id=world.intake_id) == before


def test_an_approval_by_whoever_stated_is_refused_by_the_database(world, officers):
    state(world, officers.ward)

    with pytest.raises(Exception, match="ck_seat_plans_two_officers"), transaction() as tx:
        tx.execute(
            update(seat_plans)
            .where(seat_plans.c.school_id == world.schools["S1"])
            .values(approved_by=officers.ward.staff_id, approved_at=seat_plans.c.stated_at)
        )


def test_the_overview_still_leads_on(world, officers):
    ask_for_approvals(world)

    assert overseeing.overview_of(actor=officers.city, intake_id=world.intake_id).steps
