"""Odds before closing: staged once a zone, drawn only when something changed, never official."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from enrol.core.odds import odds
from enrol.services import estimating, preparing, registering, zone_lists
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.intakes import draws, intakes, seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rehearsals import estimates, zone_estimates
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import add_child, build_world, full_answers, move_window, set_phase


@pytest.fixture
def world(app):
    return build_world(seats=1)


def family_of(world, adapters, *, number, wishes=("S1", "S2")):
    family = add_child(world, number=number, secrets=adapters.secrets)
    send(world, adapters, family, wishes=wishes, number=number)
    return family


def send(world, adapters, family, *, wishes, number):
    preparing.save_answers(
        actor=family,
        intake_id=world.intake_id,
        answers=full_answers(wishes=wishes, name=f"Nguyễn Thị Đào {number}"),
    )
    registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )


def estimate(world):
    return estimating.estimate_zone(intake_zone_id=world.intake_zone_id)


def of(world, family):
    return estimating.estimate_of(actor=family, intake_id=world.intake_id)


def row_of(world):
    with transaction() as tx:
        return tx.execute(select(zone_estimates)).one()


def forget_when(**ago):
    with transaction() as tx:
        tx.execute(update(zone_estimates).values(checked_at=datetime.now(UTC) - timedelta(**ago)))


def staged():
    with transaction() as tx:
        query = select(outbox.c.argument).where(
            outbox.c.job == "estimate_zone", outbox.c.done_at.is_(None)
        )
        return tx.execute(query).scalars().all()


def test_a_family_sees_how_its_list_would_fare(world, adapters):
    families = [family_of(world, adapters, number=n, wishes=("S1",)) for n in (1, 2)]
    both = family_of(world, adapters, number=3, wishes=("S1", "S2"))

    assert of(world, both) is None
    assert estimate(world)
    found = of(world, both)

    assert [wish.name for wish in found.wishes] == [
        "Trường Tiểu học Số 1",
        "Trường Tiểu học Số 2",
    ]
    counts = [wish.count for wish in found.wishes]
    assert sum(counts) == found.draws == 200
    assert found.left_over == 0
    assert 30 < counts[0] < 110
    assert (found.registrations, found.schools, found.in_zone) == (3, 3, True)
    left = [of(world, family).left_over for family in families]
    assert sum(200 - none for none in left) + counts[0] == 200  # one seat, given in every draw


def test_the_counts_are_those_of_the_core_on_the_registrations_so_far(world, adapters):
    for number in range(1, 6):
        register_child(world, number=number, adapters=adapters)
    estimate(world)
    with transaction() as tx:
        found = zone_lists.zone_list(tx, intake_zone_id=world.intake_zone_id)
        kept = tx.execute(
            select(estimates.c.granted, estimates.c.left_over)
            .join(registrations, registrations.c.id == estimates.c.registration_id)
            .order_by(registrations.c.code)
        ).all()

    expected = odds(
        entries=found.entries,
        seat_plans=found.plans,
        rules=found.rules,
        seed=bytes.fromhex(row_of(world).seed),
        draws=estimating.DRAWS,
    )

    assert [tuple(row) for row in kept] == [
        (list(child.granted), child.left) for child in expected.children
    ]
    assert row_of(world).left_total == expected.left_total == 3 * 200


def test_no_official_seed_is_opened_and_nothing_official_is_written(world, adapters):
    register_child(world, number=1, adapters=adapters)
    with transaction() as tx:
        before = tx.execute(select(func.count()).select_from(journal)).scalar_one()
        tx.execute(update(intakes).values(sealed_seed=b"cannot be opened"))
    estimate(world)

    with transaction() as tx:
        assert tx.execute(select(func.count()).select_from(draws)).scalar_one() == 0
        assert tx.execute(select(func.count()).select_from(journal)).scalar_one() == before


def test_a_zone_that_did_not_change_is_not_drawn_again(world, adapters):
    register_child(world, number=1, adapters=adapters)
    assert estimate(world)
    first = row_of(world)

    assert not estimate(world)
    again = row_of(world)
    assert (again.taken_at, again.seed) == (first.taken_at, first.seed)
    assert again.checked_at > first.checked_at

    register_child(world, number=2, adapters=adapters)
    assert estimate(world)
    assert row_of(world).registrations == 2


def test_seats_stated_anew_change_the_odds(world, adapters):
    for number in (1, 2):
        register_child(world, number=number, adapters=adapters, wishes=("S1",))
    estimate(world)
    assert row_of(world).left_total == 200
    with transaction() as tx:
        tx.execute(update(seat_plans).values(seats=2))

    assert estimate(world)
    assert row_of(world).left_total == 0


def test_a_changed_list_shows_nothing_until_it_was_drawn_for(world, adapters):
    family = family_of(world, adapters, number=1)
    estimate(world)
    assert of(world, family) is not None

    send(world, adapters, family, wishes=("S3",), number=1)
    assert of(world, family) is None
    estimate(world)

    assert [wish.name for wish in of(world, family).wishes] == ["Trường Tiểu học Số 3"]


def test_a_withdrawn_registration_shows_nothing_and_counts_no_more(world, adapters):
    family = family_of(world, adapters, number=1)
    estimate(world)
    code = preparing.open_desk(actor=family).live.code
    registering.withdraw_registration(actor=family, intake_id=world.intake_id, code=code)

    assert of(world, family) is None
    forget_when(minutes=11)
    estimating.stage_due_zones()
    assert staged() == [world.intake_zone_id]
    assert estimate(world)
    with transaction() as tx:
        assert tx.execute(select(estimates)).all() == []


def test_a_zone_is_staged_once_and_not_again_before_its_time(world, adapters):
    assert estimating.stage_due_zones() == 0
    register_child(world, number=1, adapters=adapters)

    estimating.stage_due_zones()
    estimating.stage_due_zones()
    assert staged() == [world.intake_zone_id]

    with transaction() as tx:
        tx.execute(update(outbox).values(done_at=func.now()))
    estimate(world)
    assert estimating.stage_due_zones() == 0
    forget_when(minutes=9)
    assert estimating.stage_due_zones() == 0
    forget_when(minutes=11)
    assert estimating.stage_due_zones() == 1


@pytest.mark.parametrize("phase", ["draft", "closed", "drawn", "provisional"])
def test_outside_the_window_nothing_is_staged_or_drawn(world, adapters, phase):
    register_child(world, number=1, adapters=adapters)
    set_phase(world, phase)
    if phase == "draft":
        with transaction() as tx:
            tx.execute(update(intakes).values(list_hash=None, list_size=None, frozen_at=None))

    assert estimating.stage_due_zones() == 0
    assert not estimate(world)


def test_after_the_window_and_before_closing_it_goes_on(world, adapters):
    register_child(world, number=1, adapters=adapters)
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(hours=2), closes_at=now - timedelta(hours=1))

    assert estimating.stage_due_zones() == 1
    assert estimate(world)


def test_a_late_worker_does_not_undo_a_later_read(world, adapters, monkeypatch):
    register_child(world, number=1, adapters=adapters)
    real = estimating.odds

    def slow(**values):
        counted = real(**values)
        monkeypatch.setattr(estimating, "odds", real)
        register_child(world, number=2, adapters=adapters)
        assert estimate(world)
        return counted

    monkeypatch.setattr(estimating, "odds", slow)

    assert not estimate(world)
    assert row_of(world).registrations == 2


def test_an_unknown_zone_is_not_found(app):
    with pytest.raises(NotFound):
        estimating.estimate_zone(intake_zone_id=999)


def test_offices_see_the_shortest_zone_first_and_wards_only_their_own(world, adapters):
    elsewhere = add_elsewhere(world, seats=3)
    officers = add_officers(world, elsewhere)
    for number in range(1, 6):
        register_child(world, number=number, adapters=adapters)
    estimate(world)

    city = estimating.shortages_of(actor=officers.city, intake_id=world.intake_id)
    ward = estimating.shortages_of(actor=officers.other_ward, intake_id=world.intake_id)

    assert [line.zone for line in city.lines] == ["T00070", "T00103"]
    first = city.lines[0]
    assert (first.in_zone, first.seats, first.left_total, first.draws) == (5, 3, 600, 200)
    assert [(line.zone, line.taken_at) for line in ward.lines] == [("T00103", None)]
    for actor in (officers.school, officers.nobody):
        with pytest.raises(NotFound):
            estimating.shortages_of(actor=actor, intake_id=world.intake_id)
