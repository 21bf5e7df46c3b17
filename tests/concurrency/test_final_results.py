"""Reports against the end of their window, two decisions at once, two final runs: twins without the
lock show the damage, or which constraint is left to stop it.
"""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from enrol.services import deciding_reports, final_runs, reporting_errors
from enrol.services.deciding_reports import AlreadyDecided
from enrol.services.final_runs import ReportsUndecided
from enrol.services.reporting_errors import ReportsOver
from enrol.store import child_files, error_reports, final_outcomes, locks, opened_runs
from enrol.store.constraints import AlreadyRun, FinalRunOpened
from enrol.store.db import transaction
from enrol.store.tables.corrections import corrections
from enrol.store.tables.corrections import error_reports as reports
from enrol.store.tables.runs import runs
from tests.agreed import publish
from tests.corrected import decide, family_of, let_the_window_end, report, ward_officer
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate

pytestmark = pytest.mark.race

TOGETHER_SECONDS = 2.0
"""How long the first waits for a second that the lock holds back, as it should."""

UNGUARDED_SECONDS = 60.0
"""How long it waits for a second that nothing holds back, on however busy a machine."""


@pytest.fixture
def published(app):
    drawn = draw_intake(zones_=1, children_=8, seats=3)
    allocate(drawn)
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    ward_officer(drawn)
    family_of(drawn.entries[0].code)
    return drawn


@pytest.fixture
def both(request) -> threading.Barrier:
    return threading.Barrier(
        2, timeout=UNGUARDED_SECONDS if "without" in request.node.name else TOGETHER_SECONDS
    )


def meet(monkeypatch, both, module, *names: str) -> None:
    """Let both hold what they read until the other has read it too, if it can."""
    for name in names:
        monkeypatch.setattr(module, name, _after_meeting(both, getattr(module, name)))


def _after_meeting(both, real):
    def waits(*args, **kwargs):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait()
        return real(*args, **kwargs)

    return waits


def without(monkeypatch, module, *names: str) -> None:
    for name in names:
        monkeypatch.setattr(module, name, lambda *_args, **_kwargs: None)


@pytest.fixture
def at_once(app):
    """Take steps in threads; returns what each returned or raised, in their order."""

    def within(step):
        with app.app_context():
            return step()

    def take(*steps) -> list[object]:
        with ThreadPoolExecutor(len(steps)) as pool:
            return [outcome(future) for future in [pool.submit(within, step) for step in steps]]

    return take


def outcome(future) -> object:
    error = future.exception()
    return future.result() if error is None else type(error)


def count(table, *conditions) -> int:
    with transaction() as tx:
        query = select(func.count()).select_from(table).where(*conditions)
        return int(tx.execute(query).scalar_one())


def end_and_compute(drawn) -> int:
    step = {"actor": drawn.officer, "intake_id": drawn.intake_id}
    final_runs.end_corrections(**step, reason="Kết thúc sớm")
    return final_runs.compute_final(**step)


def test_a_report_against_the_end_is_kept_or_refused_never_overrun(
    published, monkeypatch, both, at_once
):
    meet(monkeypatch, both, error_reports, "add")
    meet(monkeypatch, both, opened_runs, "open_missing")
    code = published.entries[0].code

    reported, computed = at_once(lambda: report(code), lambda: end_and_compute(published))

    is_kept = count(reports) == 1
    assert (computed is ReportsUndecided) == is_kept
    assert is_kept or reported is ReportsOver
    assert (count(runs, runs.c.outcome == "final") > 0) != is_kept


def test_without_the_lock_a_report_is_left_behind_by_the_final_run(
    published, monkeypatch, both, at_once
):
    without(monkeypatch, locks, "lock_intake_shared", "lock_intake_exclusive")
    meet(monkeypatch, both, error_reports, "add")
    meet(monkeypatch, both, opened_runs, "open_missing")
    code = published.entries[0].code

    at_once(lambda: report(code), lambda: end_and_compute(published))

    assert count(reports, reports.c.decided_at.is_(None)) == 1
    assert count(runs, runs.c.outcome == "final") > 0


