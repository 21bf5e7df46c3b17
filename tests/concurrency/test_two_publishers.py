"""Halting against publishing, and two workers at one minute: twins without the lock show what is
left to the constraints, and what happens without those.
"""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from enrol.services import agreeing, publishing
from enrol.services.agreeing import NothingAsked, TooLateToHalt
from enrol.services.phases import WrongPhase
from enrol.store import locks, publication_requests, publications
from enrol.store.constraints import AlreadyPublished
from enrol.store.db import transaction
from enrol.store.tables import intakes as tables
from tests.agreed import ask, confirm, let_the_minute_come, second_officer
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate

pytestmark = pytest.mark.race

TOGETHER_SECONDS = 2.0
"""How long the first waits for a second that the lock holds back, as it should."""

UNGUARDED_SECONDS = 60.0
"""How long it waits for a second that nothing holds back, on however busy a machine."""


@pytest.fixture
def due(app):
    """A confirmed request whose minute has come."""
    drawn = draw_intake(zones_=1, children_=8, seats=3)
    allocate(drawn)
    second = second_officer(intake_id=drawn.intake_id)
    request = ask(officer=drawn.officer, intake_id=drawn.intake_id)
    confirm(officer=second, request=request)
    let_the_minute_come(request_id=request.request_id)
    return drawn, request


@pytest.fixture
def is_guarded(request) -> bool:
    """Say whether the test leaves the lock in its place."""
    return "without" not in request.node.name


@pytest.fixture
def meet(monkeypatch, is_guarded):
    """Let both hold what they read until the other has read it too, if it can."""
    both = threading.Barrier(2)
    seconds = TOGETHER_SECONDS if is_guarded else UNGUARDED_SECONDS
    publish, halt = publications.publish, publication_requests.halt

    def wait() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(seconds)

    monkeypatch.setattr(publications, "publish", lambda tx, **names: (wait(), publish(tx, **names)))
    monkeypatch.setattr(
        publication_requests, "halt", lambda tx, **names: (wait(), halt(tx, **names))
    )


def unguard(monkeypatch) -> None:
    monkeypatch.setattr(locks, "lock_intake_exclusive", lambda *_: None)


def publish_twice(app, request) -> list[object]:
    def one(_number: int) -> object:
        with app.app_context():
            try:
                return publishing.publish_due(request_id=request.request_id)
            except (AlreadyPublished, IntegrityError) as error:
                return error

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, range(2)))


def count(table) -> int:
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_two_workers_publish_once(app, due, meet):
    outcomes = publish_twice(app, due[1])

    assert sorted(one.is_new for one in outcomes) == [False, True]
    assert count(tables.publications) == 1


def test_without_the_lock_the_constraint_still_lets_one_through(app, due, meet, monkeypatch):
    unguard(monkeypatch)

    outcomes = publish_twice(app, due[1])

    assert sum(isinstance(one, AlreadyPublished) for one in outcomes) == 1
    assert count(tables.publications) == 1


def test_twin_without_lock_and_constraint_it_is_published_twice(app, due, meet, monkeypatch, drop):
    unguard(monkeypatch)
    drop("uq_publications_intake_id_kind")

    publish_twice(app, due[1])

    assert count(tables.publications) == 2


def halt_and_publish(app, due, monkeypatch) -> tuple[object, object]:
    """Halt as if just before the minute while a worker publishes; return both outcomes."""
    drawn, request = due
    monkeypatch.setattr(agreeing.clock, "database_now", _before(request))

    def halt() -> object:
        with app.app_context():
            try:
                agreeing.halt_publication(
                    actor=drawn.officer,
                    intake_id=drawn.intake_id,
                    request_id=request.request_id,
                    reason="Sai",
                )
            except (NothingAsked, TooLateToHalt, WrongPhase, IntegrityError) as error:
                return error
            return None

    def publish() -> object:
        with app.app_context():
            try:
                return publishing.publish_due(request_id=request.request_id)
            except IntegrityError as error:
                return error

    with ThreadPoolExecutor(2) as threads:
        halted, published = threads.submit(halt), threads.submit(publish)
        return halted.result(), published.result()


def _before(request):
    """Let whoever halts read a clock of before the minute, whoever publishes the true one."""
    true = agreeing.clock.database_now
    halting = threading.local()
    locked = agreeing.locked_intake

    def database_now(tx):
        now = true(tx)
        return request.asked_at if getattr(halting, "here", False) else now

    def noted(tx, **names):
        halting.here = True
        return locked(tx, **names)

    agreeing.locked_intake = noted
    return database_now


@pytest.fixture(autouse=True)
def _whole_again():
    kept = agreeing.locked_intake
    yield
    agreeing.locked_intake = kept


def is_halted_and_public() -> bool:
    with transaction() as tx:
        query = select(tables.publication_requests.c.halted_at)
        return tx.execute(query).scalar_one() is not None and count(tables.publications) == 1


def test_what_is_halted_is_never_public(app, due, meet, monkeypatch):
    halt_and_publish(app, due, monkeypatch)

    assert not is_halted_and_public()


def test_without_the_lock_the_foreign_key_decides(app, due, meet, monkeypatch):
    unguard(monkeypatch)

    outcomes = halt_and_publish(app, due, monkeypatch)

    assert not is_halted_and_public()
    assert any(isinstance(one, IntegrityError) for one in outcomes)


def test_twin_without_lock_and_foreign_key_it_is_halted_and_public(
    app, due, meet, monkeypatch, drop
):
    unguard(monkeypatch)
    drop("fk_publications_as_confirmed")

    halt_and_publish(app, due, monkeypatch)

    assert is_halted_and_public()
