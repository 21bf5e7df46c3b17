"""RQ as the carrier of outbox ids. It may lose or repeat them: nothing rests on it.

Kept out of Redis: every value but ids. Arguments travel as JSON (pickle would let whoever writes to
Redis run code), descriptions hold no arguments, results and failures go after minutes.
"""

from collections.abc import Iterator, Sequence
from math import ceil

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

MOST_IDS = 20
"""Ids in one RQ job: a fork costs about 17 ms, so small work is carried in batches."""
SPREAD = 8
"""Below this many batches ids are kept apart, so that several workers share them."""
RESULT_SECONDS = 60
FAILURE_SECONDS = 3600
SECONDS_A_JOB = 60
SECONDS_AN_ID = 15
SLOW = {
    "publish_bundle": 3600,
    "compute_what_if": 3600,
    "write_export": 3600,
    "check_import": 3600,
    "apply_import": 3600,
    "send_messages": 3600,
}
"""Seconds for work on a whole intake at once, by job."""
_SOCKET_SECONDS = 3.0


class RqQueue:
    """Hands outbox ids to RQ: one RQ job carries up to ``MOST_IDS`` ids of one kind of work."""

    def __init__(self, *, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=_SOCKET_SECONDS, socket_connect_timeout=_SOCKET_SECONDS
        )

    def enqueue(self, *, job: str, queue: str, outbox_ids: Sequence[int]) -> None:
        carrier = Queue(name=queue, connection=self._redis, serializer="json")
        try:
            carrier.enqueue_many(
                [
                    Queue.prepare_data(
                        f"workers.jobs.{job}",
                        args=(batch,),
                        timeout=SLOW.get(job, SECONDS_A_JOB + SECONDS_AN_ID * len(batch)),
                        result_ttl=RESULT_SECONDS,
                        failure_ttl=FAILURE_SECONDS,
                        description=job,
                    )
                    for batch in _batches(outbox_ids)
                ]
            )
        except RedisError as error:
            raise ConnectionError(type(error).__name__) from error


def _batches(outbox_ids: Sequence[int]) -> Iterator[list[int]]:
    size = min(MOST_IDS, ceil(len(outbox_ids) / SPREAD))
    for start in range(0, len(outbox_ids), size or 1):
        yield list(outbox_ids[start : start + size])
