"""Runs: the same outcome as the core computes, once, however often and by whomever they are run."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update

from enrol.core.actors import System
from enrol.core.digests import intake_digest, outcome_digest
from enrol.core.results import compute
from enrol.core.roll_certificate import certify_settlement
from enrol.services import advancing, allocating, orders
from enrol.services.frozen_lists import ListAltered
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound
from enrol.store import placements, runs
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from tests.drawn import RULES, Drawn, draw_intake, outcome_rows, run_ids
from tests.officers import add_officer
from tests.world import set_phase

pytestmark = pytest.mark.usefixtures("app")


def allocate(drawn: Drawn) -> None:
    """Do in this process what the workers would do."""
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    done: set[int] = set()
    while todo := [run_id for run_id in run_ids() if run_id not in done]:
        for run_id in todo:
            allocating.run_zone(run_id=run_id)
            advancing.advance(run_id=run_id)
            done.add(run_id)


def staged(job: str) -> list[int]:
    with transaction() as tx:
        query = select(outbox.c.argument).where(outbox.c.job == job, outbox.c.done_at.is_(None))
        return list(tx.execute(query.order_by(outbox.c.argument)).scalars())


def phase_of(drawn: Drawn) -> str:
    with transaction() as tx:
        query = select(intakes.c.phase).where(intakes.c.id == drawn.intake_id)
        return str(tx.execute(query).scalar_one())


def test_starting_opens_one_run_a_zone_and_repeating_it_none():
    drawn = draw_intake(zones_=3, children_=5)

    first = allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    again = allocating.start_allocation(actor=System(), intake_id=drawn.intake_id)

    assert (first.runs, first.staged) == (4, 4)
    assert (again.runs, again.staged) == (4, 4)
    assert staged("allocate_zone") == run_ids()


def test_starting_is_refused_to_strangers_and_before_the_draw():
    drawn = draw_intake(zones_=1, children_=3)
    stranger = add_officer(email="nobody@example.vn")

    with pytest.raises(NotFound):
        allocating.start_allocation(actor=stranger, intake_id=drawn.intake_id)
    with pytest.raises(NotFound):
        allocating.start_allocation(actor=System(), intake_id=drawn.intake_id + 1)
    set_phase(drawn.world, "closed")
    with pytest.raises(WrongPhase):
        allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    assert run_ids() == []


def test_an_altered_list_is_not_allocated():
    drawn = draw_intake(zones_=1, children_=4)
    with transaction() as tx:
        tx.execute(text("ALTER TABLE frozen_entries DISABLE TRIGGER USER"))
        tx.execute(text("UPDATE frozen_entries SET entry = replace(entry, 'Z001S0', 'Z001S1')"))
        tx.execute(text("ALTER TABLE frozen_entries ENABLE TRIGGER USER"))

    with pytest.raises(ListAltered):
        allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)


def test_the_outcome_is_what_the_core_computes_from_the_published_inputs():
    drawn = draw_intake(zones_=4, children_=40, seats=11)

    allocate(drawn)
    with transaction() as tx:
        all_runs = runs.runs_of_draw(tx, draw_id=drawn.draw_id)
        stored = {run.zone: placements.placements_of(tx, run_id=run.run_id) for run in all_runs}
        journalled = tx.execute(
            select(journal.c.detail).where(journal.c.action == "intake.allocated")
        ).scalar_one()
    expected = compute(
        entries=drawn.entries,
        seat_plans=drawn.plans,
        distances=drawn.distances,
        rules=RULES,
        key=drawn.key,
    )

    assert phase_of(drawn) == "allocated"
    assert [run.zone for run in all_runs] == ["T00070", "Z001", "Z002", "Z003", "Z004", None]
    for zone, outcome in expected.zones.items():
        assert stored[zone] == list(outcome.placements)
    assert stored[None] == list(expected.leftovers.placements)
    assert {run.zone: run.outcome_digest for run in all_runs} == {
        zone: outcome_digest(found) for zone, found in stored.items()
    }
    assert journalled["outcome_digest"] == intake_digest(r.outcome_digest or "" for r in all_runs)


def test_every_child_of_a_zone_has_a_seat_and_no_school_too_many():
    drawn = draw_intake(zones_=3, children_=40, seats=12)

    allocate(drawn)
    final = {p.code: p for p in _placements(stage=1)} | {p.code: p for p in _placements(stage=2)}
    held = Counter(p.school for p in final.values() if p.school is not None)

    assert set(final) == {entry.code for entry in drawn.entries}
    assert all(held[plan.school] <= plan.seats for plan in drawn.plans)
    in_zone = {e.code for e in drawn.entries if e.facts.current_in_zone}
    assert all(final[code].school is not None for code in in_zone)
    assert any(final[code].rank is None for code in in_zone), "somebody had to be re-routed"


def test_running_again_changes_nothing():
    drawn = draw_intake(zones_=2, children_=30, seats=6)
    allocate(drawn)
    before = outcome_rows()

    again = [allocating.run_zone(run_id=run_id) for run_id in run_ids()]
    for run_id in run_ids():
        advancing.advance(run_id=run_id)

    assert not any(done.is_new for done in again)
    assert outcome_rows() == before


def test_a_run_that_was_overtaken_writes_nothing(monkeypatch):
    drawn = draw_intake(zones_=1, children_=30, seats=6)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    run_id = run_ids()[-1]
    computed = allocating.computed

    def overtaken(order):
        monkeypatch.setattr(allocating, "computed", computed)
        assert allocating.run_zone(run_id=run_id).is_new
        return computed(order)

    monkeypatch.setattr(allocating, "computed", overtaken)
    with pytest.raises(allocating.Superseded):
        allocating.run_zone(run_id=run_id)

    assert len(outcome_rows()["placements"]) == 30


def test_a_run_killed_between_its_transactions_is_run_anew(monkeypatch):
    drawn = draw_intake(zones_=1, children_=30, seats=6)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    run_id = run_ids()[-1]

    def killed(order):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(allocating, "computed", killed)
        with pytest.raises(KeyboardInterrupt):
            allocating.run_zone(run_id=run_id)
    assert outcome_rows()["placements"] == []

    assert allocating.run_zone(run_id=run_id).is_new


def test_an_outcome_that_fails_its_certificate_is_not_kept(monkeypatch):
    drawn = draw_intake(zones_=1, children_=30, seats=6)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    computed = allocating.computed

    def crooked(order):
        outcome, _ = computed(order)
        first, second, *others = outcome.numbers
        swapped = replace(outcome, numbers=[second, first, *others])
        return swapped, certify_settlement(
            roll=order.roll,
            seat_plans=order.plans,
            rules=order.rules,
            key=order.key,
            settlement=swapped,
        )

    monkeypatch.setattr(allocating, "computed", crooked)
    with pytest.raises(allocating.Uncertified):
        allocating.run_zone(run_id=run_ids()[-1])
    assert outcome_rows()["placements"] == []


def test_zones_allocated_together_leave_what_each_leaves_alone():
    drawn = draw_intake(zones_=5, children_=30, seats=6)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    expected = compute(
        entries=drawn.entries,
        seat_plans=drawn.plans,
        distances=drawn.distances,
        rules=RULES,
        key=drawn.key,
    )

    done = allocating.run_zones(run_ids=run_ids())

    with transaction() as tx:
        zones = {run.run_id: run.zone for run in runs.runs_of_draw(tx, draw_id=drawn.draw_id)}
    found = {zones[one.run_id]: one.outcome_digest for one in done}
    for zone, outcome in expected.zones.items():
        assert found[zone] == outcome_digest(outcome.placements)
    assert all(one.is_new for one in done)
    assert allocating.run_zones(run_ids=run_ids()) == [replace(one, is_new=False) for one in done]


def test_of_zones_allocated_together_all_are_kept_or_none(monkeypatch):
    drawn = draw_intake(zones_=3, children_=30, seats=6)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    lost = run_ids()[1]
    hold = runs.hold

    def overtaken(tx, *, epochs):
        return hold(tx, epochs={**epochs, lost: epochs[lost] - 1})

    with monkeypatch.context() as patched:
        patched.setattr(runs, "hold", overtaken)
        with pytest.raises(allocating.Superseded):
            allocating.run_zones(run_ids=run_ids())
    assert outcome_rows()["placements"] == []

    assert all(done.is_new for done in allocating.run_zones(run_ids=run_ids()))


def test_reasons_of_a_second_stage_are_worked_out_while_nothing_is_being_written(monkeypatch):
    drawn = draw_intake(zones_=2, children_=30, seats=6)
    explain, asked = orders.explain_leftovers, []

    def watched(**given):
        with transaction() as tx:
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            query += " AND query LIKE 'COPY%' AND state <> 'idle'"
            asked.append(tx.execute(text(query)).scalar_one())
        yield from explain(**given)

    monkeypatch.setattr(orders, "explain_leftovers", watched)
    allocate(drawn)

    assert asked == [0]


def test_the_list_is_hashed_again_before_the_second_stage():
    drawn = draw_intake(zones_=1, children_=4)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    for run_id in run_ids():
        allocating.run_zone(run_id=run_id)
    with transaction() as tx:
        tx.execute(update(intakes).values(list_hash="f" * 64))

    with pytest.raises(ListAltered):
        advancing.advance(run_id=run_ids()[0])


def test_unknown_runs_are_not_found():
    with pytest.raises(NotFound):
        allocating.run_zone(run_id=999)
    with pytest.raises(NotFound):
        advancing.advance(run_id=999)


def _placements(*, stage: int):
    with transaction() as tx:
        draw_id = tx.execute(text("SELECT id FROM draws")).scalar_one()
        return [
            placement
            for run in runs.runs_of_draw(tx, draw_id=draw_id)
            if run.stage == stage
            for placement in placements.placements_of(tx, run_id=run.run_id)
            if stage == 2 or placement.school is not None
        ]


def _school_codes() -> dict[int, str]:
    with transaction() as tx:
        return dict(tx.execute(text("SELECT id, code FROM schools")).all())
