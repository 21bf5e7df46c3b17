"""Web workers are killed while a hundred families send at the same moment."""

import os
import signal

import pytest

from enrol.cli.demo.city import City
from enrol.cli.demo.season import Season
from enrol.cli.demo.stack import Stack
from enrol.store.tables.registrations import frozen_entries, registrations
from tests.e2e.crowd import codes_in, prepare
from tests.workers.conftest import horses_of

pytestmark = [pytest.mark.race, pytest.mark.xdist_group("stack"), pytest.mark.timeout(480)]

FAMILIES = 100
KILLED_AFTER = frozenset({5, 40, 75})
"""At these numbers of receipts a worker dies, with other families' requests in its hands."""


def test_every_receipt_stands_once_although_web_workers_die(
    stack: Stack, city: City, season: Season
) -> None:
    crowd = prepare(stack.address, city.letters[:FAMILIES])
    killed: list[int] = []

    def kill_one(receipts: int) -> None:
        if receipts in KILLED_AFTER:
            master = stack.processes.pid("web")
            assert master is not None
            victim = horses_of(master)[0]
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    crowd.press_all(on_receipt=kill_one)
    crowd.close()

    assert len(set(killed)) > 1
    assert crowd.lost_answers > 0, "no request was in the hands of a worker that died"
    held = sorted(crowd.kept.values())
    assert len(held) == len(set(held)) == FAMILIES
    assert codes_in(registrations, intake_id=city.intake_id) == held
    assert season.close().size == FAMILIES
    assert codes_in(frozen_entries, intake_id=city.intake_id) == held
