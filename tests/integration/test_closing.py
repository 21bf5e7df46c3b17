"""Announcing, opening and closing: who may, when, and what the frozen list holds."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import errors
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from enrol.core.actors import System
from enrol.core.bundle import DISTANCES, SEAT_PLANS, digest
from enrol.core.bundle_files import read_distances, read_seat_plans
from enrol.core.intake import Phase
from enrol.core.lottery import commitment
from enrol.core.sealing import entry_from_json, inclusion_proof, list_hash, verify_inclusion
from enrol.services import closing, phases, registering
from enrol.services.refusals import NotFound
from enrol.store import frozen_files
from enrol.store import intakes as store_intakes
from enrol.store.db import transaction
from enrol.store.tables.intakes import seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import frozen_entries, registrations
from tests.officers import (
    add_elsewhere,
    add_officers,
    back_to_draft,
    end_window,
    register_child,
    set_public_value_on,
)
from tests.world import build_world, count_of, move_window, set_phase

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


def announce(world, actor, adapters):
    return closing.announce_intake(actor=actor, intake_id=world.intake_id, vault=adapters.vault)


def intake_of(world):
    with transaction() as tx:
        return store_intakes.intake_of(tx, intake_id=world.intake_id)


def actions(world):
    with transaction() as tx:
        query = (
            select(journal.c.action, journal.c.actor, journal.c.detail)
            .where(journal.c.intake_id == world.intake_id, journal.c.action.like("intake.%"))
            .order_by(journal.c.id)
        )
        return tx.execute(query).all()


def set_status(code, status):
    with transaction() as tx:
        tx.execute(
            update(registrations)
            .where(registrations.c.code == code)
            .values(
                status=status, withdrawn_at=datetime.now(UTC) if status == "withdrawn" else None
            )
        )


def frozen(world):
    with transaction() as tx:
        query = (
            select(frozen_entries)
            .where(frozen_entries.c.intake_id == world.intake_id)
            .order_by(frozen_entries.c.position)
        )
        return tx.execute(query).all()


def test_announcing_commits_to_a_sealed_seed(world, officers, adapters):
    back_to_draft(world)

    promised = announce(world, officers.city, adapters)

    intake = intake_of(world)
    with transaction() as tx:
        sealed = store_intakes.sealed_seed_of(tx, intake_id=world.intake_id)
    seed = adapters.vault.open(sealed=sealed, context=phases.seed_context(intake))
    assert intake.phase is Phase.ANNOUNCED
    assert intake.seed_commitment == promised == commitment(seed)
    assert seed not in sealed
    [(action, actor, detail)] = actions(world)
    assert (action, actor) == ("intake.announced", officers.city.label)
    assert detail["seed_commitment"] == promised
    assert detail["rules_hash"] == intake.rules_hash


def test_two_intakes_never_share_a_seed(world, officers, adapters):
    back_to_draft(world)
    first = announce(world, officers.city, adapters)
    back_to_draft(world)

    assert announce(world, officers.city, adapters) != first


def test_an_intake_without_seats_is_not_announced(world, officers, adapters):
    back_to_draft(world)
    with transaction() as tx:
        tx.execute(update(seat_plans).values(seats=0))

    with pytest.raises(closing.NothingOffered):
        announce(world, officers.city, adapters)

    with transaction() as tx:
        tx.execute(delete(seat_plans))
    with pytest.raises(closing.NothingOffered):
        announce(world, officers.city, adapters)


def test_a_window_already_over_is_not_announced(world, officers, adapters):
    back_to_draft(world, opens_in=timedelta(hours=-3))

    with pytest.raises(closing.WindowIsPast):
        announce(world, officers.city, adapters)


def test_a_public_value_known_before_closing_is_not_announced(world, officers, adapters):
    back_to_draft(world)
    set_public_value_on(world, intake_of(world).public_value_on - timedelta(days=1))

    with pytest.raises(closing.PublicValueTooEarly):
        announce(world, officers.city, adapters)

    assert intake_of(world).phase is Phase.DRAFT


def test_opening_moves_the_window_when_it_is_still_ahead(world, officers, adapters):
    back_to_draft(world, opens_in=timedelta(hours=1))
    announce(world, officers.city, adapters)
    before = intake_of(world)

    opens_at = closing.open_intake(actor=officers.city, intake_id=world.intake_id)

    intake = intake_of(world)
    assert intake.phase is Phase.OPEN
    assert intake.opens_at == opens_at < before.opens_at
    assert intake.closes_at == before.closes_at
    assert actions(world)[-1].detail["early"] is True


def test_opening_after_the_hour_leaves_the_hour(world, officers):
    before = intake_of(world)

    opens_at = closing.open_intake(actor=officers.city, intake_id=world.intake_id)

    assert opens_at == before.opens_at
    assert actions(world)[-1].detail["early"] is False


def test_a_window_that_is_over_is_not_opened(world, officers):
    end_window(world)

    with pytest.raises(closing.WindowIsPast):
        closing.open_intake(actor=officers.city, intake_id=world.intake_id)


def test_closing_before_the_end_must_be_asked_for(world, officers):
    closes_at = intake_of(world).closes_at

    with pytest.raises(closing.WindowStillOpen) as refusal:
        closing.close_intake(actor=officers.city, intake_id=world.intake_id)
    assert refusal.value.closes_at == closes_at
    assert intake_of(world).phase is Phase.ANNOUNCED

    closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)

    intake = intake_of(world)
    assert intake.phase is Phase.CLOSED
    assert intake.closes_at == intake.frozen_at < closes_at
    assert actions(world)[-1].detail["early"] is True


def test_a_window_not_yet_open_is_not_closed_early(world, officers):
    move_window(
        world,
        opens_at=datetime.now(UTC) + timedelta(hours=1),
        closes_at=datetime.now(UTC) + timedelta(hours=2),
    )

    with pytest.raises(closing.WindowNotBegun):
        closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)


def test_the_frozen_list_is_exactly_the_live_registrations(world, officers, adapters):
    codes = {
        status: register_child(world, number=number, adapters=adapters)
        for number, status in enumerate(
            ("submitted", "verifying", "needs_info", "eligible", "ineligible", "withdrawn"), start=1
        )
    }
    for status, code in codes.items():
        set_status(code, status)
    end_window(world)

    result = closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    rows = frozen(world)
    expected = [codes[name] for name in ("submitted", "verifying", "needs_info", "eligible")]
    assert [row.code for row in rows] == sorted(expected)
    assert [row.position for row in rows] == list(range(4))
    assert result.size == intake_of(world).list_size == 4


def test_the_list_hash_is_the_root_anyone_recomputes(world, officers, adapters):
    for number in range(1, 8):
        register_child(world, number=number, adapters=adapters)
    end_window(world)

    result = closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    entries = [entry_from_json(json.loads(row.entry)) for row in frozen(world)]
    assert list_hash(entries).hex() == result.list_hash == intake_of(world).list_hash
    altered = replace(entries[3], wishes=("S2",))
    assert list_hash([*entries[:3], altered, *entries[4:]]).hex() != result.list_hash


def test_an_entry_says_what_the_receipt_said_and_what_was_decided(world, officers, adapters):
    code = register_child(world, number=1, adapters=adapters, wishes=("S2", "S1"))
    with transaction() as tx:
        row = tx.execute(select(registrations)).one()
        facts = row.facts | {
            "permanent_in_zone": row.facts["permanent_in_zone"] | {"status": "contradicted"}
        }
        tx.execute(update(registrations).values(facts=facts, distances=[-1, 111]))
    end_window(world)

    closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    [line] = frozen(world)
    entry = entry_from_json(json.loads(line.entry))
    assert (entry.code, entry.wishes) == (code, ("S2", "S1"))
    assert entry.submission_hash == row.submission_hash
    assert entry.facts.zone == "T00070"
    assert not entry.facts.permanent_in_zone
    assert entry.facts.current_in_zone
    assert entry.facts.distances == (("S1", 111),)


def test_a_policy_that_decides_nothing_is_not_published(world, officers, adapters):
    register_child(world, number=1, adapters=adapters)
    with transaction() as tx:
        row = tx.execute(select(registrations)).one()
        held = {"value": ["disability"], "status": "declared", "source": "register"}
        tx.execute(update(registrations).values(facts=row.facts | {"policies": held}))
    end_window(world)

    closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    [line] = frozen(world)
    assert "disability" not in line.entry


def test_seats_and_distances_are_frozen_and_announced_with_the_list(world, officers, adapters):
    end_window(world)

    closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    intake = intake_of(world)
    with transaction() as tx:
        seats = frozen_files.file_of(tx, intake_id=world.intake_id, name=SEAT_PLANS)
        metres = frozen_files.file_of(tx, intake_id=world.intake_id, name=DISTANCES)
        told = tx.execute(
            select(journal.c.detail).where(journal.c.action == "intake.closed")
        ).scalar_one()
    assert digest(seats) == intake.seat_plans_hash == told["seat_plans_hash"]
    assert digest(metres) == intake.distances_hash == told["distances_hash"]
    assert {plan.school for plan in read_seat_plans(seats)} == {"S1", "S2", "S3", "S9"}
    table = read_distances(metres)
    assert set(table) == {"T00070", "T00103"}
    assert all(m % 100 == 0 for line in table.values() for _, m in line)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_entry_has_the_proof_that_the_tree_gives(world, officers, adapters, size):
    for number in range(1, size + 1):
        register_child(world, number=number, adapters=adapters)
    end_window(world)

    closed = closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    lines = [line.entry.encode() for line in frozen(world)]
    with transaction() as tx:
        codes = tx.execute(select(frozen_entries.c.code).order_by(frozen_entries.c.code)).scalars()
        places = [frozen_files.place_of(tx, intake_id=world.intake_id, code=code) for code in codes]
        assert frozen_files.place_of(tx, intake_id=world.intake_id, code="AR") is None
    assert [place.siblings for place in places] == [
        inclusion_proof(lines, index) for index in range(size)
    ]
    assert all(
        verify_inclusion(
            root=bytes.fromhex(closed.list_hash),
            leaf=place.entry.encode(),
            index=place.position,
            size=size,
            proof=place.siblings,
        )
        for place in places
    )


def test_an_empty_list_closes_too(world, officers):
    end_window(world)

    result = closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    assert result.size == 0
    assert result.list_hash == list_hash([]).hex()


def test_batches_do_not_change_the_list(world, officers, adapters, monkeypatch):
    monkeypatch.setattr("enrol.store.frozen_entries.BATCH", 2)
    codes = [register_child(world, number=number, adapters=adapters) for number in range(1, 6)]
    end_window(world)

    result = closing.close_intake(actor=officers.city, intake_id=world.intake_id)

    rows = frozen(world)
    assert [(row.position, row.code) for row in rows] == list(enumerate(sorted(codes)))
    entries = [entry_from_json(json.loads(row.entry)) for row in rows]
    assert list_hash(entries).hex() == result.list_hash


def test_a_frozen_entry_is_never_changed_or_deleted(world, officers, adapters):
    register_child(world, number=1, adapters=adapters)
    closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)

    for statement in (update(frozen_entries).values(entry="{}"), delete(frozen_entries)):
        with pytest.raises(DBAPIError) as refusal, transaction() as tx:
            tx.execute(statement)
        assert isinstance(refusal.value.orig, errors.IntegrityError)


def test_facts_that_cannot_be_read_stop_the_closing_whole(world, officers, adapters):
    register_child(world, number=1, adapters=adapters)
    with transaction() as tx:
        tx.execute(update(registrations).values(facts={"permanent_in_zone": "yes"}))

    with pytest.raises(ValueError, match="permanent_in_zone"):
        closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)

    assert intake_of(world).phase is Phase.ANNOUNCED
    assert count_of(frozen_entries) == 0


def test_after_closing_nobody_registers(world, officers, adapters):
    closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)

    with pytest.raises(registering.WindowOver):
        register_child(world, number=1, adapters=adapters)


STEPS = {
    "announce": (lambda world, actor, adapters: announce(world, actor, adapters), {"draft"}),
    "open": (
        lambda world, actor, _: closing.open_intake(actor=actor, intake_id=world.intake_id),
        {"announced"},
    ),
    "close": (
        lambda world, actor, _: closing.close_intake(
            actor=actor, intake_id=world.intake_id, early=True
        ),
        {"announced", "open"},
    ),
}


@pytest.mark.parametrize("phase", [phase.value for phase in Phase])
@pytest.mark.parametrize("step", STEPS)
def test_each_step_leads_on_from_its_own_phase_only(world, officers, adapters, step, phase):
    press, lawful = STEPS[step]
    set_public_value_on(world, date(2099, 1, 1))
    set_phase(world, phase)

    if phase in lawful:
        press(world, officers.city, adapters)
        assert intake_of(world).phase is not Phase(phase)
    else:
        with pytest.raises(phases.WrongPhase) as refusal:
            press(world, officers.city, adapters)
        assert refusal.value.phase is Phase(phase)


@pytest.mark.parametrize("kind", ["ward", "other_ward", "school", "nobody"])
@pytest.mark.parametrize("step", STEPS)
def test_only_who_leads_the_intake_presses_its_buttons(world, officers, adapters, step, kind):
    press, lawful = STEPS[step]
    set_phase(world, min(lawful))

    with pytest.raises(NotFound):
        press(world, getattr(officers, kind), adapters)

    assert intake_of(world).phase is Phase(min(lawful))
    assert actions(world) == []


@pytest.mark.parametrize("step", STEPS)
def test_machines_press_no_buttons(world, officers, adapters, step):
    press, lawful = STEPS[step]
    set_phase(world, min(lawful))

    with pytest.raises(NotFound):
        press(world, System(), adapters)
