"""One list, one draw: the same rows, however many workers, whatever their hash seed and locale."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from enrol.adapters.rq_queue import RqQueue
from enrol.config import Settings
from enrol.services import allocating, relaying
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from tests.drawn import Drawn, draw_intake, outcome_rows
from tests.workers.conftest import Crew, wait_until

pytestmark = pytest.mark.race

TABLES = "placements, waiting_lists, runs, outbox"  # what hangs on runs goes with them
SETTINGS = (
    (1, {"PYTHONHASHSEED": "0", "LC_ALL": "C"}),
    (2, {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"}),
    (4, {"PYTHONHASHSEED": "4294967295", "LC_ALL": "vi_VN.UTF-8", "TZ": "Asia/Ho_Chi_Minh"}),
)


def test_the_same_bytes_with_one_two_and_four_workers(
    app: Flask, settings: Settings, empty_redis_url: str, tmp_path: Path, monkeypatch
):
    drawn = draw_intake(zones_=5, children_=40, seats=11)
    queue = RqQueue(url=empty_redis_url)
    found = []
    for workers, environment in SETTINGS:
        forget(drawn)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        crew = Crew(settings, empty_redis_url, tmp_path)
        try:
            for _ in range(workers):
                crew.worker()
            allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
            relay_until_allocated(drawn, queue)
        finally:
            crew.dismiss()
        found.append(outcome_rows())

    assert found[0]["placements"]
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_the_same_bytes_whatever_order_the_rows_lie_in(app: Flask):
    drawn = draw_intake(zones_=2, children_=40, seats=11)
    allocate_zones(drawn)
    before = outcome_rows()

    forget(drawn)
    with transaction() as tx:
        tx.execute(text("ALTER TABLE frozen_entries DISABLE TRIGGER USER"))
        columns = "intake_id, code, position, intake_zone_id, entry"
        tx.execute(text(f"CREATE TEMP TABLE kept AS SELECT {columns} FROM frozen_entries"))
        tx.execute(text("DELETE FROM frozen_entries"))
        tx.execute(
            text(
                f"INSERT INTO frozen_entries ({columns})"
                f" SELECT {columns} FROM kept ORDER BY md5(code)"
            )
        )
        tx.execute(text("DROP TABLE kept"))
        tx.execute(text("ALTER TABLE frozen_entries ENABLE TRIGGER USER"))
    allocate_zones(drawn)

    assert outcome_rows() == before


def forget(drawn: Drawn) -> None:
    """Take every run away and go back to the draw."""
    with transaction() as tx:
        tx.execute(text(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE"))
        tx.execute(intakes.update().where(intakes.c.id == drawn.intake_id).values(phase="drawn"))


def allocate_zones(drawn: Drawn) -> None:
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    with transaction() as tx:
        run_ids = list(tx.execute(text("SELECT id FROM runs ORDER BY id")).scalars())
    for run_id in run_ids:
        allocating.run_zone(run_id=run_id)


def relay_until_allocated(drawn: Drawn, queue: RqQueue) -> None:
    def is_allocated() -> bool:
        relaying.relay_outbox(queue=queue, limit=100)
        with transaction() as tx:
            query = select(intakes.c.phase).where(intakes.c.id == drawn.intake_id)
            return tx.execute(query).scalar_one() == "allocated"

    wait_until(is_allocated, what="the intake is allocated")
