"""An answer against a round, two rounds at once, a deadline seen by two relays: each with the
intake's lock, and a twin without it that shows what is left.
"""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from enrol.core.rounds import Answer
from enrol.services import answering, holding_rounds, running_rounds
from enrol.services.answering import RoundPending
from enrol.store import locks, rounds, seat_answers
from enrol.store.db import transaction
from enrol.store.tables.rounds import rounds as rounds_table
from enrol.store.tables.rounds import seat_answers as answers
from tests.answered import answer, final_intake, let_the_day_pass, open_answers, seats
from tests.corrected import family_of

pytestmark = pytest.mark.race

TOGETHER_SECONDS = 2.0
"""How long the first waits for a second that the lock holds back, as it should."""

UNGUARDED_SECONDS = 60.0
"""How long it waits for a second that nothing holds back, on however busy a machine."""


@pytest.fixture
def answerable(app):
    drawn = final_intake(zones_=1, children_=8, seats=2)
    open_answers(drawn)
    for code in seats(drawn):
        family_of(code)
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


def without_lock(monkeypatch, *names: str) -> None:
    for name in names:
        monkeypatch.setattr(locks, name, lambda *_args, **_kwargs: None)


def at_once(app, *calls) -> list[object]:
    """Do all at once and return what each came to, a refusal as itself."""

    def attempt(call):
        try:
            with app.app_context():
                return call()
        except Exception as refusal:  # noqa: BLE001 - compared by the test
            return refusal

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(attempt, calls))


def count(query) -> int:
    with transaction() as tx:
        return tx.execute(query).scalar_one()


def round_now(drawn):
    return holding_rounds.hold_round(actor=drawn.officer, intake_id=drawn.intake_id, days=3)


def uncounted() -> int:
    return count(
        select(func.count())
        .select_from(answers)
        .where(answers.c.round_id.is_(None), answers.c.replaced_at.is_(None))
    )


def answered_against_a_round(app, drawn, monkeypatch, *, patience: float) -> list[object]:
    """Let a family read that no round is pending, and keep its answer only after one was asked for,
    if nothing holds that back for so many seconds.
    """
    read, asked = threading.Event(), threading.Event()
    first, second, *_ = seats(drawn)
    answer(first, Answer.DECLINE)
    real_pending, real_give = rounds.is_pending, seat_answers.give

    def is_pending(*args, **kwargs):
        found = real_pending(*args, **kwargs)
        read.set()
        return found

    def give(*args, **kwargs):
        asked.wait(patience)
        real_give(*args, **kwargs)

    def hold():
        read.wait(UNGUARDED_SECONDS)
        number = round_now(drawn)
        asked.set()
        return number

    monkeypatch.setattr(rounds, "is_pending", is_pending)
    monkeypatch.setattr(seat_answers, "give", give)
    late = family_of(second)
    return at_once(app, lambda: answering.give_answer(actor=late, answer=Answer.ACCEPT), hold)


def test_an_answer_in_flight_is_counted_in_the_round(app, answerable, monkeypatch):
    told = answered_against_a_round(app, answerable, monkeypatch, patience=TOGETHER_SECONDS)
    assert told == [None, 1]
    assert uncounted() == 0


def test_an_answer_in_flight_without_the_lock_misses_the_round(app, answerable, monkeypatch):
    without_lock(monkeypatch, "lock_intake_shared")
    told = answered_against_a_round(app, answerable, monkeypatch, patience=UNGUARDED_SECONDS)
    assert told == [None, 1]
    assert uncounted() == 1, "kept while a round is pending, though no round counts it"


def test_two_officers_ask_for_one_round(app, answerable, monkeypatch, both):
    answer(next(iter(seats(answerable))), Answer.DECLINE)
    meet(monkeypatch, both, rounds, "ask")
    told = at_once(app, lambda: round_now(answerable), lambda: round_now(answerable))
    assert [type(one) for one in told if not isinstance(one, int)] == [RoundPending]
    assert count(select(func.count()).select_from(rounds_table)) == 2


def test_two_officers_without_the_lock_are_stopped_by_the_constraint(
    app, answerable, monkeypatch, both
):
    answer(next(iter(seats(answerable))), Answer.DECLINE)
    without_lock(monkeypatch, "lock_intake_exclusive")
    meet(monkeypatch, both, rounds, "ask")
    told = at_once(app, lambda: round_now(answerable), lambda: round_now(answerable))
    assert [type(one) for one in told if not isinstance(one, int)] == [RoundPending]
    assert count(select(func.count()).select_from(rounds_table)) == 2


def test_two_relays_free_overdue_seats_once(app, answerable, monkeypatch, both):
    overdue = len(seats(answerable))
    let_the_day_pass(answerable)
    meet(monkeypatch, both, rounds, "due_intakes")
    told = at_once(app, holding_rounds.stage_due, holding_rounds.stage_due)
    assert sorted(told) == [0, 1]
    assert count(select(func.count()).select_from(answers)) == overdue


def test_two_relays_without_the_lock_are_stopped_by_the_constraint(
    app, answerable, monkeypatch, both
):
    overdue = len(seats(answerable))
    let_the_day_pass(answerable)
    without_lock(monkeypatch, "lock_intake_exclusive")
    meet(monkeypatch, both, rounds, "ask")
    told = at_once(app, holding_rounds.stage_due, holding_rounds.stage_due)
    assert [type(one) for one in told if one != 1] == [RoundPending]
    assert count(select(func.count()).select_from(answers)) == overdue


def test_two_workers_on_one_round_write_it_once(app, answerable, monkeypatch, both):
    answer(next(iter(seats(answerable))), Answer.DECLINE)
    round_now(answerable)
    with transaction() as tx:
        [round_id] = rounds.pending_ids(tx)
    meet(monkeypatch, both, running_rounds, "hold_rounds")
    told = at_once(app, *[lambda: running_rounds.run_round(round_id=round_id)] * 2)
    assert told == [None, None]
    with transaction() as tx:
        held = rounds.round_of(tx, round_id=round_id)
    assert held is not None
    assert held.is_done
