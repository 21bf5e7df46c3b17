"""Ticked drafts become registrations when the window opens: once, as by hand, or with a reason."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from enrol.core.answers import Gap, Incompleteness
from enrol.core.codes import is_code
from enrol.core.sealing import submission_hash
from enrol.services import closing, opening, preparing, registering, relaying
from enrol.services.refusals import NotFound, SignedOut
from enrol.store import ticked_drafts
from enrol.store.db import transaction
from enrol.store.tables.children import children, family_secrets
from enrol.store.tables.intakes import seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.registrations import drafts, frozen_entries, registrations, submissions
from tests.officers import add_elsewhere, add_officers
from tests.world import (
    World,
    add_child,
    build_world,
    count_of,
    move_window,
    prepare,
    set_phase,
)

pytestmark = pytest.mark.usefixtures("app")

EARLY = timedelta(hours=1)


@pytest.fixture
def world(app) -> World:
    """A city whose window opens in an hour."""
    return build_world(opens_in=EARLY)


@pytest.fixture
def family(world, adapters):
    return add_child(world, number=1, secrets=adapters.secrets)


def open_now(world: World) -> None:
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(seconds=1), closes_at=now + timedelta(hours=1))


def tick(world, family, *, is_on=True):
    opening.tick(actor=family, intake_id=world.intake_id, is_on=is_on)


def ticked(world, adapters, *numbers, **changes):
    """Children with complete, ticked drafts."""
    made = [add_child(world, number=number, secrets=adapters.secrets) for number in numbers]
    for family in made:
        prepare(world, family, **changes)
        tick(world, family)
    return made


def run(world, adapters, **limits) -> int:
    return opening.submit_ticked(intake_id=world.intake_id, secrets=adapters.secrets, **limits)


def draft_of(family):
    with transaction() as tx:
        return tx.execute(select(drafts).where(drafts.c.child_id == family.child_id)).one()


def actions() -> list[str]:
    with transaction() as tx:
        return list(tx.execute(select(journal.c.action).order_by(journal.c.id)).scalars())


def test_before_the_opening_nothing_is_submitted(world, adapters):
    (family,) = ticked(world, adapters, 1)

    assert opening.stage_due() == 0
    assert run(world, adapters) == 0
    assert count_of(registrations) == 0
    assert draft_of(family).submit_for_me


def test_at_the_opening_a_ticked_draft_becomes_a_registration_with_a_receipt(world, adapters):
    (family,) = ticked(world, adapters, 1)
    open_now(world)

    assert run(world, adapters) == 1

    receipt = registering.receipt_of(actor=family, secrets=adapters.secrets)
    assert is_code(receipt.lines.code)
    assert [wish.school for wish in receipt.lines.wishes] == ["S1", "S2"]
    with transaction() as tx:
        kept = tx.execute(select(submissions)).one()
    sent = json.loads(kept.payload)
    assert submission_hash(salt=bytes(kept.salt), payload=sent) == receipt.lines.submission_hash
    assert not draft_of(family).submit_for_me


def test_by_hand_and_at_the_opening_the_same_rows_are_written(world, adapters):
    """Two children who answer alike: what one writes itself, the batch writes for the other."""
    first, second = ticked(
        world,
        adapters,
        1,
        2,
        temporary={"unit": "00070", "group": "VP4", "address": "3 phố Tràng Thi"},
    )
    tick(world, first, is_on=False)
    open_now(world)
    key = preparing.open_desk(actor=first).submission_key
    registering.submit_registration(
        actor=first, intake_id=world.intake_id, submission_key=key, secrets=adapters.secrets
    )

    run(world, adapters)

    by_hand, in_batch = (_written_for(family) for family in (first, second))
    assert by_hand == in_batch


def _written_for(family) -> dict[str, object]:
    """Everything that was written, but for what must differ: ids, codes, times and chance."""
    with transaction() as tx:
        one = tx.execute(
            select(registrations).where(registrations.c.child_id == family.child_id)
        ).one()
        sent = tx.execute(select(submissions).where(submissions.c.registration_id == one.id)).one()
        entry = tx.execute(
            select(journal).where(
                journal.c.subject == one.code, journal.c.action == "registration.submitted"
            )
        ).one()
        draft = tx.execute(select(drafts).where(drafts.c.child_id == family.child_id)).one()
    differing = {"id", "child_id", "code", "family_code", "submission_hash", "submitted_at"}
    differing |= {"official_child_id"}
    kept = {key: value for key, value in one._asdict().items() if key not in differing}
    payload = json.loads(sent.payload) | {"pupil_code": "", "child": ""}
    assert one.family_code == one.code
    assert one.official_child_id == one.child_id
    assert sent.hash == one.submission_hash == entry.detail["submission_hash"]
    assert sent.submitted_at == one.submitted_at
    assert entry.actor == f"family:{family.child_id}"
    assert draft.submission_key != sent.submission_key
    return {
        "registration": kept,
        "payload": payload,
        "version": sent.version,
        "salt": len(bytes(sent.salt)),
        "detail": entry.detail["version"],
        "draft": (draft.submit_for_me, draft.refused_at, draft.refusals),
    }


def test_run_again_it_changes_nothing(world, adapters):
    ticked(world, adapters, 1, 2, 3)
    open_now(world)

    assert run(world, adapters) == 3
    assert run(world, adapters) == 0
    assert count_of(registrations) == 3
    assert actions().count("registration.submitted") == 3


def test_killed_between_two_batches_it_goes_on_where_it_stopped(world, adapters, monkeypatch):
    ticked(world, adapters, *range(1, 8))
    open_now(world)
    submit = ticked_drafts.submit
    presses = iter(range(100))

    def dies_in_the_second(tx, **names):
        written = submit(tx, **names)
        if next(presses) == 1:
            raise KeyboardInterrupt  # after the statement, before the commit
        return written

    monkeypatch.setattr(ticked_drafts, "submit", dies_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        run(world, adapters, at_once=3)
    assert count_of(registrations) == 3

    assert run(world, adapters, at_once=3) == 4
    assert count_of(registrations) == 7
    assert count_of(submissions) == 7


def test_a_job_deals_with_a_bounded_number_and_the_next_with_the_rest(world, adapters):
    ticked(world, adapters, *range(1, 6))
    open_now(world)

    assert run(world, adapters, most=3, at_once=2) == 3
    assert opening.stage_due() == 1
    assert run(world, adapters, most=3, at_once=2) == 2
    assert opening.stage_due() == 0


def test_the_clock_alone_stages_the_job_and_only_once(world, adapters):
    ticked(world, adapters, 1)
    assert opening.stage_due() == 0
    open_now(world)

    assert opening.stage_due() == 1
    assert opening.stage_due() == 1

    with transaction() as tx:
        staged = tx.execute(select(outbox.c.id, outbox.c.job, outbox.c.argument)).all()
    assert [row[1:] for row in staged] == [("submit_drafts", world.intake_id)]
    relaying.finish(outbox_ids=[staged[0].id])
    assert opening.stage_due() == 1


def test_without_ticked_drafts_nothing_is_staged(world, family):
    prepare(world, family)
    open_now(world)

    assert opening.stage_due() == 0


def end_window(world: World) -> None:
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(hours=2), closes_at=now - timedelta(hours=1))


def test_what_was_ticked_is_sent_even_when_the_system_slept_through_the_window(world, adapters):
    """The relay was down from the opening to the end: no ticked family loses its place."""
    families = ticked(world, adapters, 1, 2, 3)
    officer = add_officers(world, add_elsewhere(world)).city
    end_window(world)

    for early in (False, True):
        with pytest.raises(closing.PreparedWaiting) as refusal:
            closing.close_intake(actor=officer, intake_id=world.intake_id, early=early)
        assert refusal.value.count == 3
    assert opening.stage_due() == 1
    assert run(world, adapters, at_once=2) == 3
    assert opening.stage_due() == 0

    codes = {
        registering.receipt_of(actor=family, secrets=adapters.secrets).lines.code
        for family in families
    }
    assert closing.close_intake(actor=officer, intake_id=world.intake_id).size == 3
    with transaction() as tx:
        assert set(tx.execute(select(frozen_entries.c.code)).scalars()) == codes


def test_a_draft_that_nobody_ticked_is_not_sent_and_holds_no_closing_up(world, adapters, family):
    prepare(world, family)
    officer = add_officers(world, add_elsewhere(world)).city
    end_window(world)

    assert opening.stage_due() == 0
    assert run(world, adapters) == 0
    assert closing.close_intake(actor=officer, intake_id=world.intake_id).size == 0


def test_a_ticked_draft_that_cannot_be_sent_holds_no_closing_up(world, adapters):
    (family,) = ticked(world, adapters, 1)
    officer = add_officers(world, add_elsewhere(world)).city
    preparing.save_answers(actor=family, intake_id=world.intake_id, answers={"wishes": []})
    end_window(world)

    assert run(world, adapters) == 1
    assert draft_of(family).refusals
    assert closing.close_intake(actor=officer, intake_id=world.intake_id).size == 0


def test_a_closed_list_takes_nothing(world, adapters):
    ticked(world, adapters, 1)
    open_now(world)
    set_phase(world, "closed")

    assert opening.stage_due() == 0
    assert run(world, adapters) == 0


def test_only_a_complete_draft_can_be_ticked(world, family):
    prepare(world, family, wishes=[])

    with pytest.raises(opening.Incomplete) as refusal:
        tick(world, family)

    assert refusal.value.gaps == (Incompleteness("wishes", Gap.NOT_ANSWERED),)


def test_only_an_eligible_child_can_be_ticked(world, family):
    prepare(world, family, wishes=["S1", "S9"])

    with pytest.raises(opening.NotEligible):
        tick(world, family)


def test_once_open_the_tick_is_no_longer_offered(world, family):
    prepare(world, family)
    open_now(world)

    with pytest.raises(opening.AlreadyOpen):
        tick(world, family)


def test_a_tick_taken_off_is_not_submitted(world, adapters):
    first, second = ticked(world, adapters, 1, 2)
    tick(world, first, is_on=False)
    open_now(world)
    tick(world, second, is_on=False)  # still in time: nothing was submitted yet

    assert run(world, adapters) == 0
    assert count_of(registrations) == 0


def test_ticking_twice_is_journalled_once(world, family):
    prepare(world, family)
    for is_on in (True, True, False, False):
        tick(world, family, is_on=is_on)

    assert actions() == ["registration.ticked", "registration.unticked"]


def test_what_is_changed_after_the_tick_is_what_is_sent(world, adapters):
    (family,) = ticked(world, adapters, 1)
    prepare(world, family, wishes=["S3"])
    open_now(world)

    run(world, adapters)

    receipt = registering.receipt_of(actor=family, secrets=adapters.secrets)
    assert [wish.school for wish in receipt.lines.wishes] == ["S3"]


def test_a_draft_that_no_longer_passes_keeps_the_reasons_and_the_others_go_through(world, adapters):
    """One lost its phone, one wishes for a school that left the zone; the third is in order."""
    lost, left, good = ticked(world, adapters, 1, 2, 3, wishes=["S1"])
    prepare(world, lost, contact={"guardian_name": "Trần Văn Bình"})
    prepare(world, left, wishes=["S2"])
    with transaction() as tx:
        tx.execute(seat_plans.delete().where(seat_plans.c.school_id == world.schools["S2"]))
    open_now(world)

    assert run(world, adapters) == 3

    assert draft_of(lost).refusals == ["contact:not_answered"]
    assert draft_of(left).refusals == ["wish_outside_zone"]
    assert draft_of(left).refused_at is not None
    assert draft_of(good).refusals == []
    assert count_of(registrations) == 1
    assert actions().count("registration.not_submitted") == 2
    assert opening.stage_due() == 0


def test_what_was_refused_can_be_put_right_and_sent_by_hand(world, adapters):
    (family,) = ticked(world, adapters, 1)
    prepare(world, family, wishes=["S9"])
    open_now(world)
    run(world, adapters)

    prepare(world, family)
    desk = preparing.open_desk(actor=family)
    registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=desk.submission_key,
        secrets=adapters.secrets,
    )

    assert draft_of(family).refused_at is None
    assert draft_of(family).refusals == []


def test_one_row_that_the_database_does_not_take_holds_nobody_up(world, adapters):
    """Nobody foresaw this child's row; the batch is halved until it stands alone."""
    families = ticked(world, adapters, *range(1, 8))
    with transaction() as tx:
        tx.execute(
            text(
                "ALTER TABLE registrations ADD CONSTRAINT ck_of_a_test"
                f" CHECK (child_id <> {families[4].child_id})"
            )
        )
    open_now(world)
    try:
        assert run(world, adapters) == 7
    finally:
        with transaction() as tx:
            tx.execute(text("ALTER TABLE registrations DROP CONSTRAINT ck_of_a_test"))

    assert count_of(registrations) == 6
    assert draft_of(families[4]).refusals == [opening.UNREADABLE]


