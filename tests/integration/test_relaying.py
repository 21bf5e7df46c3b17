"""The outbox: what is due is sent, what is not done is sent again, what is forgotten is found."""

from collections import Counter
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import delete, select, text, update

from enrol.services import advancing, allocating, relaying
from enrol.services.ports import JOBS
from enrol.store import heartbeats, outbox
from enrol.store.db import transaction
from enrol.store.tables.outbox import heartbeats as heartbeat_rows
from enrol.store.tables.outbox import outbox as rows
from tests.agreed import publish
from tests.drawn import draw_intake, run_ids
from tests.integration.test_allocating import allocate
from workers.relay import Chore, chores, run

pytestmark = pytest.mark.usefixtures("app")

LATER = timedelta(minutes=5)


class Queue:
    """A queue that remembers, and may be told to refuse."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, int]] = []
        self.is_away = False

    def enqueue(self, *, job, queue, outbox_ids) -> None:
        if self.is_away:
            raise ConnectionError
        self.sent += [(job, queue, one) for one in outbox_ids]


def stage(*arguments: int, job: str = "allocate_zone") -> None:
    with transaction() as tx:
        outbox.stage(tx, job=job, queue=JOBS[job], arguments=arguments)


def change(**values) -> None:
    with transaction() as tx:
        tx.execute(update(rows).values(**values))


def test_work_is_sent_once_while_it_may_still_be_at_work():
    queue = Queue()
    stage(1, 2)
    stage(5, job="refresh_counters")

    counts = [relaying.relay_outbox(queue=queue, limit=10) for _ in range(3)]

    assert counts == [3, 0, 0]
    assert Counter((job, name) for job, name, _ in queue.sent) == {
        ("allocate_zone", "allocation"): 2,
        ("refresh_counters", "messages"): 1,
    }


def test_undone_work_is_sent_again_and_waits_longer_each_time():
    queue = Queue()
    stage(1)
    relaying.relay_outbox(queue=queue, limit=10)

    change(sent_at=text("now() - interval '30 seconds'"), attempts=2)
    early = relaying.relay_outbox(queue=queue, limit=10, visibility=timedelta(seconds=20))
    late = relaying.relay_outbox(queue=queue, limit=10, visibility=timedelta(seconds=14))

    assert (early, late) == (0, 1)


def test_work_that_always_fails_is_still_sent():
    queue = Queue()
    stage(1)

    change(sent_at=text("now() - interval '2 minutes'"), attempts=10_000)

    assert relaying.relay_outbox(queue=queue, limit=10) == 1


def test_done_work_and_work_for_later_is_not_sent():
    queue = Queue()
    stage(1, 2)
    change(due_at=text("now() + interval '1 hour'"))
    stage(3)
    with transaction() as tx:
        done = tx.execute(select(rows.c.id).where(rows.c.argument == 3)).scalar_one()
    relaying.finish(outbox_ids=[done])

    assert relaying.relay_outbox(queue=queue, limit=10) == 0


def test_the_limit_holds_and_the_oldest_go_first():
    queue = Queue()
    stage(*range(1, 8))

    assert relaying.relay_outbox(queue=queue, limit=3) == 3
    assert [one for _, _, one in queue.sent] == [1, 2, 3]


def test_a_queue_that_is_away_leaves_everything_to_send():
    queue = Queue()
    queue.is_away = True
    stage(1)

    with pytest.raises(ConnectionError):
        relaying.relay_outbox(queue=queue, limit=10)
    queue.is_away = False

    assert relaying.relay_outbox(queue=queue, limit=10) == 1


def test_two_relays_do_not_send_the_same(app):
    first, second = Queue(), Queue()
    is_inside, may_go = Event(), Event()
    stage(1, 2, 3, 4)
    enqueue = first.enqueue

    def slow(**values):
        is_inside.set()
        assert may_go.wait(10)
        enqueue(**values)

    first.enqueue = slow

    def relay():
        with app.app_context():
            relaying.relay_outbox(queue=first, limit=2)

    thread = Thread(target=relay)
    thread.start()
    assert is_inside.wait(10)
    count = relaying.relay_outbox(queue=second, limit=10)
    may_go.set()
    thread.join()

    assert count == 2
    assert not set(first.sent) & set(second.sent)


def test_staging_the_same_again_is_one_row_until_it_is_done():
    stage(1)
    stage(1, 2)
    with transaction() as tx:
        first = tx.execute(select(rows.c.id).where(rows.c.argument == 1)).scalar_one()
    relaying.finish(outbox_ids=[first])
    stage(1)

    with transaction() as tx:
        arguments = tx.execute(select(rows.c.argument).order_by(rows.c.id)).scalars().all()
    assert arguments == [1, 2, 1]


def test_the_age_of_the_oldest_undone_work():
    with transaction() as tx:
        assert outbox.oldest_undone_age(tx) is None
    stage(1, 2)
    change(due_at=text("now() - interval '90 seconds'"))

    with transaction() as tx:
        age = outbox.oldest_undone_age(tx)
        assert outbox.undone_count(tx) == 2
    assert age is not None
    assert timedelta(seconds=90) <= age < LATER


def test_what_was_staged_and_lost_is_found_in_the_runs():
    drawn = draw_intake(zones_=2, children_=5)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    with transaction() as tx:
        tx.execute(delete(rows))

    found = relaying.restage_forgotten()
    again = relaying.restage_forgotten()

    assert (found, again) == (3, 0)


def test_a_stage_that_nobody_passed_on_is_found():
    drawn = draw_intake(zones_=1, children_=5)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    for run_id in run_ids():
        allocating.run_zone(run_id=run_id)
    with transaction() as tx:
        tx.execute(delete(rows))
    relaying.restage_forgotten()
    between = _staged()

    advancing.advance(run_id=run_ids()[0])
    second = run_ids()[-1]
    allocating.run_zone(run_id=second)
    with transaction() as tx:
        tx.execute(delete(rows))
    relaying.restage_forgotten()

    assert between == [("allocate_zone", run_ids()[0])]
    assert _staged() == [("allocate_leftovers", second)]


def test_pages_that_nobody_rendered_are_found():
    drawn = draw_intake(zones_=1, children_=5)
    allocate(drawn)
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    with transaction() as tx:
        tx.execute(delete(rows))

    relaying.restage_forgotten()

    jobs = [job for job, _ in _staged()]
    assert sorted(jobs) == ["publish_bundle", "render_results", "render_results"]


def test_done_work_and_silent_processes_are_forgotten_in_time():
    stage(1, 2)
    relaying.beat(name="old", detail={})
    relaying.beat(name="new", detail={"pid": 7})
    with transaction() as tx:
        tx.execute(
            update(rows)
            .where(rows.c.argument == 1)
            .values(done_at=text("now() - interval '8 days'"))
        )
        tx.execute(
            update(heartbeat_rows)
            .where(heartbeat_rows.c.name == "old")
            .values(beat_at=text("now() - interval '2 days'"))
        )

    assert relaying.tidy() == 1
    with transaction() as tx:
        assert [beat.name for beat in heartbeats.all_heartbeats(tx)] == ["new"]


def test_the_loop_goes_on_after_a_failure_and_does_every_chore():
    stop, done = Event(), []

    def fails() -> object:
        done.append("fails")
        raise RuntimeError

    def works() -> object:
        done.append("works")
        if done.count("works") == 3:
            stop.set()
        return done.count("works") == 1

    run(todo=[Chore("fails", 0.0, fails), Chore("works", 0.01, works)], stop=stop)

    assert done.count("works") == 3
    assert "fails" in done


def test_every_chore_of_the_relay_works_on_an_empty_house():
    for chore in chores(Queue()):
        assert chore.act() is not True


def _staged() -> list[tuple[str, int]]:
    with transaction() as tx:
        query = select(rows.c.job, rows.c.argument).where(rows.c.done_at.is_(None))
        return [(row[0], row[1]) for row in tx.execute(query.order_by(rows.c.id))]
