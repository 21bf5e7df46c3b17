"""Redis and the relay are gone while families register: hints vanish, promises do not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
import redis

from enrol.cli.demo.checks import check_bundle
from enrol.cli.demo.city import City
from enrol.cli.demo.morning import replay_morning
from enrol.cli.demo.season import Season
from enrol.cli.demo.stack import Stack
from enrol.embedded import Supervisor
from enrol.store.tables.registrations import frozen_entries, registrations
from enrol.training.office import INTAKE_CODE
from tests.e2e.conftest import wait_until
from tests.e2e.crowd import codes_in

pytestmark = [pytest.mark.race, pytest.mark.xdist_group("stack"), pytest.mark.timeout(480)]

BEFORE, DURING = 4, 30


@contextmanager
def kept_dead(supervisor: Supervisor, name: str) -> Iterator[None]:
    """Kill a process whenever its supervisor has started it."""
    stop = Event()

    def kill() -> None:
        while not stop.wait(0.02):
            supervisor.kill(name)

    thread = Thread(target=kill, name=f"kill-{name}")
    thread.start()
    yield
    stop.set()
    thread.join()


def has_redis(stack: Stack) -> bool:
    url = stack.app.extensions["enrol_settings"].redis_url.get_secret_value()
    try:
        with redis.Redis.from_url(url) as connection:
            return bool(connection.ping())
    except redis.ConnectionError:
        return False


def test_registrations_go_on_without_redis_and_nothing_is_lost(
    stack: Stack, city: City, season: Season, tmp_path: Path
) -> None:
    assert stack.servers is not None

    withdrawn: list[str] = []

    def register(first: int, last: int) -> dict[str, str]:
        morning = replay_morning(
            address=stack.address,
            letters=city.letters[first:last],
            seed=1,
            browsers=4,
            on_step=lambda: None,
        )
        assert not morning.problems
        withdrawn.extend(morning.withdrawn)
        return morning.kept

    kept = register(0, BEFORE)
    with (
        kept_dead(stack.servers.supervisor, "valkey"),
        kept_dead(stack.processes, "relay"),
    ):
        wait_until(lambda: not has_redis(stack), what="Redis is gone")
        kept |= register(BEFORE, BEFORE + DURING)
        assert not has_redis(stack)

    wait_until(lambda: has_redis(stack), what="Redis is back")
    assert codes_in(registrations, intake_id=city.intake_id) == sorted([*kept.values(), *withdrawn])
    season.close()
    assert codes_in(frozen_entries, intake_id=city.intake_id) == sorted(kept.values())
    season.draw()
    season.allocate()
    season.publish()
    verified, _report = check_bundle(address=stack.address, intake_code=INTAKE_CODE, into=tmp_path)
    assert verified.held, verified.detail
