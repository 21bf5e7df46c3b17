"""Workers killed in the middle of a zone, queues emptied: nothing lost, nothing doubled."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from flask import Flask
from sqlalchemy import select

from enrol.adapters.rq_queue import RqQueue
from enrol.config import Settings
from enrol.core.results import compute
from enrol.services import allocating, relaying
from enrol.store import placements, runs
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from tests.drawn import RULES, Drawn, draw_intake, outcome_rows
from tests.workers.conftest import Crew, horses_of, is_alive, kill, wait_until

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc"),
]

AT_ONCE = timedelta(0)


@pytest.fixture
def drawn(app: Flask) -> Drawn:
    made = draw_intake(zones_=3, children_=30, seats=8)
    allocating.start_allocation(actor=made.officer, intake_id=made.intake_id)
    return made


@pytest.fixture
def queue(empty_redis_url: str) -> RqQueue:
    return RqQueue(url=empty_redis_url)


@contextmanager
def nobody_can_write(settings: Settings) -> Iterator[psycopg.Connection]:
    """Hold the placements, so that a worker stops in the middle of writing its outcome.

    Yields a connection outside that transaction, to watch from.
    """
    url = settings.database_url.get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute("LOCK TABLE placements IN EXCLUSIVE MODE")
        yield watcher
        holder.rollback()


def is_writing(watcher: psycopg.Connection) -> bool:
    """Tell whether a worker waits with its outcome in hand."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query LIKE 'COPY placements%'"
    )
    row = watcher.execute(query).fetchone()
    return row is not None and row[0] > 0


def sweep_until_allocated(drawn: Drawn, queue: RqQueue) -> None:
    """Send everything undone again and again until the intake is allocated."""

    def is_allocated() -> bool:
        relaying.relay_outbox(queue=queue, limit=100, visibility=timedelta(seconds=1))
        with transaction() as tx:
            query = select(intakes.c.phase).where(intakes.c.id == drawn.intake_id)
            return tx.execute(query).scalar_one() == "allocated"

    wait_until(is_allocated, what="the intake is allocated")


def assert_outcome_stands_once(drawn: Drawn) -> None:
    with transaction() as tx:
        all_runs = runs.runs_of_draw(tx, draw_id=drawn.draw_id)
        found = {run.zone: placements.placements_of(tx, run_id=run.run_id) for run in all_runs}
    expected = compute(
        entries=drawn.entries,
        seat_plans=drawn.plans,
        distances=drawn.distances,
        rules=RULES,
        key=drawn.key,
    )
    for zone, outcome in expected.zones.items():
        assert found[zone] == list(outcome.placements)
    assert found[None] == list(expected.leftovers.placements)


def test_a_worker_killed_in_the_middle_of_a_zone(drawn, queue, crew: Crew, settings):
    relaying.relay_outbox(queue=queue, limit=100)
    first = crew.worker()
    with nobody_can_write(settings) as watcher:
        wait_until(lambda: is_writing(watcher), what="a worker writes")
        (horse,) = horses_of(first.pid)
        kill(first.pid)
        wait_until(lambda: not is_alive(horse), what="the horse dies with its worker")

    assert outcome_rows()["placements"] == []

    crew.worker()
    sweep_until_allocated(drawn, queue)
    assert_outcome_stands_once(drawn)


def test_only_the_forked_child_is_killed(drawn, queue, crew: Crew, settings):
    relaying.relay_outbox(queue=queue, limit=100)
    worker = crew.worker()
    with nobody_can_write(settings) as watcher:
        wait_until(lambda: is_writing(watcher), what="a worker writes")
        (horse,) = horses_of(worker.pid)
        kill(horse)
        wait_until(lambda: not is_alive(horse), what="the horse is gone")

    sweep_until_allocated(drawn, queue)
    assert worker.poll() is None
    assert_outcome_stands_once(drawn)


def test_three_workers_and_everything_sent_again_and_again(drawn, queue, crew: Crew):
    for _ in range(5):
        relaying.relay_outbox(queue=queue, limit=100, visibility=AT_ONCE)
    for _ in range(3):
        crew.worker()

    sweep_until_allocated(drawn, queue)
    assert_outcome_stands_once(drawn)


def test_an_emptied_queue_is_filled_again(drawn, queue, crew: Crew, empty_redis_url):
    relaying.relay_outbox(queue=queue, limit=100)
    with redis.Redis.from_url(empty_redis_url) as connection:
        connection.flushdb()
    crew.worker()

    sweep_until_allocated(drawn, queue)
    assert_outcome_stands_once(drawn)
