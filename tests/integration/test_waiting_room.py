"""The line in real Valkey: order, one place a child, what is released, and what happens without
it."""

import hashlib
import hmac
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrol.adapters import waiting_room
from enrol.adapters.local_door import LocalDoor
from enrol.adapters.waiting_room import BURST_SECONDS, RedisWaitingRoom
from enrol.core.waiting import CALLED, PASS, PATIENCE, Standing

OPENING = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
KEY = b"k" * 32
INTAKE = 7


@dataclass
class Clock:
    """Time that a test moves."""

    at: datetime = OPENING

    def __call__(self) -> float:
        return self.at.timestamp()

    def forward(self, **parts: float) -> None:
        self.at += timedelta(**parts)


@dataclass
class Door:
    """A room with a clock of its own; families are numbers."""

    url: str
    clock: Clock = field(default_factory=Clock)
    per_minute: int = 60

    def __post_init__(self) -> None:
        self.room = RedisWaitingRoom(url=self.url, key=KEY, clock=self.clock)

    def ask(self, child: int, **changes: object) -> Standing:
        arguments: dict[str, object] = {
            "intake_id": INTAKE,
            "child_id": child,
            "per_minute": self.per_minute,
            "opens_at": OPENING,
            "since": None,
            "is_inside": False,
        }
        return self.room.ask(**(arguments | changes))

    def use_up(self) -> None:
        """Let strangers in until nobody more may come now."""
        stranger = 1_000_000
        while self.ask(stranger).is_inside:
            stranger += 1
        with self.raw() as connection:  # the one that waits goes again
            connection.delete(*self.keys("line", "seen"))

    def raw(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def keys(self, *names: str) -> list[str]:
        return [f"room:{{{INTAKE}}}:{name}" for name in names]

    def close(self) -> None:
        self.room._redis.close()


@pytest.fixture
def door(empty_redis_url: str) -> Iterator[Door]:
    made = Door(empty_redis_url)
    yield made
    made.close()


def drawn_order(door: Door, children: list[int]) -> list[int]:
    """The order of the early as anybody can compute it once the seed is known."""
    seed = door.room.seed_of(intake_id=INTAKE)

    def number(child: int) -> bytes:
        place = bytes.fromhex(door.room.place_of(intake_id=INTAKE, child_id=child))
        return hmac.digest(seed, place, hashlib.sha256)[:6]

    return sorted(children, key=number)


def test_an_empty_room_lets_a_burst_in_and_then_the_rate(door):
    entered = [door.ask(child).is_inside for child in range(5)]

    assert entered == [True, True, False, False, False]
    door.clock.forward(seconds=1)
    assert door.ask(2).is_inside
    assert not door.ask(3).is_inside


def test_later_families_stand_in_order_of_arrival_and_are_called_in_it(door):
    door.use_up()

    standings = {}
    for child in (30, 10, 20):
        standings[child] = door.ask(child)
        door.clock.forward(milliseconds=1)

    assert [standings[child].position for child in (30, 10, 20)] == [1, 2, 3]
    assert standings[20].waiting == 3
    assert not standings[20].is_being_drawn
    door.clock.forward(seconds=1)
    assert not door.ask(20).is_inside  # the last one asks, the first one is called
    assert door.ask(30).is_inside
    assert door.ask(10).position == 1


def test_arrivals_of_one_instant_keep_their_order(door):
    door.use_up()

    assert [door.ask(child).position for child in (9, 3, 7, 1)] == [1, 2, 3, 4]


def test_the_early_stand_in_drawn_order_before_all_later_ones(door):
    door.clock.at = OPENING - timedelta(minutes=5)
    door.per_minute = 0
    early = list(range(1, 13))
    for child in early:
        assert door.ask(child).is_being_drawn
        door.clock.forward(seconds=20)
    door.clock.at = OPENING
    door.ask(99)
    expected = [*drawn_order(door, early), 99]
    assert expected[:-1] != early

    positions = {child: door.ask(child).position for child in [*early, 99]}

    assert sorted(positions, key=positions.__getitem__) == expected
    assert not door.ask(early[0]).is_being_drawn
    door.per_minute = 60
    door.ask(99)
    door.clock.forward(seconds=2)
    door.ask(99)
    assert [child for child in early if door.ask(child).is_inside] == sorted(expected[:2])


def test_a_child_has_one_place_on_every_device_and_in_every_process(door):
    door.use_up()
    first = door.ask(5)
    door.clock.forward(seconds=0.1)
    door.ask(6)
    other = Door(door.url, clock=door.clock)

    again = other.ask(5)

    assert (first.position, again.position, again.waiting) == (1, 1, 2)
    other.close()


def test_asking_again_takes_no_memory(door):
    door.use_up()
    for child in range(50):
        door.ask(child)
    with door.raw() as connection:

        def size() -> dict[str, int]:
            return {
                "line": connection.zcard(door.keys("line")[0]),
                "seen": connection.zcard(door.keys("seen")[0]),
                "keys": connection.dbsize(),
            }

        before = size()
        for _round in range(5):
            for child in range(50):
                door.ask(child)
        assert size() == before == {"line": 50, "seen": 50, "keys": 4}


def test_a_place_nobody_asks_for_is_released(door):
    door.use_up()
    door.per_minute = 0
    door.ask(1)
    door.clock.forward(minutes=1)
    door.ask(2)
    door.clock.forward(seconds=PATIENCE.total_seconds() - 30)

    standing = door.ask(2)

    assert (standing.position, standing.waiting) == (1, 1)
    assert door.ask(1).position == 2


def test_an_abandoned_place_uses_up_nobody_s_turn(door):
    door.use_up()
    door.per_minute = 0
    for child in range(1, 40):
        door.ask(child)
    door.clock.forward(seconds=PATIENCE.total_seconds() - 1)
    door.ask(40)
    door.clock.forward(seconds=1.5)
    door.per_minute = 60
    assert not door.ask(40).is_inside
    door.clock.forward(seconds=1)

    assert door.ask(40).is_inside


def test_a_pass_lasts_while_it_is_used(door):
    assert door.ask(1).is_inside
    door.use_up()
    for _use in range(3):
        door.clock.forward(seconds=PASS.total_seconds() - 1)
        assert door.ask(1, per_minute=0).is_inside
    door.clock.forward(seconds=PASS.total_seconds() + 1)

    assert not door.ask(1, per_minute=0).is_inside


def test_who_is_called_may_take_a_while_to_come_but_not_for_ever(door):
    door.use_up()
    for child in (1, 2, 3):
        door.ask(child)
    door.clock.forward(seconds=2)
    door.ask(3, per_minute=60)
    door.clock.forward(seconds=CALLED.total_seconds() - 1)
    assert door.ask(1, per_minute=0).is_inside
    door.clock.forward(seconds=2)
    assert not door.ask(2, per_minute=0).is_inside


def test_who_is_inside_does_not_wait(door):
    door.use_up()

    assert door.ask(1, is_inside=True).is_inside
    assert door.ask(1).is_inside
    assert not door.ask(2).is_inside


def test_the_rate_can_change_at_any_moment(door):
    door.use_up()
    for child in range(100):
        door.ask(child, per_minute=0)
    door.clock.forward(seconds=60)
    assert door.ask(99, per_minute=0).waiting == 100

    assert door.ask(99, per_minute=600).waiting == 100
    door.clock.forward(seconds=1)
    standing = door.ask(99, per_minute=600)

    assert standing.waiting == 100 - 600 / 60
    assert door.room.look(intake_id=INTAKE).waiting == standing.waiting


def test_a_lost_line_forms_again_in_the_order_it_had(door):
    door.use_up()
    door.per_minute = 0
    remembered = {}
    for child in (1, 2, 3, 4):
        remembered[child] = door.ask(child).since
        door.clock.forward(seconds=5)
    with door.raw() as connection:
        connection.flushdb()
        connection.script_flush()
    door.clock.forward(seconds=5)

    for child in (4, 2, 3, 1):
        door.ask(child, since=remembered[child])

    assert [door.ask(child).position for child in (1, 2, 3, 4)] == [1, 2, 3, 4]


def test_a_remembered_arrival_buys_nothing_back_while_the_line_stands(door):
    door.use_up()
    door.per_minute = 0
    since = door.ask(1).since
    door.ask(2)
    for _look in range(3):
        door.clock.forward(seconds=PATIENCE.total_seconds() / 2)
        door.ask(2)

    assert door.ask(1, since=since).position == 2


def test_redis_holds_neither_codes_nor_numbers_of_children(door):
    door.ask(424242)
    door.use_up()
    door.ask(535353)
    with door.raw() as connection:
        members = [
            member
            for key in door.keys("line", "seen", "passes")
            for member in connection.zrange(key, 0, -1)
        ]

    assert members
    assert all(len(member) == 16 for member in members)
    assert not any(b"424242" in member or b"535353" in member for member in members)


def test_a_crowd_on_many_threads_gets_no_more_than_the_bucket_holds(door):
    door.ask(1_000_000, per_minute=60)
    with ThreadPoolExecutor(16) as crowd:
        standings = list(crowd.map(door.ask, range(400)))

    assert sum(standing.is_inside for standing in standings) == 1
    places = {door.ask(child, per_minute=0).position for child in range(400)}
    assert places - {None} == set(range(1, 400))


# Without Redis


def entered(room: RedisWaitingRoom, families: int) -> int:
    return sum(
        room.ask(
            intake_id=INTAKE,
            child_id=child,
            per_minute=600,
            opens_at=OPENING,
            since=None,
            is_inside=False,
        ).is_inside
        for child in range(families)
    )


def test_without_redis_families_come_in_but_never_all_at_once():
    room = RedisWaitingRoom(url="redis://127.0.0.1:1/0", key=KEY, processes=2)

    inside = entered(room, 300)

    assert 10 <= inside <= 40  # 5 a second and two seconds' worth at once; the loop takes a moment
    standing = room.ask(
        intake_id=INTAKE,
        child_id=1,
        per_minute=600,
        opens_at=OPENING,
        since=None,
        is_inside=True,
    )
    assert standing.is_inside
    assert room.look(intake_id=INTAKE) is None


def test_a_redis_that_does_not_answer_is_asked_once_not_by_every_request():
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        room = RedisWaitingRoom(
            url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0", key=KEY, processes=1
        )
        real = room._ask
        room._ask = lambda **arguments: asked.append(1) or real(**arguments)

        inside = entered(room, 50)

    assert len(asked) == 1
    assert 20 <= inside <= 30


def test_when_redis_is_back_it_is_asked_again(door, monkeypatch: pytest.MonkeyPatch):
    def lost(**_arguments: object) -> None:
        raise redis.ConnectionError

    real = door.room._ask
    monkeypatch.setattr(door.room, "_ask", lost)
    assert door.ask(1).position is None
    monkeypatch.setattr(door.room, "_ask", real)
    monkeypatch.setattr(door.room, "_rests_until", 0.0)

    door.use_up()

    assert door.ask(2).position == 1


def test_a_paused_room_lets_nobody_in_without_redis_either():
    assert not LocalDoor(share=1.0, burst_seconds=2.0).lets_in(per_second=0)


# Nobody overtakes, and the bucket is never exceeded

EVENTS = st.lists(
    st.tuples(
        st.integers(0, 14),  # who asks
        st.sampled_from([0.0, 0.2, 1.0, 7.0, 45.0, 400.0]),  # seconds that pass before
    ),
    min_size=1,
    max_size=60,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    events=EVENTS,
    per_minute=st.sampled_from([6, 30, 90]),
    start=st.sampled_from([-600.0, -30.0, 0.0]),
)
def test_nobody_overtakes_and_the_bucket_is_never_exceeded(
    empty_redis_url: str, events, per_minute: int, start: float
):
    door = Door(empty_redis_url, per_minute=per_minute)
    door.clock.forward(seconds=start)
    with door.raw() as connection:
        connection.flushdb()
        walk(door, connection, events)
    door.close()


def walk(door: Door, connection: redis.Redis, events: list[tuple[int, float]]) -> None:
    place = {
        bytes.fromhex(door.room.place_of(intake_id=INTAKE, child_id=child)): child
        for child in range(15)
    }
    drawn = drawn_order(door, list(range(15)))
    arrived: dict[int, tuple[int, float]] = {}  # the order that the promise gives
    last_look: dict[int, datetime] = {}
    calls: list[datetime] = []
    inside: set[int] = set()
    line, passes = door.keys("line", "passes")
    for number, (child, pause) in enumerate(events):
        door.clock.forward(seconds=pause)
        now = door.clock.at
        had_pass = child in inside
        for other, looked in list(last_look.items()):
            if looked < now - PATIENCE:
                del arrived[other], last_look[other]
        if not had_pass or not pass_holds(connection, door, child):
            early = now < OPENING
            arrived.setdefault(child, (0, drawn.index(child)) if early else (1, number))
            last_look[child] = now
        standing = door.ask(child)
        held = {place[member] for member in connection.zrange(passes, 0, -1)}
        waiting = [place[member] for member in connection.zrange(line, 0, -1)]
        called = [other for other in arrived if other in held]
        still = [other for other in arrived if other not in held]
        assert waiting == sorted(still, key=arrived.__getitem__), "the line is in promised order"
        if called and still:
            assert max(arrived[c] for c in called) < min(arrived[s] for s in still)
        calls += [now] * len(called)
        for other in called:
            del arrived[other], last_look[other]
        inside = held
        assert standing.is_inside == (child in held)
        if not standing.is_inside:
            assert waiting[standing.position - 1] == child
    check_bucket(calls, per_second=door.per_minute / 60)


def pass_holds(connection: redis.Redis, door: Door, child: int) -> bool:
    member = bytes.fromhex(door.room.place_of(intake_id=INTAKE, child_id=child))
    until = connection.zscore(door.keys("passes")[0], member)
    return until is not None and until > door.clock.at.timestamp() * 1e6


def check_bucket(calls: list[datetime], *, per_second: float) -> None:
    most = max(1.0, per_second * BURST_SECONDS)
    for first, begun in enumerate(calls):
        for last in range(first, len(calls)):
            seconds = (calls[last] - begun).total_seconds()
            assert last - first + 1 <= most + seconds * per_second + 1e-3


def test_the_walk_sees_a_line_that_lets_the_newest_in_first(
    empty_redis_url: str, monkeypatch: pytest.MonkeyPatch
):
    """The twin: with the order broken, the property above fails."""
    broken: Callable[[str], str] = lambda text: text.replace("'ZPOPMIN'", "'ZPOPMAX'")  # noqa: E731
    door = Door(empty_redis_url, per_minute=6)
    script = waiting_room._SCRIPT.read_text(encoding="utf-8")
    door.room._ask = door.room._redis.register_script(broken(script))
    events = [(child, 1.0) for child in range(8)] + [(7, 12.0), (7, 12.0)]
    with door.raw() as connection:
        connection.flushdb()
        with pytest.raises(AssertionError, match=r"promised order|assert"):
            walk(door, connection, events)
    door.close()