def test_of_two_decisions_at_once_one_stands(published, monkeypatch, both, at_once):
    reported = report(published.entries[0].code)
    meet(monkeypatch, both, error_reports, "decide")

    found = at_once(
        lambda: decide(published, reported, temporary_in_zone=True),
        lambda: decide(published, reported, temporary_in_zone=True),
    )

    assert sorted(map(str, found)) == sorted(map(str, [None, AlreadyDecided]))
    assert count(corrections) == 1


def test_of_two_decisions_without_the_lock_the_constraint_stops_one(
    published, monkeypatch, both, at_once
):
    reported = report(published.entries[0].code)
    without(monkeypatch, child_files, "lock_file")
    meet(monkeypatch, both, error_reports, "correct")

    found = at_once(
        lambda: decide(published, reported, temporary_in_zone=True),
        lambda: decide(published, reported, temporary_in_zone=True),
    )

    assert sorted(map(str, found)) == sorted(map(str, [None, AlreadyDecided]))
    assert count(corrections) == 1


def test_of_two_decisions_without_lock_and_constraints_both_stand(
    published, monkeypatch, both, at_once, drop
):
    reported = report(published.entries[0].code)
    without(monkeypatch, child_files, "lock_file")
    drop("uq_corrections_report_id", "uq_corrections_counting")
    meet(monkeypatch, both, error_reports, "correct")

    at_once(
        lambda: decide(published, reported, temporary_in_zone=True),
        lambda: decide(published, reported, temporary_in_zone=True),
    )

    assert count(corrections, corrections.c.replaced_at.is_(None)) == 2


def test_two_presses_open_one_final_run(published, monkeypatch, both, at_once):
    let_the_window_end(published)
    meet(monkeypatch, both, opened_runs, "open_missing")
    step = {"actor": published.officer, "intake_id": published.intake_id}

    found = at_once(
        lambda: final_runs.compute_final(**step), lambda: final_runs.compute_final(**step)
    )

    assert found == [2, 2]
    assert count(runs, runs.c.outcome == "final") == 2


def test_two_presses_without_the_lock_are_stopped_by_the_constraint(
    published, monkeypatch, both, at_once
):
    let_the_window_end(published)
    without(monkeypatch, locks, "lock_intake_exclusive")
    meet(monkeypatch, both, opened_runs, "open_missing")
    step = {"actor": published.officer, "intake_id": published.intake_id}

    found = at_once(
        lambda: final_runs.compute_final(**step), lambda: final_runs.compute_final(**step)
    )

    assert sorted(map(str, found)) == sorted(map(str, [2, AlreadyRun]))
    assert count(runs, runs.c.outcome == "final") == 2


def test_two_presses_without_lock_and_constraint_compute_twice(
    published, monkeypatch, both, at_once, drop
):
    let_the_window_end(published)
    without(monkeypatch, locks, "lock_intake_exclusive")
    drop("uq_runs_official")
    meet(monkeypatch, both, opened_runs, "open_missing")
    step = {"actor": published.officer, "intake_id": published.intake_id}

    at_once(lambda: final_runs.compute_final(**step), lambda: final_runs.compute_final(**step))

    assert count(runs, runs.c.outcome == "final") == 4


def test_a_decision_that_wakes_up_after_the_final_run_began_is_refused(published, monkeypatch):
    """The last guard: a correction behind the lock's back is refused by the database."""
    reported = report(published.entries[0].code)
    without(monkeypatch, locks, "lock_intake_shared")
    let_the_window_end(published)
    with transaction() as tx:
        opened_runs.open_missing(tx, draw_id=published.draw_id, outcome="final")
    monkeypatch.setattr(final_outcomes, "is_opened", lambda *_args, **_kwargs: False)

    with pytest.raises(FinalRunOpened):
        decide(published, reported, temporary_in_zone=True)

    assert count(corrections) == 0
    assert reporting_errors.desk_of(actor=family_of(reported.code)).waiting is not None
    assert deciding_reports.FinalRunOpened is FinalRunOpened
