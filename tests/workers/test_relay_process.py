"""The relay as a process: it outlives Redis and PostgreSQL sessions, and stops when told."""

import signal
from datetime import datetime

import pytest
from sqlalchemy import select, text

from enrol.core.actors import System
from enrol.services import allocating, auditing
from enrol.store import journal
from enrol.store.db import transaction
from enrol.store.tables.intakes import snapshots
from enrol.store.tables.outbox import heartbeats, outbox
from tests.drawn import draw_intake, outcome_rows
from tests.workers.conftest import Crew, OwnValkey, wait_until

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("app")]


def sent_count() -> int:
    """How many zones were sent; what the relay stages by itself does not count."""
    with transaction() as tx:
        query = select(outbox.c.id).where(
            outbox.c.sent_at.is_not(None), outbox.c.job == "allocate_zone"
        )
        return len(tx.execute(query).all())


def is_allocated() -> bool:
    with transaction() as tx:
        return tx.execute(text("SELECT phase FROM intakes")).scalar_one() == "allocated"


def has_beaten(name: str) -> bool:
    with transaction() as tx:
        query = select(heartbeats.c.name).where(heartbeats.c.name.startswith(name))
        return tx.execute(query).first() is not None


def last_beat() -> datetime:
    with transaction() as tx:
        query = select(heartbeats.c.beat_at).where(heartbeats.c.name == "relay")
        beat: datetime = tx.execute(query).scalar_one()
    return beat


def end_other_sessions() -> None:
    """End every session of this database but ours, as a restart of PostgreSQL does, and wait until
    they are gone: our own pool sees then which of its connections are closed.
    """
    with transaction() as tx:
        tx.execute(
            text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_work_staged_while_redis_is_away_is_done_when_it_is_back(
    own_crew: Crew, own_valkey: OwnValkey
):
    drawn = draw_intake(zones_=2, children_=10, seats=4)
    relay, worker = own_crew.relay(), own_crew.worker()
    wait_until(lambda: has_beaten("relay"), what="the relay lives")
    own_valkey.kill()

    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    beat = last_beat()
    wait_until(lambda: last_beat() > beat, what="the relay goes on")
    assert sent_count() == 0
    own_valkey.start()

    wait_until(is_allocated, what="the intake is allocated")
    assert (relay.poll(), worker.poll()) == (None, None)
    assert len(outcome_rows()["placements"]) >= 20


def test_a_redis_that_lost_everything_is_filled_again(own_crew: Crew, own_valkey: OwnValkey):
    drawn = draw_intake(zones_=2, children_=10, seats=4)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    own_crew.relay()
    wait_until(lambda: sent_count() > 0, what="the work is sent")
    own_valkey.kill()
    own_valkey.start()
    own_crew.worker()

    wait_until(is_allocated, what="the intake is allocated")


def test_the_relay_outlives_its_database_sessions(crew: Crew):
    drawn = draw_intake(zones_=1, children_=5)
    relay = crew.relay()
    wait_until(lambda: has_beaten("relay"), what="the relay lives")
    for _ in range(3):
        end_other_sessions()

    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)

    wait_until(lambda: sent_count() == 2, what="the work is sent")
    assert relay.poll() is None


def test_the_relay_seals_counts_and_stops_when_told(crew: Crew):
    draw_intake(zones_=1, children_=5)
    with transaction() as tx:
        journal.record(tx, actor=System(), action="tried")
    relay = crew.relay()

    wait_until(lambda: auditing.verify_journal().entries > 0, what="the journal is sealed")
    wait_until(_has_counted, what="the counters are taken")
    relay.send_signal(signal.SIGTERM)

    assert relay.wait(timeout=30) == 0


def test_a_worker_leaves_a_sign_of_life_and_stops_when_told(crew: Crew):
    worker = crew.worker("messages")

    wait_until(lambda: has_beaten("worker/messages/"), what="the worker lives")
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=30) == 0


def _has_counted() -> bool:
    with transaction() as tx:
        return len(tx.execute(select(snapshots)).all()) == 2
