"""Counters: taken as snapshots, right to the last registration, and never counted by a page."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from enrol.services import counting
from enrol.store import intakes, outbox
from enrol.store.db import transaction
from enrol.store.tables.registrations import registrations
from tests.officers import register_child
from tests.world import build_world


@pytest.fixture
def world(app, adapters):
    made = build_world()
    for number, wishes in enumerate((("S1", "S2"), ("S2",), ("S1",)), start=1):
        register_child(made, number=number, adapters=adapters, wishes=wishes)
    return made


def snapshot(name: str):
    with transaction() as tx:
        return intakes.snapshot_of(tx, name=name)


def test_live_registrations_are_counted_by_zone_wish_and_minute(world):
    with transaction() as tx:
        tx.execute(
            update(registrations)
            .where(registrations.c.child_id == 3)
            .values(status="withdrawn", withdrawn_at=datetime.now(UTC))
        )
        tx.execute(
            update(registrations)
            .where(registrations.c.child_id == 2)
            .values(submitted_at=datetime.now(UTC) - timedelta(hours=2))
        )

    assert counting.refresh_counters() == 2
    body = snapshot(counting.intake_snapshot(world.intake_id)).body

    assert body["registrations"] == 2
    assert body["zones"] == {"T00070": 2}
    assert body["first_wishes"] == {"S1": 1, "S2": 1}
    assert [count for _, count in body["minutes"]] == [1]
    assert sum(count for _, count in body["hours"]) == body["registrations"]


def test_taking_them_again_replaces_them(world, adapters):
    counting.refresh_counters()
    before = snapshot(counting.intake_snapshot(world.intake_id))
    register_child(world, number=9, adapters=adapters)
    counting.refresh_intake(intake_id=world.intake_id)
    after = snapshot(counting.intake_snapshot(world.intake_id))

    assert (before.body["registrations"], after.body["registrations"]) == (3, 4)
    assert after.taken_at > before.taken_at


def test_an_intake_without_registrations_has_zeros(app):
    world = build_world()

    counting.refresh_counters()

    assert snapshot(counting.intake_snapshot(world.intake_id)).body == {
        "registrations": 0,
        "zones": {},
        "first_wishes": {},
        "minutes": [],
        "hours": [],
        "ticked": 0,
        "waiting": None,
        "inside": None,
    }


def test_the_outbox_is_counted_too(world):
    with transaction() as tx:
        outbox.stage(tx, job="refresh_counters", queue="messages", arguments=[1, 2])

    counting.refresh_counters()

    assert snapshot(counting.OUTBOX).body["undone"] >= 2
