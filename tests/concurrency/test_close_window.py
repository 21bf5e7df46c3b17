"""Sixty families press submit while the office closes: a receipt is a place in the frozen list."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from enrol.services import closing, preparing, registering
from enrol.store import locks, submitting
from enrol.store.db import transaction
from enrol.store.tables.registrations import frozen_entries, registrations
from tests.officers import add_elsewhere, add_officers
from tests.world import add_child, build_world, prepare

pytestmark = pytest.mark.race

WRITERS = 60
AT_ONCE = 25
"""Of the pool's 30 connections: the office must find one free, or it could not press at all."""
HELD_SECONDS = 0.02
BEFORE_CLOSING = 10
"""The office presses "close" when so many families hold their written, uncommitted rows or more."""


class Crowd:
    """Families with complete drafts, and an officer who may close."""

    def __init__(self, app, adapters) -> None:
        self.app = app
        self.secrets = adapters.secrets
        self.world = build_world()
        self.officer = add_officers(self.world, add_elsewhere(self.world)).city
        self.families = [
            add_child(self.world, number=number, secrets=self.secrets)
            for number in range(1, WRITERS + 1)
        ]
        for family in self.families:
            prepare(self.world, family)
        self.keys = [preparing.open_desk(actor=item).submission_key for item in self.families]
        self.begun = threading.Semaphore(0)
        self.closed = threading.Event()

    def submit(self, index: int) -> str | None:
        """Return the code on the receipt, or None when the window was over."""
        with self.app.app_context():
            try:
                receipt = registering.submit_registration(
                    actor=self.families[index],
                    intake_id=self.world.intake_id,
                    submission_key=self.keys[index],
                    secrets=self.secrets,
                )
            except registering.WindowOver:
                return None
            return receipt.lines.code

    def close(self) -> None:
        for _ in range(BEFORE_CLOSING):
            assert self.begun.acquire(timeout=20)
        with self.app.app_context():
            closing.close_intake(actor=self.officer, intake_id=self.world.intake_id, early=True)
        self.closed.set()

    def hold(self, monkeypatch, *, seconds: float) -> None:
        """Keep every transaction open after its writes, as a slow disk or network would."""
        write_first = submitting.write_first

        def write_then_hold(tx, **names) -> None:
            write_first(tx, **names)
            self.begun.release()
            self.closed.wait(seconds)

        monkeypatch.setattr(submitting, "write_first", write_then_hold)

    def write_while_closing(self) -> set[str]:
        """Return the codes of all receipts."""
        with ThreadPoolExecutor(AT_ONCE) as threads, ThreadPoolExecutor(1) as office:
            closer = office.submit(self.close)
            codes = list(threads.map(self.submit, range(WRITERS)))
            closer.result()
        return {code for code in codes if code is not None}


@pytest.fixture
def crowd(app, adapters) -> Crowd:
    return Crowd(app, adapters)


def codes_in(table) -> set[str]:
    with transaction() as tx:
        return set(tx.execute(select(table.c.code)).scalars())


def test_every_receipt_is_in_the_frozen_list_and_nothing_is_written_after(crowd, monkeypatch):
    crowd.hold(monkeypatch, seconds=HELD_SECONDS)

    receipts = crowd.write_while_closing()

    assert len(receipts) >= BEFORE_CLOSING
    assert codes_in(frozen_entries) == codes_in(registrations) == receipts


def test_without_the_shared_lock_receipts_are_missing_from_the_list(crowd, monkeypatch):
    """The negative control: the race is real, and the test above can fail."""
    crowd.hold(monkeypatch, seconds=5)
    unguarded: Callable[..., None] = lambda tx, intake_id: None  # noqa: E731
    monkeypatch.setattr(locks, "lock_intake_shared", unguarded)

    receipts = crowd.write_while_closing()

    assert receipts - codes_in(frozen_entries)
    assert codes_in(registrations) == receipts
