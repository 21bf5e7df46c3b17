"""Officers who plan a second round at the same moment: one intake, its seats given once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from enrol.core.rounds import Answer
from enrol.services import holding_rounds, second_rounds
from enrol.services.second_rounds import SecondRoundPlanned
from enrol.store import locks
from enrol.store import second_rounds as stored
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes, seat_plans
from tests.answered import answer, final_intake, hold, open_answers, seats
from tests.integration.test_second_round import TERMS

pytestmark = pytest.mark.race

CONNECTIONS = 8
WAIT = 10


@pytest.fixture
def settled(app):
    drawn = final_intake(zones_=1, children_=8, seats=2)
    open_answers(drawn)
    for code in seats(drawn):
        answer(code, Answer.ACCEPT)
    hold(drawn)
    holding_rounds.settle(actor=drawn.officer, intake_id=drawn.intake_id)
    return drawn


def press_together(app, drawn):
    barrier = threading.Barrier(CONNECTIONS)

    def press(number):
        barrier.wait()
        with app.app_context():
            try:
                return second_rounds.plan_second_round(
                    actor=drawn.officer,
                    intake_id=drawn.intake_id,
                    new=replace(TERMS, code=f"HN-L1-2026-2-{number}"),
                )
            except SecondRoundPlanned as refusal:
                return refusal

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(threads.map(press, range(CONNECTIONS)))


@pytest.fixture
def without_the_lock(monkeypatch):
    """The intake's lock patched away; nobody writes until all have looked."""
    free_seats = stored.free_seats
    all_have_looked = threading.Barrier(CONNECTIONS, timeout=WAIT)

    def look_then_wait(tx, **names):
        found = free_seats(tx, **names)
        all_have_looked.wait()
        return found

    monkeypatch.setattr(locks, "lock_intake_exclusive", lambda _tx, _intake_id: None)
    monkeypatch.setattr(stored, "free_seats", look_then_wait)


def given(drawn) -> tuple[int, int]:
    """Return how many second rounds there are and the seats that they give together."""
    query = (
        select(func.count(func.distinct(intakes.c.id)), func.sum(seat_plans.c.seats))
        .join(seat_plans, seat_plans.c.intake_id == intakes.c.id)
        .where(intakes.c.follows_id == drawn.intake_id)
    )
    with transaction() as tx:
        row = tx.execute(query).one()
    return row[0], row[1]


def free(drawn) -> int:
    return sum(plan.seats for plan in drawn.plans) - len(seats(drawn))


def test_one_second_round_however_many_press(app, settled):
    said = press_together(app, settled)
    assert sum(isinstance(one, int) for one in said) == 1
    assert given(settled) == (1, free(settled))


def test_the_constraint_alone_keeps_one(app, settled, without_the_lock):
    said = press_together(app, settled)
    assert sum(isinstance(one, SecondRoundPlanned) for one in said) == CONNECTIONS - 1
    assert given(settled) == (1, free(settled))


def test_twin_without_lock_and_constraints_the_seats_are_given_many_times(
    app, settled, without_the_lock, drop
):
    drop("uq_intakes_follows_id")
    press_together(app, settled)
    rounds, seats_given = given(settled)
    assert rounds == CONNECTIONS
    assert seats_given == CONNECTIONS * free(settled)
