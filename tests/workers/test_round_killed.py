"""A worker killed in the middle of a round: nothing half done, and the next one does it once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from enrol.adapters.rq_queue import RqQueue
from enrol.config import Settings
from enrol.core.rounds import Answer
from enrol.services import holding_rounds, relaying
from enrol.store.db import transaction
from tests.answered import answer, final_intake, open_answers, seats, waits
from tests.workers.conftest import Crew, horses_of, is_alive, kill, wait_until

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc"),
]

_STATE = {
    "ledger": "SELECT code, left_id, taken_id, place, cause FROM ledger_lines ORDER BY line",
    "seats": "SELECT registration_id, school_id, waits FROM held_seats ORDER BY 1",
    "told": "SELECT detail ->> 'digest' FROM journal WHERE action = 'round.held'",
    "rounds": "SELECT digest, moved, freed FROM rounds WHERE number = 1",
}


@contextmanager
def nobody_can_write(settings: Settings, table: str) -> Iterator[psycopg.Connection]:
    """Hold a table, so that a worker stops where it writes there; yields a connection to watch."""
    url = settings.database_url.get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield watcher
        holder.rollback()


def is_stopped(watcher: psycopg.Connection, table: str) -> bool:
    """Tell whether a worker waits to write the table."""
    row = watcher.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query LIKE %s AND pid <> pg_backend_pid()",
        [f"%{table}%"],
    ).fetchone()
    return row is not None and row[0] > 0


def state() -> dict[str, list[tuple[object, ...]]]:
    with transaction() as tx:
        return {name: [tuple(row) for row in tx.execute(text(q))] for name, q in _STATE.items()}


@pytest.mark.parametrize("table", ["ledger_lines", "held_seats", "journal"])
def test_a_worker_killed_in_the_middle_of_a_round(
    app: Flask, crew: Crew, settings: Settings, empty_redis_url: str, table: str
) -> None:
    queue = RqQueue(url=empty_redis_url)
    drawn = final_intake(zones_=1, children_=30, seats=8)
    open_answers(drawn)
    wanted = {places[0][0] for places in waits(drawn).values()}
    answer(next(c for c, at in seats(drawn).items() if at in wanted), Answer.DECLINE)
    number = holding_rounds.hold_round(actor=drawn.officer, intake_id=drawn.intake_id, days=3)
    with transaction() as tx:  # what is of no interest here would keep the worker busy
        tx.execute(text("UPDATE outbox SET done_at = now() WHERE job <> 'hold_round'"))
    before = state()

    def is_held() -> bool:
        relaying.relay_outbox(queue=queue, limit=100, visibility=timedelta(seconds=1))
        return state()["told"] != []

    with nobody_can_write(settings, table) as watcher:
        relaying.relay_outbox(queue=queue, limit=100)
        first = crew.worker()
        wait_until(lambda: is_stopped(watcher, table), what=f"a worker writes {table}")
        horses = horses_of(first.pid)
        kill(first.pid)
        wait_until(lambda: not any(map(is_alive, horses)), what="the horse dies with its worker")
    assert state() == before, "something half done was left"
    assert before["told"] == []

    for _ in range(2):
        crew.worker()
    wait_until(is_held, what="the next worker holds the round")
    holding_rounds.stage_due()  # and whatever else believes it is owed
    relaying.relay_outbox(queue=queue, limit=100, visibility=timedelta(0))
    after = state()
    assert number == len(after["told"]) == len(after["rounds"]) == 1
    assert after["rounds"][0][0] == after["told"][0][0]
    assert after["ledger"] != [], "somebody left and somebody moved"
    assert after["seats"] != before["seats"]
