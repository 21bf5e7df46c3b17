"""Answers and rounds through PostgreSQL: every seat once, nobody passed over, every move told."""

import random

import pytest
from sqlalchemy import select

from enrol.core.intake import Phase
from enrol.core.rounds import Answer, Cause, LedgerLine, replay
from enrol.services import answering, bundling, holding_rounds, running_rounds
from enrol.services.answering import AnswersOver, CannotAnswerSo, RoundPending
from enrol.services.holding_rounds import (
    AlreadyOpened,
    NothingToHold,
    NotOpened,
    SeatsUnanswered,
    WrongDays,
)
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound
from enrol.store import intakes
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.rounds import ledger_lines, rounds, seat_answers
from enrol.store.tables.schools import schools
from tests.answered import (
    answer,
    final_intake,
    hold,
    let_the_day_pass,
    open_answers,
    seats,
    waits,
    work,
)
from tests.corrected import family_of, placements_of, ward_officer
from tests.drawn import draw_intake


@pytest.fixture
def answerable(app):
    drawn = final_intake()
    open_answers(drawn)
    return drawn


def lines_of(round_number: int) -> list[LedgerLine]:
    left, taken = schools.alias(), schools.alias()
    columns = [getattr(ledger_lines.c, name) for name in ("code", "place", "cause", "by", "on")]
    query = (
        select(*columns, left.c.code, taken.c.code)
        .join(rounds, rounds.c.id == ledger_lines.c.round_id)
        .outerjoin(left, left.c.id == ledger_lines.c.left_id)
        .outerjoin(taken, taken.c.id == ledger_lines.c.taken_id)
        .where(rounds.c.number == round_number)
        .order_by(ledger_lines.c.line)
    )
    with transaction() as tx:
        return [
            LedgerLine(code, was, new, place, Cause(cause), by, on.isoformat() if on else "")
            for code, place, cause, by, on, was, new in tx.execute(query)
        ]


def rows_of(table):
    with transaction() as tx:
        return [tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key))]


def declining(drawn) -> tuple[str, str, str]:
    """Return who holds a seat that another waits for first, the school and that other."""
    held = seats(drawn)
    first = {
        school: code
        for code, places in waits(drawn).items()
        for school, place in places
        if place == 1
    }
    return next((code, school, first[school]) for code, school in held.items() if school in first)


def test_the_first_seats_are_those_of_the_final_results(answerable):
    final = placements_of(answerable, "final")
    assert seats(answerable) == {
        code: item.school for code, item in final.items() if item.school is not None
    }
    assert waits(answerable)


def test_a_declined_seat_goes_to_who_is_first_on_its_list_and_the_ledger_says_why(answerable):
    leaver, school, first = declining(answerable)
    before = seats(answerable)
    answer(leaver, Answer.DECLINE)
    assert seats(answerable) == before, "until the round is held nothing moves"
    hold(answerable)
    after = seats(answerable)
    assert leaver not in after
    assert after[first] == school
    assert replay(holds=before, ledger=lines_of(1)) == after
    told = answering.desk_of(actor=family_of(first))
    assert told is not None
    [move] = told.moves
    assert move.cause == "declined"
    assert move.place == 1
    assert move.on is not None
    gone = answering.desk_of(actor=family_of(leaver))
    assert gone is not None
    assert not gone.seat.has_places
    assert not gone.may(Answer.DECLINE)


def test_random_answers_and_rounds_replay_to_the_same_rolls_and_verify(answerable):
    chance = random.Random(20)
    for number in (1, 2, 3):
        before = seats(answerable)
        for code in chance.sample([entry.code for entry in answerable.entries], k=25):
            desk = answering.desk_of(actor=family_of(code))
            assert desk is not None
            open_now = [one for one in Answer if desk.may(one)]
            if open_now:
                answer(code, chance.choice(open_now))
        hold(answerable)
        assert replay(holds=before, ledger=lines_of(number)) == seats(answerable)
    with transaction() as tx:
        intake = intakes.intake_of(tx, intake_id=answerable.intake_id)
    assert intake is not None
    built = bundling.build_bundle(intake_code=intake.code)
    rolls = dict(
        reversed(line.split(",")) for line in built.members["rolls.csv"].decode().splitlines()[1:]
    )
    assert rolls == seats(answerable)
    assert any("3" in line.en for line in built.checked)


def test_an_answer_can_be_changed_until_the_round_and_every_version_is_kept(answerable):
    code = next(iter(seats(answerable)))
    answer(code, Answer.ACCEPT)
    answer(code, Answer.ACCEPT)
    answer(code, Answer.DECLINE)
    with transaction() as tx:
        kept = tx.execute(
            select(seat_answers.c.answer, seat_answers.c.replaced_at.is_(None)).order_by(
                seat_answers.c.id
            )
        ).all()
        said = tx.execute(select(journal.c.detail).where(journal.c.action == "seat.answered"))
        assert [row.detail["answer"] for row in said] == ["accept", "decline"]
    assert [tuple(row) for row in kept] == [("accept", False), ("decline", True)]


