"""The line in front of the families' pages, in Redis: one script, one round trip a request.

Redis holds nothing precious here. When it is lost, families come in by a small bucket of this
process; when it is back and empty, the line forms again in the order it had, by what each
family's signed cookie says. A place is a keyed hash: neither a code nor a number of a child
stands in Redis.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from time import monotonic, time

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from enrol.adapters.local_door import LocalDoor
from enrol.core.waiting import CALLED, PASS, PATIENCE, RoomFigures, Standing

BURST_SECONDS = 2.0
REST_SECONDS = 2.0
"""After Redis did not answer, no request waits for it again for so long."""

_SCRIPT = Path(__file__).with_suffix(".lua")
_DRAWN_BYTES = 6
_PLACE_BYTES = 16
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RedisWaitingRoom:
    """Keeps one line an intake; ``ask`` is safe from any thread and never raises for Redis.

    ``processes`` says how many processes like this one share a rate while Redis is lost: for two
    seconds after it once took longer than ``timeout_seconds``. ``clock`` (seconds since 1970)
    stands in for Redis's own in tests.
    """

    def __init__(
        self,
        *,
        url: str,
        key: bytes,
        processes: int = 1,
        timeout_seconds: float = 0.5,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            retry=Retry(NoBackoff(), 0),
        )
        self._ask = self._redis.register_script(_SCRIPT.read_text(encoding="utf-8"))
        self._key = key
        self._clock = clock
        self._door = LocalDoor(share=1 / processes, burst_seconds=BURST_SECONDS)
        self._rests_until = 0.0

    def ask(
        self,
        *,
        intake_id: int,
        child_id: int,
        per_minute: int,
        opens_at: datetime,
        since: datetime | None,
        is_inside: bool,
    ) -> Standing:
        if monotonic() < self._rests_until:
            return self._without_redis(per_minute=per_minute, is_inside=is_inside)
        place = self._place(intake_id, child_id)
        rate = per_minute / 60
        arguments = (
            place,
            rate,
            _most_tokens(rate),
            self._drawn(intake_id, place),
            _microseconds(opens_at),
            _microseconds(since) if since else 0,
            int(is_inside),
            int(self._clock() * 1_000_000) if self._clock else 0,
            PATIENCE // _MICROSECOND,
            CALLED // _MICROSECOND,
            PASS // _MICROSECOND,
        )
        try:
            answer = self._ask(keys=_keys(intake_id), args=arguments)
        except RedisError:
            self._rests_until = monotonic() + REST_SECONDS
            return self._without_redis(per_minute=per_minute, is_inside=is_inside)
        return _standing(answer)

    def look(self, *, intake_id: int) -> RoomFigures | None:
        now = self._now()
        line, _seen, passes, _state = _keys(intake_id)
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.zcard(line)
        pipeline.zcount(passes, _microseconds(now), "+inf")
        try:
            waiting, inside = pipeline.execute()
        except RedisError:
            return None
        return RoomFigures(waiting=int(waiting), inside=int(inside), at=now)

    def place_of(self, *, intake_id: int, child_id: int) -> str:
        return self._place(intake_id, child_id).hex()

    @cache  # noqa: B019 - the one room of a process, and an intake or two
    def seed_of(self, *, intake_id: int) -> bytes:
        return hmac.digest(self._key, b"order/%d" % intake_id, hashlib.sha256)

    @lru_cache(maxsize=1024)  # noqa: B019 - asked for twice in one look
    def _place(self, intake_id: int, child_id: int) -> bytes:
        whole = hmac.digest(self._key, b"place/%d/%d" % (intake_id, child_id), hashlib.sha256)
        return whole[:_PLACE_BYTES]

    def _drawn(self, intake_id: int, place: bytes) -> int:
        whole = hmac.digest(self.seed_of(intake_id=intake_id), place, hashlib.sha256)
        return int.from_bytes(whole[:_DRAWN_BYTES], "big")

    def _without_redis(self, *, per_minute: int, is_inside: bool) -> Standing:
        may_enter = is_inside or self._door.lets_in(per_second=per_minute / 60)
        return Standing(is_inside=may_enter, at=self._now())

    def _now(self) -> datetime:
        return datetime.fromtimestamp((self._clock or time)(), UTC)


def _keys(intake_id: int) -> list[str]:
    # The braces keep an intake's keys together, should Redis ever be a cluster.
    return [f"room:{{{intake_id}}}:{name}" for name in ("line", "seen", "passes", "state")]


def _most_tokens(rate: float) -> float:
    return max(1.0, rate * BURST_SECONDS) if rate > 0 else 0.0


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _standing(answer: Sequence[int]) -> Standing:
    is_inside, now, position, waiting, since, is_being_drawn = (int(part) for part in answer)
    if is_inside:
        return Standing(is_inside=True, at=_instant(now))
    return Standing(
        is_inside=False,
        at=_instant(now),
        position=position,
        waiting=waiting,
        since=_instant(since) if since else None,
        is_being_drawn=bool(is_being_drawn),
    )
