"""``python -m workers.main QUEUE``: one worker process on one queue.

One queue a process: RQ moves a job safely only when it listens to a single one (reliability R3).
The process holds no truth: killed at any moment, it loses nothing that the outbox does not give
back.
"""

import ctypes
import os
import signal
import sys
import time
from types import FrameType

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.job import Job

from enrol.services import relaying
from enrol.services.ports import JOBS
from workers import jobs
from workers.application import application

WORKER_TTL = 30
MAINTENANCE_SECONDS = 15
MONITORING_SECONDS = 5
RESTART_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1

PRELOADED = jobs
"""Imported once here, not again in every forked child: that took most of a small job's time."""

log = structlog.get_logger("workers")


class FencedWorker(Worker):
    """RQ's worker, whose forked child dies with it and never uses its parent's connections."""

    max_connection_wait_time = 2.0
    log_result_lifespan = False
    is_told_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job in hand, then stop for good."""
        self.is_told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Run one job in the forked child."""
        # Without this a killed worker leaves its child running while RQ, a minute later, starts
        # the same job elsewhere (reliability R1).
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.pid:
            os._exit(1)  # the worker died before the line above
        application().extensions["enrol_after_fork"]()
        super().main_work_horse(job, queue)

    def run_maintenance_tasks(self) -> None:
        """Tidy RQ's registries and leave a sign of life in PostgreSQL."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        try:
            with application().app_context():
                relaying.beat(
                    name=f"worker/{self.queues[0].name}/{self.pid}", detail={"pid": self.pid}
                )
        except Exception as error:  # noqa: BLE001 - a sign of life is worth no worker's death
            log.warning("worker.no_heartbeat", error=type(error).__name__)


def run(queue_name: str) -> None:
    """Work until told to stop; a lost Redis is waited for."""
    connection = Redis.from_url(
        application().extensions["enrol_settings"].redis_url.get_secret_value()
    )
    while True:
        worker = None
        try:
            worker = FencedWorker(
                [Queue(queue_name, connection=connection, serializer="json")],
                connection=connection,
                serializer="json",
                worker_ttl=WORKER_TTL,
                maintenance_interval=MAINTENANCE_SECONDS,
                job_monitoring_interval=MONITORING_SECONDS,
                log_job_description=False,
            )
            worker.work(logging_level="WARNING")
        except RedisError as error:
            log.warning("worker.queue_unreachable", queue=queue_name, error=type(error).__name__)
        if worker is not None and worker.is_told_to_stop:
            return
        try:
            time.sleep(RESTART_SECONDS)
        except StopRequested:  # RQ's handler of the signals stays in place between two workers
            return


def main() -> None:
    """Read the queue's name and work."""
    known = sorted(set(JOBS.values()))
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        sys.exit(f"usage: python -m workers.main {'|'.join(known)}")
    application()
    run(sys.argv[1])


if __name__ == "__main__":
    main()
