"""The waiting room is on and its line is lost while families register: nobody is shut out, and
every receipt stands once.
"""

import time

import pytest

from enrol.cli.demo.city import City
from enrol.cli.demo.morning import replay_morning
from enrol.cli.demo.stack import Stack
from enrol.services import admitting
from enrol.store.tables.registrations import registrations
from enrol.web.door import SECONDS
from tests.e2e.conftest import wait_until
from tests.e2e.crowd import codes_in
from tests.e2e.test_without_redis import has_redis, kept_dead

pytestmark = [pytest.mark.race, pytest.mark.xdist_group("stack"), pytest.mark.timeout(480)]

BEFORE, DURING = 6, 18


def test_families_register_through_the_room_with_and_without_its_line(
    stack: Stack, city: City
) -> None:
    assert stack.servers is not None
    room = stack.app.extensions["enrol_adapters"].waiting_room
    admitting.change_room(
        actor=city.officers[0],
        intake_id=city.intake_id,
        is_on=True,
        per_minute=60_000,
        message="",
        message_en="",
    )
    time.sleep(SECONDS)
    codes: list[str] = []

    def register(first: int, last: int) -> None:
        morning = replay_morning(
            address=stack.address,
            letters=city.letters[first:last],
            seed=1,
            browsers=4,
            on_step=lambda: None,
        )
        assert not morning.problems
        codes.extend([*morning.kept.values(), *morning.withdrawn])

    register(0, BEFORE)
    figures = room.look(intake_id=city.intake_id)
    assert figures is not None
    assert figures.inside >= BEFORE
    with kept_dead(stack.servers.supervisor, "valkey"):
        wait_until(lambda: not has_redis(stack), what="Redis is gone")
        register(BEFORE, BEFORE + DURING)
        assert room.look(intake_id=city.intake_id) is None

    assert codes_in(registrations, intake_id=city.intake_id) == sorted(codes)
