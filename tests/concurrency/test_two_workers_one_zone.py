"""Two workers on one zone: one outcome. Without lock and fence: a torn or doubled one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import cycle
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import text

from enrol.core.allocation import allocate_zone
from enrol.core.digests import outcome_digest
from enrol.core.results import entries_by_zone
from enrol.services import advancing, allocating
from enrol.services.allocating import Done, Superseded
from enrol.services.refusals import StoreBusy
from enrol.store import locks, opened_runs, outcomes, runs
from enrol.store.db import transaction
from enrol.store.tables.runs import cut_offs, fills, placements, waiting_lists
from tests.application import empty_tables
from tests.drawn import RULES, Drawn, draw_intake, outcome_rows, run_ids

pytestmark = pytest.mark.race

WORKERS = 4
OUTCOME = (placements, fills, cut_offs, waiting_lists)
QUIET = (Superseded, StoreBusy)


@pytest.fixture
def drawn(app: Flask) -> Drawn:
    made = draw_intake(zones_=1, children_=120, seats=20)
    allocating.start_allocation(actor=made.officer, intake_id=made.intake_id)
    return made


@pytest.fixture
def unguarded(monkeypatch) -> None:
    """Lock and fence patched away, and every worker made to compute before the first one writes."""
    monkeypatch.setattr(locks, "lock_runs", lambda tx, run_ids: True)
    monkeypatch.setattr(runs, "hold", lambda tx, *, epochs: True)
    monkeypatch.setattr(runs, "finish", lambda tx, **values: None)
    monkeypatch.setattr(outcomes, "refuse", lambda *, difference: None)
    meet_before_writing(monkeypatch)


@contextmanager
def keys_away() -> Iterator[None]:
    """Take the primary keys of the outcome away; the tables must be empty when they come back."""
    keys = {table: ", ".join(c.name for c in table.primary_key) for table in OUTCOME}
    with transaction() as tx:
        for table in keys:
            tx.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}"))
    try:
        yield
    finally:
        with transaction() as tx:
            for table, columns in keys.items():
                tx.execute(
                    text(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({columns})")
                )


def all_at_once(app: Flask, work) -> list[object]:
    """Run ``work()`` in every worker from the same instant; exceptions are results."""
    barrier = Barrier(WORKERS)

    def one(_number: int) -> object:
        with app.app_context():
            barrier.wait()
            try:
                return work()
            except Exception as error:  # noqa: BLE001 - what went wrong is what is looked at
                return error

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(WORKERS)))


def meet_before_writing(monkeypatch) -> None:
    """Let every worker finish its computation before the first one writes."""
    computed, barrier = allocating.computed, Barrier(WORKERS)

    def together(order):
        outcome = computed(order)
        barrier.wait()
        return outcome

    monkeypatch.setattr(allocating, "computed", together)


def test_the_outcome_is_written_once(app, drawn, monkeypatch):
    run_id = run_ids()[-1]
    meet_before_writing(monkeypatch)

    results = all_at_once(app, lambda: allocating.run_zone(run_id=run_id))
    new = [result for result in results if isinstance(result, Done) and result.is_new]

    assert len(new) == 1
    assert all(isinstance(result, Done | Superseded) for result in results), results
    assert len(outcome_rows()["placements"]) == 120


def test_without_lock_and_fence_the_keys_are_hit(app, drawn, unguarded):
    """The negative control: every worker writes, and only the primary keys stand in the way."""
    run_id = run_ids()[-1]

    results = all_at_once(app, lambda: allocating.run_zone(run_id=run_id))
    broken = [result for result in results if not isinstance(result, Done)]

    assert len(broken) == WORKERS - 1
    assert all("UniqueViolation" in repr(error) for error in broken), broken


def test_without_lock_fence_and_keys_every_child_is_placed_four_times(app, drawn, unguarded):
    """The damage itself, as it would be seen without any guard."""
    run_id = run_ids()[-1]
    with keys_away():
        all_at_once(app, lambda: allocating.run_zone(run_id=run_id))
        written = len(outcome_rows()["placements"])
        empty_tables()

    assert written == WORKERS * 120


def test_the_fence_alone_is_enough_to_refuse_the_late_writer(app, drawn, monkeypatch):
    run_id = run_ids()[-1]
    monkeypatch.setattr(locks, "lock_runs", lambda tx, run_ids: True)
    meet_before_writing(monkeypatch)

    results = all_at_once(app, lambda: allocating.run_zone(run_id=run_id))

    assert sum(isinstance(result, Done) and result.is_new for result in results) == 1
    assert all(isinstance(result, Done | Superseded) for result in results), results


def test_workers_with_the_same_zones_in_other_orders_never_wait_in_a_circle(app):
    drawn = draw_intake(zones_=6, children_=20, seats=10)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    orders = cycle([run_ids(), run_ids()[::-1], run_ids()[::2] + run_ids()[1::2]])

    results = all_at_once(app, lambda: allocating.run_zones(run_ids=next(orders)))

    assert all(isinstance(result, list | Superseded) for result in results), results
    assert sum(
        done.is_new for result in results if isinstance(result, list) for done in result
    ) == len(run_ids())


def test_the_last_two_zones_open_one_second_stage(app, drawn, monkeypatch):
    for run_id in run_ids():
        allocating.run_zone(run_id=run_id)
    before = len(run_ids())

    phases = all_at_once(app, lambda: advancing.advance(run_id=run_ids()[0]))

    assert not [phase for phase in phases if isinstance(phase, Exception)], phases
    assert len(run_ids()) == before + 1


def test_without_the_intake_lock_the_second_stage_opens_twice(app, drawn, monkeypatch):
    """The negative control of the step between the stages."""
    for run_id in run_ids():
        allocating.run_zone(run_id=run_id)
    monkeypatch.setattr(locks, "lock_intake_exclusive", lambda tx, number: None)
    write, all_have_looked = opened_runs._insert, Barrier(WORKERS)

    def look_then_wait(tx, rows):
        all_have_looked.wait()
        return write(tx, rows)

    monkeypatch.setattr(opened_runs, "_insert", look_then_wait)
    results = all_at_once(app, lambda: advancing.advance(run_id=run_ids()[0]))

    broken = [result for result in results if isinstance(result, Exception)]
    assert len(broken) == WORKERS - 1, results


def test_four_workers_write_the_bytes_that_the_core_computes(app):
    drawn = draw_intake(zones_=3, children_=40, seats=10)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    zone_runs = run_ids()

    def work() -> None:
        for run_id in zone_runs:
            with suppress(*QUIET):
                allocating.run_zone(run_id=run_id)

    all_at_once(app, work)
    with transaction() as tx:
        found = {
            run.zone: run.outcome_digest for run in runs.runs_of_draw(tx, draw_id=drawn.draw_id)
        }

    for zone, entries in entries_by_zone(drawn.entries).items():
        plans = [plan for plan in drawn.plans if plan.zone == zone]
        expected = allocate_zone(entries=entries, seat_plans=plans, rules=RULES, key=drawn.key)
        assert found[zone] == outcome_digest(expected.placements)