def test_twins_stand_side_by_side(world, adapters):
    twins = [
        add_child(world, number=number, secrets=adapters.secrets, family_code="G1")
        for number in (1, 2)
    ]
    for child in twins:
        prepare(world, child)
        tick(world, child)
    open_now(world)

    run(world, adapters)

    with transaction() as tx:
        codes = set(tx.execute(select(registrations.c.family_code)).scalars())
    assert len(codes) == 1


def test_what_the_register_says_decides_what_is_checked_by_hand(world, adapters):
    known, unknown = ticked(world, adapters, 1, 2)
    with transaction() as tx:
        tx.execute(
            update(children).where(children.c.id == unknown.child_id).values(in_register=False)
        )
    open_now(world)

    run(world, adapters)

    with transaction() as tx:
        rows = tx.execute(select(registrations.c.child_id, registrations.c.status)).all()
    assert dict(map(tuple, rows)) == {known.child_id: "submitted", unknown.child_id: "verifying"}


def test_a_new_secret_does_not_take_the_tick_away(world, adapters):
    (family,) = ticked(world, adapters, 1)
    with transaction() as tx:
        tx.execute(update(family_secrets).values(version=2))
    open_now(world)

    with pytest.raises(SignedOut):
        tick(world, family, is_on=False)
    assert run(world, adapters) == 1


