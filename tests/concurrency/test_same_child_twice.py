"""Twenty connections register the same child at the same moment: one registration, one receipt."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from enrol.services import preparing, registering
from enrol.store import drafts, submitting
from enrol.store.constraints import AlreadyRegistered, AlreadySubmitted
from enrol.store.db import transaction
from enrol.store.tables.registrations import registrations, submissions
from tests.world import add_child, build_world, count_of, prepare

pytestmark = pytest.mark.race

CONNECTIONS = 20
UNIQUE_LIVE_CHILD = (
    "CREATE UNIQUE INDEX uq_registrations_live_child ON registrations (intake_id, child_id)"
    " WHERE status <> 'withdrawn'"
)
UNIQUE_KEY = (
    "ALTER TABLE submissions ADD CONSTRAINT uq_submissions_submission_key UNIQUE (submission_key)"
)


@pytest.fixture
def press(app, adapters) -> Callable[[], object]:
    """One press of the submit button by the same family; returns the receipt or the refusal."""
    world = build_world()
    family = add_child(world, number=1, secrets=adapters.secrets)
    prepare(world, family)
    key = preparing.open_desk(actor=family).submission_key

    def once() -> object:
        with app.app_context():
            try:
                return registering.submit_registration(
                    actor=family,
                    intake_id=world.intake_id,
                    submission_key=key,
                    secrets=adapters.secrets,
                )
            except (AlreadyRegistered, AlreadySubmitted) as refusal:
                return refusal

    return once


def press_together(press: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(CONNECTIONS)

    def wait_and_press(_: int) -> object:
        barrier.wait()
        return press()

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(threads.map(wait_and_press, range(CONNECTIONS)))


@pytest.fixture
def without_the_lock(monkeypatch):
    """The row lock patched away, and every thread made to wait until all have looked."""
    unlocked = drafts.draft_of
    all_have_looked = threading.Barrier(CONNECTIONS, timeout=10)
    look = submitting.look

    def look_then_wait(tx, **names):
        seen = look(tx, **names)
        all_have_looked.wait()
        return seen

    monkeypatch.setattr(
        drafts, "draft_of", lambda tx, **names: unlocked(tx, **names | {"for_update": False})
    )
    monkeypatch.setattr(submitting, "look", look_then_wait)


def test_twenty_presses_give_one_registration_and_one_receipt(press):
    receipts = press_together(press)

    assert {receipt.lines.code for receipt in receipts} == {receipts[0].lines.code}
    assert count_of(registrations) == 1
    assert count_of(submissions) == 1


@pytest.mark.usefixtures("without_the_lock")
def test_without_the_lock_the_constraint_still_allows_only_one(press):
    outcomes = press_together(press)

    refused = [outcome for outcome in outcomes if isinstance(outcome, AlreadyRegistered)]
    assert len(refused) == CONNECTIONS - 1
    assert count_of(registrations) == 1


@pytest.mark.usefixtures("without_the_lock")
def test_without_lock_and_constraint_the_child_is_doubled(press):
    """The negative control: the race is real, and this test can fail."""
    with transaction() as tx:
        tx.execute(text("DROP INDEX uq_registrations_live_child"))
        tx.execute(text("ALTER TABLE submissions DROP CONSTRAINT uq_submissions_submission_key"))
    try:
        press_together(press)
        doubled = count_of(registrations)
    finally:
        with transaction() as tx:
            tx.execute(text("TRUNCATE submissions, registrations CASCADE"))
            tx.execute(text(UNIQUE_LIVE_CHILD))
            tx.execute(text(UNIQUE_KEY))

    assert doubled == CONNECTIONS
