"""An officer decides while the office closes; two officers postpone one file: at once."""

import contextlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from enrol.core.review import Verdict
from enrol.services import closing, due_letters, reviewing, verifying
from enrol.services.files_in_charge import ListFrozen
from enrol.services.verifying import Finding
from enrol.store import child_files, decisions, locks, reviews
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import frozen_entries, registrations
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world

pytestmark = pytest.mark.race

NOT_RESIDENT = Finding("permanent_in_zone", Verdict.CONTRADICTED, "not_resident")
PATIENCE = 2.0


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def code(world, adapters):
    return register_child(world, number=1, adapters=adapters)


def decide_while_closing(app, world, officers, code, monkeypatch):
    """Let the office close when an officer is about to write; tell both facts (file, list)."""
    is_about_to_write, is_closed = threading.Event(), threading.Event()
    write = decisions.record_many

    def linger(tx, **names):
        is_about_to_write.set()
        is_closed.wait(PATIENCE)
        return write(tx, **names)

    monkeypatch.setattr(decisions, "record_many", linger)

    def decide():
        with app.app_context():
            verifying.decide_facts(
                actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT]
            )

    def close():
        with app.app_context():
            assert is_about_to_write.wait(PATIENCE)
            closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)
            is_closed.set()

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(decide), threads.submit(close)]:
            done.result()
    with transaction() as tx:
        [facts] = tx.execute(select(registrations.c.facts)).scalars()
        [entry] = tx.execute(select(frozen_entries.c.entry)).scalars()
    stands = facts["permanent_in_zone"]["status"] != "contradicted"
    return stands, json.loads(entry)["facts"]["permanent_in_zone"]


def test_a_list_is_frozen_with_what_was_decided_in_time(app, world, officers, code, monkeypatch):
    in_file, in_list = decide_while_closing(app, world, officers, code, monkeypatch)

    assert in_file == in_list
    with pytest.raises(ListFrozen):
        verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT])


def test_twin_without_the_shared_lock_the_list_says_something_else(
    app, world, officers, code, monkeypatch
):
    monkeypatch.setattr(locks, "lock_intake_shared", lambda tx, intake_id: None)

    in_file, in_list = decide_while_closing(app, world, officers, code, monkeypatch)

    assert in_file != in_list


def postponed_by_two(app, officers, code, monkeypatch):
    """Let two officers postpone one file; returns how often the journal tells of it."""
    due = reviewing.history_of(actor=officers.ward, code=code).due_on
    later = due.replace(year=due.year + 1, month=6, day=16)
    later = later.replace(day=16 + (later.weekday() >= 5) * 2)
    both_have_looked = threading.Barrier(2)
    look = reviews.postponement_of

    def look_then_wait(tx, **names):
        found = look(tx, **names)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_looked.wait(PATIENCE)
        return found

    monkeypatch.setattr(reviews, "postponement_of", look_then_wait)

    def postpone(officer):
        with app.app_context(), contextlib.suppress(due_letters.PostponedBefore):
            due_letters.postpone(
                actor=officer, code=code, version=1, new_due_on=later, reason=officer.label
            )

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(postpone, (officers.ward, officers.school)))
    with transaction() as tx:
        told = select(journal.c.id).where(journal.c.action == "file.postponed")
        return len(tx.execute(told).all())


def test_of_two_officers_one_postpones(app, officers, code, monkeypatch):
    assert postponed_by_two(app, officers, code, monkeypatch) == 1


def test_twin_without_row_lock_and_condition_both_postpone(app, officers, code, monkeypatch):
    monkeypatch.setattr(child_files, "lock_file", lambda tx, registration_id: None)
    monkeypatch.setattr(due_letters.postponing, "confirm", lambda tx, **names: True)
    monkeypatch.setattr(reviews, "rule", lambda tx, **names: frozenset())

    assert postponed_by_two(app, officers, code, monkeypatch) == 2
