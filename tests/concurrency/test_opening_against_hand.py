"""The opening's batches and the families' own presses at the same moment: one registration each."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from enrol.services import opening, preparing, registering
from enrol.store import drafts, ticked_drafts
from enrol.store import registrations as store_registrations
from enrol.store.constraints import AlreadyRegistered, AlreadySubmitted
from enrol.store.db import transaction
from enrol.store.tables.registrations import registrations, submissions
from tests.concurrency.test_same_child_twice import UNIQUE_KEY, UNIQUE_LIVE_CHILD
from tests.world import World, add_child, build_world, count_of, move_window, prepare

pytestmark = pytest.mark.race

CHILDREN = 12


@pytest.fixture
def world(app) -> World:
    return build_world(opens_in=timedelta(hours=1))


@pytest.fixture
def families(world, adapters):
    """Families with ticked drafts, the window open since a second ago."""
    made = [
        add_child(world, number=number, secrets=adapters.secrets)
        for number in range(1, CHILDREN + 1)
    ]
    for family in made:
        prepare(world, family)
        opening.tick(actor=family, intake_id=world.intake_id, is_on=True)
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(seconds=1), closes_at=now + timedelta(hours=1))
    return made


@pytest.fixture
def by_hand(app, adapters, world, families) -> list[Callable[[], object]]:
    """One press of the button for each family, with the key its page was shown."""
    keys = [preparing.open_desk(actor=family).submission_key for family in families]

    def press(family, key) -> object:
        with app.app_context():
            try:
                return registering.submit_registration(
                    actor=family,
                    intake_id=world.intake_id,
                    submission_key=key,
                    secrets=adapters.secrets,
                ).lines.code
            except (AlreadyRegistered, AlreadySubmitted, registering.PageIsOld) as refusal:
                return refusal

    return [partial(press, family, key) for family, key in zip(families, keys, strict=True)]


@pytest.fixture
def batch(app, adapters, world) -> Callable[[], object]:
    def submit() -> object:
        with app.app_context():
            return opening.submit_ticked(
                intake_id=world.intake_id, secrets=adapters.secrets, at_once=3
            )

    return submit


def together(*acts: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def test_hands_and_two_batches_together_give_one_registration_each(by_hand, batch):
    outcomes = together(*by_hand, batch, batch)

    codes = outcomes[:CHILDREN]
    assert all(isinstance(code, str) for code in codes), codes
    batch()  # what a hand held while both batches passed
    assert count_of(registrations) == CHILDREN
    assert count_of(submissions) == CHILDREN


@pytest.mark.usefixtures("families")
def test_four_batches_share_the_work(batch):
    handled = together(batch, batch, batch, batch)

    assert sum(handled) == CHILDREN
    assert count_of(registrations) == CHILDREN


@pytest.fixture
def without_the_locks(monkeypatch):
    """Drafts unlocked on both sides; the batch writes after the hands have looked and written."""
    unlocked = drafts.draft_of
    claim, compose = ticked_drafts.claim, ticked_drafts.next_numbers
    hands_are_done = threading.Event()
    batch_has_claimed = threading.Event()
    number = store_registrations.next_number

    def claim_unlocked(tx, **names):
        found = _unlocked_claim(claim, tx, names)
        batch_has_claimed.set()
        return found

    def wait_for_the_hands(tx, **names):
        assert hands_are_done.wait(timeout=20)
        return compose(tx, **names)

    def wait_for_the_batch(tx):
        assert batch_has_claimed.wait(timeout=20)
        return number(tx)

    monkeypatch.setattr(
        drafts, "draft_of", lambda tx, **names: unlocked(tx, **names | {"for_update": False})
    )
    monkeypatch.setattr(ticked_drafts, "claim", claim_unlocked)
    monkeypatch.setattr(ticked_drafts, "next_numbers", wait_for_the_hands)
    monkeypatch.setattr(store_registrations, "next_number", wait_for_the_batch)
    return hands_are_done


def _unlocked_claim(claim, tx, names):
    """The same rows, read and let go at once."""
    with tx.begin_nested() as savepoint:
        found = claim(tx, **names | {"limit": CHILDREN})
        savepoint.rollback()
    return found


def race(by_hand, batch, hands_are_done) -> None:
    """All hands press while the batch holds what it has read; then the batch writes."""

    def press_all() -> None:
        with ThreadPoolExecutor(CHILDREN) as threads:
            list(threads.map(lambda press: press(), by_hand))
        hands_are_done.set()

    together(press_all, batch)


def test_without_the_locks_the_constraint_still_allows_only_one(by_hand, batch, without_the_locks):
    race(by_hand, batch, without_the_locks)

    assert count_of(registrations) == CHILDREN
    assert count_of(submissions) == CHILDREN


def test_without_locks_and_constraint_every_child_is_doubled(
    by_hand, batch, without_the_locks, monkeypatch
):
    """The negative control: the race is real, and these tests can fail."""
    monkeypatch.setattr(ticked_drafts, "ONCE", "")
    with transaction() as tx:
        tx.execute(text("DROP INDEX uq_registrations_live_child"))
        tx.execute(text("ALTER TABLE submissions DROP CONSTRAINT uq_submissions_submission_key"))
    try:
        race(by_hand, batch, without_the_locks)
        doubled = count_of(registrations)
    finally:
        with transaction() as tx:
            tx.execute(text("TRUNCATE submissions, registrations CASCADE"))
            tx.execute(text(UNIQUE_LIVE_CHILD))
            tx.execute(text(UNIQUE_KEY))

    assert doubled == 2 * CHILDREN