def test_seats_nobody_answered_in_time_are_freed_once_however_often_the_relay_looks(answerable):
    held = seats(answerable)
    kept = min(held)
    answer(kept, Answer.ACCEPT)
    assert holding_rounds.stage_due() == 0, "the day has not passed"
    let_the_day_pass(answerable)
    late = sorted(held)[1]
    with pytest.raises(AnswersOver):
        answer(late, Answer.ACCEPT)
    assert holding_rounds.stage_due() == 1
    assert holding_rounds.stage_due() == 0
    work()
    assert holding_rounds.stage_due() == 0
    freed = [line for line in lines_of(1) if line.cause is Cause.UNCLAIMED and line.taken is None]
    assert len(freed) == len(held) - 1
    assert seats(answerable)[kept] == held[kept]
    assert late not in seats(answerable)


def test_a_worker_that_repeats_a_round_changes_nothing(answerable):
    leaver, _school, _first = declining(answerable)
    answer(leaver, Answer.DECLINE)
    hold(answerable)
    written = rows_of(ledger_lines), rows_of(rounds), seats(answerable)
    with transaction() as tx:
        ids = list(tx.execute(select(rounds.c.id)).scalars())
    for round_id in ids:
        running_rounds.run_round(round_id=round_id)
    assert (rows_of(ledger_lines), rows_of(rounds), seats(answerable)) == written


def test_who_moves_unanswered_keeps_at_least_the_day_it_was_told(answerable):
    leaver, school, first = next(
        (code, held, other)
        for code, held in seats(answerable).items()
        for other, places in waits(answerable).items()
        if [held, 1] in places and other in seats(answerable)
    )
    told = answering.desk_of(actor=family_of(first))
    answer(leaver, Answer.DECLINE)
    hold(answerable)
    moved = answering.desk_of(actor=family_of(first))
    assert told is not None
    assert moved is not None
    assert seats(answerable)[first] == school
    assert moved.seat.answer_by == told.seat.answer_by, "the round's own day is earlier"


def test_a_lost_round_is_staged_again(answerable):
    leaver, _school, _first = declining(answerable)
    answer(leaver, Answer.DECLINE)
    holding_rounds.hold_round(actor=answerable.officer, intake_id=answerable.intake_id, days=3)
    with transaction() as tx:
        tx.execute(outbox.delete().where(outbox.c.job == "hold_round"))
    holding_rounds.stage_due()
    with transaction() as tx:
        assert len(tx.execute(select(outbox.c.id).where(outbox.c.job == "hold_round")).all()) == 1


def test_nothing_is_answered_while_a_round_is_being_held(answerable):
    leaver, _school, first = declining(answerable)
    answer(leaver, Answer.DECLINE)
    asked = {"actor": answerable.officer, "intake_id": answerable.intake_id, "days": 3}
    holding_rounds.hold_round(**asked)
    with pytest.raises(RoundPending):
        answer(first, Answer.DECLINE)
    with pytest.raises(RoundPending):
        holding_rounds.hold_round(**asked)
    work()
    with pytest.raises(NothingToHold):
        holding_rounds.hold_round(**asked)


def test_a_family_cannot_accept_a_seat_it_does_not_hold(answerable):
    waiting = next(code for code in waits(answerable) if code not in seats(answerable))
    for wrong in (Answer.ACCEPT, Answer.STAY, Answer.UNCLAIMED):
        with pytest.raises(CannotAnswerSo):
            answer(waiting, wrong)
    answer(waiting, Answer.DECLINE)
    hold(answerable)
    assert waiting not in waits(answerable)


def test_settled_only_when_everybody_answered_and_no_round_waits(answerable):
    asked = {"actor": answerable.officer, "intake_id": answerable.intake_id}
    with pytest.raises(SeatsUnanswered):
        holding_rounds.settle(**asked)
    for code in seats(answerable):
        answer(code, Answer.ACCEPT)
    with pytest.raises(SeatsUnanswered):
        holding_rounds.settle(**asked)
    hold(answerable)
    holding_rounds.settle(**asked)
    with transaction() as tx:
        intake = intakes.intake_of(tx, intake_id=answerable.intake_id)
    assert intake is not None
    assert intake.phase is Phase.SETTLED
    with pytest.raises(NotFound):
        answer(next(iter(seats(answerable))), Answer.DECLINE)
    with pytest.raises(WrongPhase):
        holding_rounds.settle(**asked)


def test_answers_open_once_after_the_final_results_and_by_the_city_alone(app):
    drawn = draw_intake(zones_=1, children_=8, seats=3)
    asked = {"actor": drawn.officer, "intake_id": drawn.intake_id, "days": 5}
    with pytest.raises(WrongPhase):
        holding_rounds.open_answers(**asked)
    with pytest.raises(NotFound):
        holding_rounds.round_desk(actor=drawn.officer, intake_id=drawn.intake_id)


def test_who_may_open_and_for_how_long(app):
    drawn = final_intake(zones_=1, children_=8, seats=3)
    asked = {"actor": drawn.officer, "intake_id": drawn.intake_id}
    assert answering.desk_of(actor=family_of(drawn.entries[0].code)) is None
    with pytest.raises(NotOpened):
        holding_rounds.hold_round(**asked, days=3)
    for days in (0, 61):
        with pytest.raises(WrongDays):
            holding_rounds.open_answers(**asked, days=days)
    with pytest.raises(NotFound):
        holding_rounds.open_answers(actor=ward_officer(drawn), intake_id=drawn.intake_id, days=3)
    open_answers(drawn)
    with pytest.raises(AlreadyOpened):
        holding_rounds.open_answers(**asked, days=5)
