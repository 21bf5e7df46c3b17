"""Jobs in this process: every name resolves, twice is once, unknown ids are harmless."""

import json

import pytest
import redis
from rq import Queue
from rq.timeouts import JobTimeoutException
from sqlalchemy import select

from enrol.adapters.rq_queue import MOST_IDS, RqQueue
from enrol.services import advancing, allocating, relaying
from enrol.services.ports import JOBS
from enrol.store import outbox as store_outbox
from enrol.store.db import transaction
from enrol.store.tables.outbox import outbox
from tests.drawn import draw_intake, outcome_rows
from workers import jobs, performing


@pytest.fixture
def at_work(app, monkeypatch):
    """Jobs find the test's application."""
    monkeypatch.setattr(performing, "application", lambda: app)
    return app


def stage(job: str, *arguments: int) -> list[int]:
    with transaction() as tx:
        store_outbox.stage(tx, job=job, queue=JOBS[job], arguments=arguments)
        return list(tx.execute(select(outbox.c.id).order_by(outbox.c.id)).scalars())


def undone() -> list[int]:
    with transaction() as tx:
        query = select(outbox.c.id).where(outbox.c.done_at.is_(None)).order_by(outbox.c.id)
        return list(tx.execute(query).scalars())


@pytest.mark.parametrize("name", JOBS)
def test_every_job_has_a_function_of_its_name(name):
    assert callable(getattr(jobs, name))


def test_a_job_done_twice_is_done_once(at_work):
    drawn = draw_intake(zones_=1, children_=20, seats=4)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    ids = undone()

    jobs.allocate_zone(ids)
    rows = outcome_rows()
    jobs.allocate_zone(ids)
    jobs.allocate_zone([*ids, *ids])

    assert outcome_rows() == rows
    assert not set(ids) & set(undone())


def test_unknown_ids_are_left_alone(at_work):
    jobs.allocate_zone([7, 8])

    assert undone() == []


def test_an_id_of_another_job_is_left_alone(at_work):
    ids = stage("refresh_counters", 1)

    jobs.allocate_zone(ids)

    assert undone() == ids


def test_work_on_something_that_does_not_exist_is_done_with(at_work):
    ids = stage("allocate_zone", 999)

    jobs.allocate_zone(ids)

    assert undone() == []


def test_one_failure_does_not_stop_the_others_and_tells_nothing(at_work, monkeypatch):
    ids = stage("allocate_zone", 1, 2, 3)

    def fails_on_two(*, run_ids):
        if 2 in run_ids:
            raise ValueError("Nguyễn Thị Đào")
        return [allocating.Done(run_id, 1, "", is_new=True) for run_id in run_ids]

    monkeypatch.setattr(allocating, "run_zones", fails_on_two)
    monkeypatch.setattr(advancing, "advance", lambda *, run_id: None)
    with pytest.raises(performing.WorkLeftUndone) as caught:
        jobs.allocate_zone(ids)

    assert undone() == [ids[1]]
    assert "Đào" not in str(caught.value)
    assert caught.value.__context__ is None


def test_the_time_limit_ends_the_whole_job(at_work, monkeypatch):
    ids = stage("allocate_zone", 1, 2)

    def too_slow(*, run_ids):
        raise JobTimeoutException

    monkeypatch.setattr(allocating, "run_zones", too_slow)
    with pytest.raises(JobTimeoutException):
        jobs.allocate_zone(ids)

    assert undone() == ids


def test_what_is_sent_to_redis_is_ids_in_batches(app, empty_redis_url):
    stage("allocate_zone", *range(1, 1001))

    sent = relaying.relay_outbox(queue=RqQueue(url=empty_redis_url), limit=1000)
    with redis.Redis.from_url(empty_redis_url) as connection:
        carried = Queue("allocation", connection=connection, serializer="json").jobs
        values = [connection.hgetall(f"rq:job:{job.id}") for job in carried]

    assert sent == 1000
    assert sorted(one for job in carried for one in job.args[0]) == undone()
    assert max(len(job.args[0]) for job in carried) <= MOST_IDS
    assert {job.description for job in carried} == {"allocate_zone"}
    assert {job.func_name for job in carried} == {"workers.jobs.allocate_zone"}
    assert all(job.timeout and job.result_ttl and job.failure_ttl < 86_400 for job in carried)
    assert all(json.loads(_plain(value[b"data"]))[0].startswith("workers.") for value in values)


def test_few_ids_are_spread_over_workers(app, empty_redis_url):
    stage("allocate_zone", 1, 2, 3)

    relaying.relay_outbox(queue=RqQueue(url=empty_redis_url), limit=1000)
    with redis.Redis.from_url(empty_redis_url) as connection:
        assert len(Queue("allocation", connection=connection, serializer="json").jobs) == 3


def test_redis_away_marks_nothing_as_sent(app, tmp_path):
    stage("allocate_zone", 1)

    with pytest.raises(ConnectionError):
        relaying.relay_outbox(queue=RqQueue(url=f"unix://{tmp_path}/none.sock"), limit=10)
    with transaction() as tx:
        row = tx.execute(select(outbox.c.sent_at, outbox.c.attempts)).one()

    assert tuple(row) == (None, 0)


def _plain(data: bytes) -> bytes:
    """RQ compresses what it stores."""
    import zlib

    return zlib.decompress(data)
