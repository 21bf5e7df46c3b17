"""The allocation path of a loaded city: the I/O floor, in one process, through the queue."""

import gc
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter, process_time, sleep
from typing import Any

from flask import current_app
from sqlalchemy import select, text, update

from benchmarks.city import forget_outcome
from enrol.adapters.rq_queue import RqQueue
from enrol.config import ROOT
from enrol.core import settlement
from enrol.core.actors import System
from enrol.services import advancing, allocating, relaying, zone_orders
from enrol.store import settlements
from enrol.store.db import transaction
from enrol.store.tables.intakes import intake_zones, intakes
from enrol.store.tables.runs import runs
from workers.jobs import ZONES_AT_ONCE

PATIENCE_SECONDS = 600


def io_floor() -> float:
    """Return seconds to read one packed value a zone and to write as many rows into a new table.

    Read: code, position and zone of every child as one bytea a zone. Write: four plain numbers a
    child, binary COPY into a table whose primary key is added afterwards.
    """
    with transaction() as tx:
        zone_ids = list(tx.execute(select(intake_zones.c.id)).scalars())
        tx.execute(text("SET LOCAL statement_timeout = 0"))
        raw = tx.connection.driver_connection
        assert raw is not None
        tx.execute(text("DROP TABLE IF EXISTS io_floor"))
        with raw.cursor(binary=True) as cursor:
            began = perf_counter()
            cursor.execute("CREATE TABLE io_floor (run int, child int, school int, rank int)")
            rows = []
            for zone_id in zone_ids:
                cursor.execute(
                    "SELECT string_agg(int8send(position::bigint), ''::bytea ORDER BY position)"
                    " FROM frozen_entries WHERE intake_zone_id = %s",
                    (zone_id,),
                )
                packed = cursor.fetchone()[0] or b""
                rows.append((zone_id, packed))
            head = b"PGCOPY\n\xff\r\n\0" + bytes(8)
            four = (4).to_bytes(4, "big")
            with cursor.copy("COPY io_floor FROM STDIN (FORMAT binary, FREEZE)") as copy:
                copy.write(head)
                for zone_id, packed in rows:
                    start = b"\0\x04" + four + zone_id.to_bytes(4, "big") + four
                    end = four + bytes(4) + four + bytes(4)
                    copy.write(
                        b"".join(
                            start + packed[at : at + 4] + end for at in range(4, len(packed), 8)
                        )
                    )
                copy.write(b"\xff\xff")
            cursor.execute("ALTER TABLE io_floor ADD PRIMARY KEY (run, child)")
            raw.commit()
            spent = perf_counter() - began
    with transaction() as tx:
        tx.execute(text("DROP TABLE io_floor"))
    return spent


@contextmanager
def _timed(stages: dict[str, float], of: dict[str, tuple[Any, str]]) -> Iterator[None]:
    """Add up the seconds spent in some functions while the block runs."""
    saved = {name: getattr(place, attribute) for name, (place, attribute) in of.items()}

    def timing(name: str, act: Callable[..., object]) -> Callable[..., object]:
        def timed(*args: object, **options: object) -> object:
            began = perf_counter()
            try:
                return act(*args, **options)
            finally:
                stages[name] += perf_counter() - began

        return timed

    for name, (place, attribute) in of.items():
        setattr(place, attribute, timing(name, saved[name]))
    try:
        yield
    finally:
        for name, (place, attribute) in of.items():
            setattr(place, attribute, saved[name])


STAGES: dict[str, tuple[Any, str]] = {
    "read": (zone_orders.run_inputs, "zone_inputs"),
    "columns": (zone_orders, "roll_of"),
    "numbers": (settlement, "numbers"),
    "settle": (settlement._Seating, "take"),  # noqa: SLF001
    "certificate": (zone_orders, "certify_settlement"),
    "digest": (allocating, "settlement_digest"),
    "write": (settlements, "save"),
}


def whole_path(intake_id: int) -> dict[str, float]:
    """Return seconds by stage to allocate all zones in this process, from the list to the rows."""
    forget_outcome(intake_id)
    started = perf_counter()
    allocating.start_allocation(actor=System(), intake_id=intake_id)
    checked = perf_counter() - started
    with transaction() as tx:
        run_ids = list(tx.execute(select(runs.c.id).order_by(runs.c.id)).scalars())
    stages: dict[str, float] = defaultdict(float)
    gc.collect()
    with _timed(stages, STAGES):
        began, used = perf_counter(), process_time()
        for handful in _handfuls(run_ids):
            allocating.run_zones(run_ids=handful)
        _flush(intake_id)
        total, used = perf_counter() - began, process_time() - used
    stages["sorting, locks, fence, journal, commit"] = total - sum(stages.values())
    return {
        "total": total,
        "of it own processor time": used,
        **stages,
        "before: list hashed again": checked,
    }


def whole_path_overlapped(intake_id: int) -> float:
    """Return seconds of the same with two threads: one zone computes while another is written."""
    forget_outcome(intake_id)
    allocating.start_allocation(actor=System(), intake_id=intake_id)
    with transaction() as tx:
        run_ids = list(tx.execute(select(runs.c.id).order_by(runs.c.id)).scalars())
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001

    def run(handful: list[int]) -> None:
        with app.app_context():
            allocating.run_zones(run_ids=handful)

    gc.collect()
    began = perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, _handfuls(run_ids)))
    _flush(intake_id)
    return perf_counter() - began


def _handfuls(run_ids: list[int]) -> list[list[int]]:
    """Return the runs as a worker takes them."""
    return [run_ids[i : i + ZONES_AT_ONCE] for i in range(0, len(run_ids), ZONES_AT_ONCE)]


def _flush(intake_id: int) -> None:
    """Commit something that waits for the disk, and with it for all that was committed before."""
    with transaction() as tx:
        tx.execute(update(intakes).where(intakes.c.id == intake_id).values(phase="drawn"))


def second_stage() -> dict[str, float]:
    """Return seconds to open and to run the second stage after ``whole_path``."""
    with transaction() as tx:
        first = tx.execute(select(runs.c.id).order_by(runs.c.id)).scalars().first()
    assert first is not None
    began = perf_counter()
    advancing.advance(run_id=first)
    opened = perf_counter() - began
    with transaction() as tx:
        last = tx.execute(select(runs.c.id).where(runs.c.stage == 2)).scalar_one()
    began = perf_counter()
    allocating.run_zone(run_id=last)
    return {"opened": opened, "run": perf_counter() - began}


def queued(intake_id: int, *, workers: int, redis_url: str) -> float:
    """Return seconds from sending the first id until the last of the zones is done.

    The worker processes are there already and idle; what they need of the environment is set.
    """
    forget_outcome(intake_id)
    allocating.start_allocation(actor=System(), intake_id=intake_id)
    crew = [
        subprocess.Popen(
            [sys.executable, "-m", "workers.main", "allocation"],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(workers)
    ]
    try:
        queue = RqQueue(url=redis_url)
        sleep(4.0 + workers)
        began = perf_counter()
        while relaying.relay_outbox(queue=queue, limit=500) == 500:
            pass
        while _is_undone():
            sleep(0.01)
            assert perf_counter() - began < PATIENCE_SECONDS, "the workers do not finish"
        return perf_counter() - began
    finally:
        for process in crew:
            process.terminate()
        for process in crew:
            process.wait()
        os.sync()


def _is_undone() -> bool:
    with transaction() as tx:
        query = text("SELECT EXISTS (SELECT FROM runs WHERE stage = 1 AND state <> 'done')")
        return bool(tx.execute(query).scalar_one())
