"""The opening with real processes: the relay sees the clock, workers are killed in the middle, and
every ticked draft is a registration exactly once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from enrol.config import Settings
from enrol.services import opening
from enrol.store.db import transaction
from enrol.store.tables.registrations import drafts, registrations, submissions
from tests.workers.conftest import Crew, horses_of, is_alive, kill, wait_until
from tests.world import World, add_child, build_world, count_of, move_window, prepare

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc"),
]

CHILDREN = 30


@pytest.fixture
def world(app: Flask, adapters) -> World:
    """A city whose window opens in an hour, with ticked drafts."""
    made = build_world(opens_in=timedelta(hours=1))
    for number in range(1, CHILDREN + 1):
        family = add_child(made, number=number, secrets=adapters.secrets)
        prepare(made, family)
        opening.tick(actor=family, intake_id=made.intake_id, is_on=True)
    return made


def open_now(world: World) -> None:
    now = datetime.now(UTC)
    move_window(world, opens_at=now, closes_at=now + timedelta(hours=1))


@contextmanager
def nobody_can_write(settings: Settings) -> Iterator[psycopg.Connection]:
    """Hold the registrations, so that a worker stops in the middle of its batch."""
    url = settings.database_url.get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute("LOCK TABLE registrations IN EXCLUSIVE MODE")
        yield watcher
        holder.rollback()


def is_writing(watcher: psycopg.Connection) -> bool:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO registrations%'"
    )
    row = watcher.execute(query).fetchone()
    return row is not None and row[0] > 0


def test_the_relay_opens_by_the_clock_and_a_killed_worker_loses_and_doubles_nothing(
    world: World, crew: Crew, settings: Settings
):
    crew.relay()
    first = crew.worker()
    wait_until(lambda: is_alive(first.pid), what="a worker lives")
    assert count_of(registrations) == 0
    with nobody_can_write(settings) as watcher:
        open_now(world)
        wait_until(lambda: is_writing(watcher), what="a worker writes its batch")
        (horse,) = horses_of(first.pid)
        kill(first.pid)
        wait_until(lambda: not is_alive(horse), what="the horse dies with its worker")

    assert count_of(registrations) == 0
    assert count_of(drafts, drafts.c.submit_for_me) == CHILDREN
    crew.worker()
    crew.worker()
    wait_until(lambda: count_of(registrations) == CHILDREN, what="everybody is registered")

    wait_until(lambda: count_of(drafts, drafts.c.submit_for_me) == 0, what="no tick is left")
    assert count_of(submissions) == CHILDREN
    with transaction() as tx:
        children = list(tx.execute(select(registrations.c.child_id)).scalars())
    assert len(set(children)) == CHILDREN