def test_a_withdrawn_registration_is_not_sent_again(world, adapters):
    (family,) = ticked(world, adapters, 1)
    open_now(world)
    run(world, adapters)
    code = registering.receipt_of(actor=family, secrets=adapters.secrets).lines.code
    registering.withdraw_registration(actor=family, intake_id=world.intake_id, code=code)

    assert opening.stage_due() == 0
    assert run(world, adapters) == 0


def test_sent_by_hand_and_withdrawn_it_is_not_sent_again(world, adapters):
    """The tick was for the opening, and the family's own press has done it."""
    (family,) = ticked(world, adapters, 1)
    open_now(world)
    key = preparing.open_desk(actor=family).submission_key
    code = registering.submit_registration(
        actor=family, intake_id=world.intake_id, submission_key=key, secrets=adapters.secrets
    ).lines.code
    registering.withdraw_registration(actor=family, intake_id=world.intake_id, code=code)

    assert opening.stage_due() == 0
    assert run(world, adapters) == 0
    assert count_of(registrations) == 1


def test_there_is_nothing_to_tick_without_a_draft_or_an_intake(world, family):
    with pytest.raises(NotFound):
        tick(world, family)
    with pytest.raises(NotFound):
        opening.tick(actor=family, intake_id=world.intake_id + 1, is_on=True)
