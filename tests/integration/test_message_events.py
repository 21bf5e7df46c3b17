"""Every event is told once, with the change itself, and never of a rehearsal."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from enrol.core.actors import Family
from enrol.core.rounds import Answer
from enrol.services import (
    answering_objections,
    choosing_messages,
    delivering,
    due_letters,
    mending_messages,
    opening,
    preparing,
    registering,
    reviewing,
    rezoning,
    transferring,
)
from enrol.store import messages as store
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.messages import messages
from enrol.store.tables.registrations import drafts, registrations
from enrol.store.tables.rounds import held_seats
from tests.answered import answer, final_intake, hold, open_answers, seats, waits
from tests.objected import file_one, publish_result
from tests.officers import add_elsewhere, add_officers, register_child
from tests.told import Provider, change, events, send_all, tally
from tests.world import add_child, build_world, full_answers, move_window, prepare, set_phase


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def code(world, adapters):
    return register_child(world, number=1, adapters=adapters)


def family():
    with transaction() as tx:
        child_id = tx.execute(select(registrations.c.child_id)).scalars().first()
    return Family(child_id=child_id, secret_version=1)


def change_wishes(world, adapters, *wishes):
    actor = family()
    preparing.save_answers(
        actor=actor, intake_id=world.intake_id, answers=full_answers(wishes=wishes)
    )
    key = preparing.open_desk(actor=actor).submission_key
    registering.submit_registration(
        actor=actor, intake_id=world.intake_id, submission_key=key, secrets=adapters.secrets
    )


def test_registered_changed_and_withdrawn_are_told_once_each(world, adapters, code):
    assert events() == [("registered", "sms", "waiting")]
    change_wishes(world, adapters, "S2")
    change_wishes(world, adapters, "S2")  # the same again: nothing changed
    change_wishes(world, adapters, "S1")
    for _ in range(2):
        registering.withdraw_registration(actor=family(), intake_id=world.intake_id, code=code)
    assert tally() == {"registered": 1, "changed": 2, "withdrawn": 1}


def test_what_is_not_committed_is_not_told(world, adapters, code, monkeypatch):
    def fail(*_args, **_more):
        raise RuntimeError

    monkeypatch.setattr("enrol.services.registering.journal.record", fail)
    with pytest.raises(RuntimeError):
        registering.withdraw_registration(actor=family(), intake_id=world.intake_id, code=code)
    assert tally() == {"registered": 1}


def test_submitted_at_the_opening(app, adapters):
    world = build_world(opens_in=timedelta(hours=1))
    for number in (1, 2):
        child = add_child(world, number=number, secrets=adapters.secrets)
        prepare(world, child)
        opening.tick(actor=child, intake_id=world.intake_id, is_on=True)
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(seconds=1), closes_at=now + timedelta(hours=1))
    opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)
    opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)
    assert tally() == {"submitted_for_me": 2}


@pytest.fixture
def not_sent(app, adapters):
    """Return a world whose opening could not send the ticked draft of one child."""
    world = build_world(opens_in=timedelta(hours=1))
    child = add_child(world, number=1, secrets=adapters.secrets)
    prepare(world, child)
    opening.tick(actor=child, intake_id=world.intake_id, is_on=True)
    prepare(world, child, wishes=["S9"])
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(seconds=1), closes_at=now + timedelta(hours=1))
    return world, child


def test_a_draft_that_could_not_be_sent_is_told_once(not_sent, adapters):
    world, child = not_sent
    for _ in range(2):
        opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)
    assert events() == [("not_submitted", "sms", "waiting")]
    own = choosing_messages.own_messages(actor=child)
    assert [line.event for line in own.told] == ["not_submitted"]
    sms = Provider()
    send_all(Provider(), sms)
    [one] = sms.got
    assert one.address == "+84912345678"
    assert "CHUA gui duoc" in one.words.short
    again = text(
        "INSERT INTO messages (intake_id, child_id, event, channel)"
        " SELECT intake_id, child_id, event, 'sms' FROM messages"
    )
    with pytest.raises(IntegrityError, match="uq_messages_child_event"), transaction() as tx:
        tx.execute(again)


def test_a_draft_that_could_not_be_sent_goes_the_way_that_its_family_chooses(not_sent, adapters):
    world, child = not_sent
    opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)
    choosing_messages.choose(actor=child, channel="none", language="en")
    assert events() == [("not_submitted", "none", "kept")]
    choosing_messages.choose(actor=child, channel="sms", language="en")
    assert events() == [("not_submitted", "sms", "waiting")]
    sms = Provider()
    send_all(Provider(), sms)
    assert "could NOT be sent" in sms.got[0].words.short


def test_a_draft_message_that_did_not_arrive_is_seen_by_its_ward_alone(not_sent, adapters):
    world, _child = not_sent
    officers = add_officers(world, add_elsewhere(world))
    opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)
    change(state="dead", failure="not_reached", attempts=16)
    seen = {"intake_id": world.intake_id, "after": 0}
    [line] = mending_messages.desk(actor=officers.ward, **seen).lines
    assert (line.code, line.is_of_file) == ("0000000001", False)
    assert mending_messages.desk(actor=officers.other_ward, **seen).lines == ()
    assert mending_messages.all_again(actor=officers.ward, intake_id=world.intake_id) == 1


def test_no_message_of_a_rehearsals_draft_whatever_a_service_forgot(not_sent, adapters):
    world, _child = not_sent
    with transaction() as tx:
        tx.execute(update(intakes).values(kind="rehearsal"))
    opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets)
    assert tally() == {}
    for kind, named in (
        ("official", "fk_messages_official_intake"),
        ("rehearsal", "never_a_rehearsal"),
    ):
        forced = text(
            "INSERT INTO messages (intake_id, intake_kind, child_id, event, channel)"
            " SELECT intake_id, :kind, child_id, 'not_submitted', 'sms' FROM drafts"
        )
        with pytest.raises(IntegrityError, match=named), transaction() as tx:
            tx.execute(forced, {"kind": kind})


def test_a_file_accepted_or_not_is_told_once_each_time(world, officers, code):
    judged = {"actor": officers.ward, "code": code, "version": 1}
    reviewing.take_up_again(**judged)
    reviewing.accept_file(**judged)
    assert tally() == {"registered": 1, "file_accepted": 1}
    reviewing.take_up_again(**judged)
    reviewing.refuse_file(**judged, reason="age", note="")
    assert tally() == {"registered": 1, "file_accepted": 1, "file_refused": 1}
    with transaction() as tx:
        ids = list(tx.execute(select(registrations.c.id)).scalars())
        assert store.stage(tx, event="file_accepted", ids=ids) == 0
        assert store.stage(tx, event="file_refused", ids=ids) == 0
    reviewing.take_up_again(**judged)
    reviewing.accept_file(**judged)
    assert tally()["file_accepted"] == 2


def test_a_request_has_its_day_and_each_request_is_told(world, officers, code):
    day = datetime.now(UTC).date() + timedelta(days=5)
    for add in (0, 1):
        reviewing.ask_family(
            actor=officers.ward,
            code=code,
            version=1,
            asked_for="residence",
            message="Xin gửi ảnh màn hình VNeID.",
            due_on=day + timedelta(days=add),
        )
    assert tally() == {"registered": 1, "info_asked": 2}
    sms = Provider()
    send_all(Provider(), sms)
    days = [one.words.short for one in sms.got if "bo sung" in one.words.short]
    assert [f"{day + timedelta(days=add):%d/%m/%Y}" in days[add] for add in (0, 1)] == [True] * 2


def test_moving_and_postponing_are_told(world, officers, code):
    due = reviewing.history_of(actor=officers.ward, code=code).due_on
    due_letters.postpone(
        actor=officers.ward, code=code, version=1, new_due_on=later(due), reason="Chờ xác minh"
    )
    zone = transferring.zones_to_choose(actor=officers.ward, code=code)[0].code
    transferring.move_file(
        actor=officers.ward, code=code, version=1, zone=zone, reason="address_in_other_zone"
    )
    assert tally() == {"registered": 1, "postponed": 1, "file_moved": 1}


def later(day):
    day += timedelta(days=7)
    while day.weekday() > 4 or day <= datetime.now(UTC).date():
        day += timedelta(days=1)
    return day


def test_an_answered_objection_is_told(world, officers, code):
    set_phase(world, "provisional")
    publish_result(world, officers)
    filed = file_one(family())
    answering_objections.answer_objection(
        actor=officers.ward,
        code=code,
        objection_id=filed.objection_id,
        outcome="rejected",
        reply="Đã kiểm tra.",
    )
    assert tally() == {"registered": 1, "objection_answered": 1}


def test_results_answers_reminders_and_rounds(app):
    drawn = final_intake()
    everybody = len(drawn.entries)
    assert tally() == {"results_provisional": everybody, "results_final": everybody}

    open_answers(drawn)
    holding = seats(drawn)
    assert tally()["answers_opened"] == len(holding)
    assert not delivering.stage_reminders()
    assert "answer_reminder" not in tally()

    # The last two days: who answered, and who heard of it a moment ago, is left alone.
    first, *others = sorted(holding)
    answer(first, Answer.ACCEPT)
    with transaction() as tx:
        tx.execute(
            update(held_seats)
            .where(held_seats.c.is_unanswered)
            .values(answer_by=text("clock_timestamp() + interval '30 hours'"))
        )
    delivering.stage_reminders()
    assert "answer_reminder" not in tally()
    with transaction() as tx:
        tx.execute(update(messages).values(created_at=text("now() - interval '2 days'")))
    for _ in range(2):
        delivering.stage_reminders()
    assert tally()["answer_reminder"] == len(others)

    waiting = waits(drawn)
    school = waiting[next(iter(waiting))][0][0]
    leaving = next(code for code, held in holding.items() if held == school and code != first)
    answer(leaving, Answer.DECLINE)
    before = seats(drawn)
    hold(drawn)
    moved = [code for code, held in seats(drawn).items() if before.get(code) != held]
    assert moved
    assert tally()["seat_moved"] == len(moved)


@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_rehearsal_tells_nobody_even_when_the_check_is_patched_away(
    app, adapters, monkeypatch, is_guarded
):
    world = build_world()
    with transaction() as tx:
        tx.execute(update(intakes).values(kind="rehearsal"))
    child = add_child(world, number=1, secrets=adapters.secrets)
    prepare(world, child)
    with transaction() as tx:
        key = tx.execute(select(drafts.c.submission_key)).scalar_one()
    asked = {"actor": child, "intake_id": world.intake_id, "submission_key": key}
    if is_guarded:
        registering.submit_registration(**asked, secrets=adapters.secrets)
        assert events() == []
        return
    monkeypatch.setattr(store, "NOT_REHEARSED", "true")
    with pytest.raises(IntegrityError, match="ck_messages_never_a_rehearsal"):
        registering.submit_registration(**asked, secrets=adapters.secrets)
    provider = Provider()
    assert send_all(provider, provider) == 0
    assert provider.got == []


def test_a_group_that_moves_tells_its_families(world, officers, code, monkeypatch):
    """Which files move is tested with the move; here: whom it tells what."""
    told = []
    monkeypatch.setattr(
        rezoning.messages, "stage", lambda _tx, *, event, ids: told.append((event, list(ids)))
    )

    def file(number, *, from_zone_id, must_choose):
        after = SimpleNamespace(
            registration_id=number, from_zone_id=from_zone_id, must_choose=must_choose
        )
        return SimpleNamespace(after=after)

    rezoning._tell_families(
        None,
        [
            file(1, from_zone_id=7, must_choose=True),
            file(2, from_zone_id=7, must_choose=False),
            file(3, from_zone_id=None, must_choose=False),
        ],
    )
    assert told == [("info_asked", [1]), ("file_moved", [2])]
