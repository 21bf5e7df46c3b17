"""A round that does not come out right, and the files for checking that follow each round."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from enrol.core.actors import Officer
from enrol.core.rounds import Answer
from enrol.services import holding_rounds, publishing, relaying, running_rounds, taking_back_rounds
from enrol.services.answering import RoundPending
from enrol.services.holding_rounds import NothingToHold, WrongDays
from enrol.services.refusals import NotFound
from enrol.store import forgotten_runs, publications, runs
from enrol.store import rounds as rounds_store
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.rounds import held_seats, seat_answers
from tests.answered import answer, final_intake, hold, open_answers, seats, work


@pytest.fixture
def answerable(app):
    made = final_intake(zones_=1, children_=20, seats=6)
    open_answers(made)
    return made


def desk(drawn) -> holding_rounds.RoundDesk:
    return holding_rounds.round_desk(actor=drawn.officer, intake_id=drawn.intake_id)


def journalled(action: str) -> list[dict[str, object]]:
    with transaction() as tx:
        query = select(journal.c.detail).where(journal.c.action == action)
        return list(tx.execute(query.order_by(journal.c.id)).scalars())


def sent(times: int) -> None:
    """Say that the round was handed to workers so often."""
    with transaction() as tx:
        tx.execute(
            update(outbox)
            .where(outbox.c.job == "hold_round", outbox.c.done_at.is_(None))
            .values(attempts=times)
        )


def finish() -> None:
    """Mark the round's work as done, as a worker does when the service returns."""
    with transaction() as tx:
        query = select(outbox.c.id).where(outbox.c.job == "hold_round", outbox.c.done_at.is_(None))
        ids = list(tx.execute(query).scalars())
    relaying.finish(outbox_ids=ids)


@pytest.fixture
def broken(answerable, monkeypatch):
    """Return the intake with a round asked for that always fails, and what makes it right."""

    def wrong(**_: object) -> None:
        raise ValueError("R2 was passed over by R3")

    code = next(iter(seats(answerable)))
    finish()
    answer(code, Answer.DECLINE)
    holding_rounds.hold_round(actor=answerable.officer, intake_id=answerable.intake_id, days=3)
    right = running_rounds.hold_rounds
    monkeypatch.setattr(running_rounds, "hold_rounds", wrong)
    with transaction() as tx:
        [round_id] = rounds_store.pending_ids(tx)
    return answerable, round_id, lambda: monkeypatch.setattr(running_rounds, "hold_rounds", right)


def test_a_round_that_always_fails_is_given_up_and_says_so(broken):
    drawn, round_id, _repair = broken
    before = seats(drawn)
    for times in range(1, running_rounds.MOST_TRIES):
        sent(times)
        with pytest.raises(ValueError, match="passed over"):
            running_rounds.run_round(round_id=round_id)
        assert desk(drawn).failed is None
        assert desk(drawn).tries == times
    sent(running_rounds.MOST_TRIES)
    running_rounds.run_round(round_id=round_id)
    finish()
    failed = desk(drawn).failed
    assert failed is not None
    assert (failed.failure, failed.number) == ("ValueError", 1)
    assert seats(drawn) == before, "nothing half done"
    [told] = journalled("round.failed")
    assert told["reason"] == "R2 was passed over by R3"
    holding_rounds.stage_due()
    with transaction() as tx:
        query = select(func.count()).where(outbox.c.job == "hold_round", outbox.c.done_at.is_(None))
        assert tx.execute(query).scalar_one() == 0, "workers are sent it no more"
    running_rounds.run_round(round_id=round_id)
    assert len(journalled("round.failed")) == 1
    with pytest.raises(RoundPending):
        answer(next(iter(before)), Answer.ACCEPT)


def test_a_round_given_up_is_held_when_somebody_says_so(broken):
    drawn, round_id, repair = broken
    asked = {"actor": drawn.officer, "intake_id": drawn.intake_id}
    with pytest.raises(NothingToHold):
        holding_rounds.try_again(**asked)
    sent(running_rounds.MOST_TRIES)
    running_rounds.run_round(round_id=round_id)
    finish()
    repair()
    work()
    assert desk(drawn).is_pending, "not before somebody says so"
    holding_rounds.try_again(**asked)
    work()
    assert desk(drawn).failed is None
    assert not desk(drawn).is_pending
    assert len(journalled("round.held")) == len(journalled("round.tried_again")) == 1


def stored_answers() -> list[tuple[str, bool]]:
    """Return every answer that was not replaced, and whether a round counts it."""
    with transaction() as tx:
        query = select(seat_answers.c.answer, seat_answers.c.round_id.is_not(None))
        return sorted(
            tuple(row) for row in tx.execute(query.where(seat_answers.c.replaced_at.is_(None)))
        )


def pass_deadlines() -> None:
    with transaction() as tx:
        tx.execute(
            update(held_seats)
            .where(held_seats.c.is_unanswered)
            .values(answer_by=func.now() - timedelta(hours=1))
        )


def test_a_round_taken_back_is_as_if_nobody_had_asked_for_it(answerable, monkeypatch):
    drawn = answerable
    asked = {"actor": drawn.officer, "intake_id": drawn.intake_id}
    finish()
    before = seats(drawn)
    code = next(iter(before))
    answer(code, Answer.DECLINE)
    pass_deadlines()
    told_before = desk(drawn).counts
    assert told_before.late == len(before) - 1
    holding_rounds.hold_round(**asked, days=3)
    with transaction() as tx:
        [round_id] = rounds_store.pending_ids(tx)
    with pytest.raises(NothingToHold):
        taking_back_rounds.take_back(**asked, days=4)  # it is running

    def wrong(**_: object) -> None:
        raise ValueError("R2 was passed over by R3")

    right = running_rounds.hold_rounds
    monkeypatch.setattr(running_rounds, "hold_rounds", wrong)
    sent(running_rounds.MOST_TRIES)
    running_rounds.run_round(round_id=round_id)
    finish()
    assert stored_answers() == [("decline", True)] + [("unclaimed", True)] * told_before.late
    with pytest.raises(WrongDays):
        taking_back_rounds.take_back(**asked, days=0)
    taking_back_rounds.take_back(**asked, days=4)
    assert stored_answers() == [("decline", False)]
    assert seats(drawn) == before
    after = desk(drawn)
    assert not after.is_pending
    assert [row.number for row in after.rounds] == [0]
    assert (after.counts.answers, after.counts.declined, after.counts.late) == (1, 1, 0)
    [told] = journalled("round.taken_back")
    assert (told["round"], told["answers"], told["unclaimed"]) == (1, 1, told_before.late)
    assert holding_rounds.stage_due() == 0, "the relay does not ask for it again"
    with pytest.raises(NothingToHold):
        taking_back_rounds.take_back(**asked, days=4)
    answer(list(before)[1], Answer.ACCEPT)
    monkeypatch.setattr(running_rounds, "hold_rounds", right)
    assert holding_rounds.hold_round(**asked, days=3) == 1
    work()
    assert desk(drawn).rounds[0].freed == 1
    with pytest.raises(NothingToHold):
        taking_back_rounds.take_back(**asked, days=4)  # it is done


def test_only_who_leads_the_intake_takes_a_round_back(broken):
    drawn, round_id, _repair = broken
    sent(running_rounds.MOST_TRIES)
    running_rounds.run_round(round_id=round_id)
    with pytest.raises(NotFound):
        taking_back_rounds.take_back(
            actor=Officer(99_999, "Nobody", ()), intake_id=drawn.intake_id, days=3
        )
    assert desk(drawn).failed is not None


def owed(drawn) -> bool:
    """Tell whether the files for checking are staged or would be by the sweeper."""
    with transaction() as tx:
        tx.execute(text("UPDATE outbox SET done_at = now() WHERE job = 'publish_bundle'"))
        return forgotten_runs.forgotten_work(tx)["publish_bundle"] != []


def note_bundle(drawn, *, pages: int) -> bool:
    """Note the files for checking as a worker does that read everything now."""
    with transaction() as tx:
        publication = publications.latest(tx, intake_id=drawn.intake_id)
        whole = runs.runs_of_draw(tx, draw_id=drawn.draw_id, outcome=runs.FINAL)[-1]
        assert publication is not None
        return publications.mark_rendered(
            tx, publication_id=publication.publication_id, run_id=whole.run_id, pages=pages
        )


def test_the_files_for_checking_are_owed_again_after_each_round(answerable):
    note_bundle(answerable, pages=2)
    assert not owed(answerable)
    assert not note_bundle(answerable, pages=2)
    answer(next(iter(seats(answerable))), Answer.DECLINE)
    hold(answerable)
    assert owed(answerable), "also when its work was staged before the round, and done after it"
    assert note_bundle(answerable, pages=2), "the new file stands in the journal"
    assert not owed(answerable)


def test_files_that_fail_after_a_round_do_not_pass_as_offered(answerable):
    note_bundle(answerable, pages=2)
    answer(next(iter(seats(answerable))), Answer.DECLINE)
    hold(answerable)
    assert note_bundle(answerable, pages=0)
    progress = publishing.render_progress(actor=answerable.officer, intake_id=answerable.intake_id)
    assert progress.bundled_at is None
    assert progress.not_bundled_at is not None
    assert not owed(answerable), "given up, not tried for ever"
