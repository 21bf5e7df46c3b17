"""Families at the counter: registered by the same rules, never twice, with officer and consent."""

from datetime import date

import pytest
from sqlalchemy import delete, select

from enrol.core.actors import Family
from enrol.services import assisting, at_counter, preparing, registering, resetting, signing_in
from enrol.services.assisting import AlreadyLive, Entry, LooksKnown
from enrol.services.at_counter import NoSuchChild
from enrol.services.composing import NotEligible
from enrol.services.refusals import NotFound
from enrol.services.resetting import ResetReasonNeeded
from enrol.services.sending import WindowOver
from enrol.store.db import transaction
from enrol.store.tables.assistance import assisted_submissions
from enrol.store.tables.children import children, family_secrets
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import registrations
from tests.officers import add_elsewhere, add_officers, end_window
from tests.world import SECRET, add_child, build_world, full_answers

BORN = date(2020, 5, 17)


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


def enter(world, officer, adapters, *, child_id, answers=None, is_another=False):
    return assisting.register_family(
        actor=officer,
        intake_id=world.intake_id,
        entry=Entry(
            child_id=child_id,
            answers=answers or full_answers(),
            consent="signed",
            is_another=is_another,
        ),
        secrets=adapters.secrets,
    )


def entries(action):
    with transaction() as tx:
        query = select(journal.c.actor, journal.c.subject, journal.c.detail)
        return tx.execute(query.where(journal.c.action == action)).all()


def registered():
    with transaction() as tx:
        query = select(registrations.c.code, registrations.c.status).order_by(registrations.c.id)
        return [tuple(row) for row in tx.execute(query)]


@pytest.mark.parametrize("kind", ["city", "ward", "other_ward", "school", "other_school"])
def test_any_desk_of_the_city_registers_a_family(world, officers, adapters, kind):
    officer = getattr(officers, kind)
    add_child(world, number=1, secrets=adapters.secrets)
    child_id = at_counter.find_child(actor=officer, pupil_code="0000000001", birth_on=BORN)

    handed = enter(world, officer, adapters, child_id=child_id)

    code = handed.receipt.lines.code
    assert registered() == [(code, "submitted")]
    assert handed.secret is None
    assert [row[:2] for row in entries("registration.submitted")] == [(officer.label, code)]
    [assisted] = entries("registration.assisted")
    assert (assisted.actor, assisted.detail) == (officer.label, {"consent": "signed"})
    with transaction() as tx:
        row = tx.execute(select(assisted_submissions.c.staff_id, assisted_submissions.c.consent))
        assert row.one() == (officer.staff_id, "signed")


def test_the_family_sees_at_home_what_was_entered(world, officers, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)
    handed = enter(world, officers.ward, adapters, child_id=family.child_id)

    receipt = registering.receipt_of(actor=family, secrets=adapters.secrets)

    assert receipt.lines == handed.receipt.lines


def test_a_child_registered_online_is_shown_and_not_doubled(world, officers, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)
    preparing.save_answers(actor=family, intake_id=world.intake_id, answers=full_answers())
    receipt = registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )

    with pytest.raises(AlreadyLive) as refused:
        enter(
            world,
            officers.ward,
            adapters,
            child_id=family.child_id,
            answers=full_answers(wishes=("S3",)),
        )

    assert refused.value.code == receipt.lines.code
    assert len(registered()) == 1
    kept = preparing.open_desk(actor=family).answers
    assert kept["wishes"] == ["S1", "S2"], "the family's own draft stays"
    shown = at_counter.counter(actor=officers.ward, child_id=family.child_id, unit_code="00070")
    assert shown.live.code == receipt.lines.code


def test_a_family_without_a_secret_takes_one_home(world, officers, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)
    with transaction() as tx:
        tx.execute(delete(family_secrets))

    handed = enter(world, officers.ward, adapters, child_id=family.child_id)

    signed_in = signing_in.sign_in_family(
        pupil_code="0000000001", secret=handed.secret, secrets=adapters.secrets
    )
    assert signed_in == Family(family.child_id, 1)


def test_a_child_outside_the_register_is_to_be_verified(world, officers, adapters):
    handed = enter(world, officers.ward, adapters, child_id=None)

    assert handed.receipt.lines.status == "verifying"
    assert handed.receipt.child.pupil_code.startswith("TM")
    assert handed.secret
    assert entries("child.unlisted_added")[0].actor == officers.ward.label


def test_a_child_known_by_name_and_date_is_asked_about(world, officers, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)
    code = enter(world, officers.ward, adapters, child_id=family.child_id).receipt.lines.code

    known = enter(
        world,
        officers.city,
        adapters,
        child_id=None,
        answers=full_answers(name="NGUYEN thi  dao 1"),
    )

    assert isinstance(known, LooksKnown)
    assert [(one.pupil_code, one.code) for one in known.like] == [("0000000001", code)]
    [shown] = entries("counter.alike_shown")
    assert (shown.actor, shown.detail) == (officers.city.label, {"codes": ["0000000001"]})
    with transaction() as tx:
        assert len(tx.execute(select(children.c.id)).all()) == 1

    enter(
        world,
        officers.city,
        adapters,
        child_id=None,
        answers=full_answers(name="NGUYEN thi  dao 1"),
        is_another=True,
    )
    assert len(registered()) == 2


def test_code_and_birth_date_must_belong_together(world, officers, adapters):
    add_child(world, number=1, secrets=adapters.secrets)

    for code, born in (("0000000001", date(2020, 5, 18)), ("0000000002", BORN)):
        with pytest.raises(NoSuchChild):
            at_counter.find_child(actor=officers.ward, pupil_code=code, birth_on=born)
    assert entries("counter.opened") == []
    at_counter.find_child(actor=officers.ward, pupil_code="0000000001", birth_on=BORN)
    assert len(entries("counter.opened")) == 1


def test_the_rules_are_those_of_the_family_itself(world, officers, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)
    with pytest.raises(NotEligible):
        enter(
            world,
            officers.ward,
            adapters,
            child_id=family.child_id,
            answers=full_answers(wishes=("S9",)),
        )
    end_window(world)
    with pytest.raises(WindowOver):
        enter(world, officers.ward, adapters, child_id=family.child_id)
    assert registered() == []
    assert entries("registration.assisted") == []


def test_who_reaches_nothing_finds_no_counter(world, officers, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)

    for actor in (officers.nobody, family):
        with pytest.raises(NotFound):
            at_counter.find_child(actor=actor, pupil_code="0000000001", birth_on=BORN)
        with pytest.raises(NotFound):
            enter(world, actor, adapters, child_id=family.child_id)
        with pytest.raises(NotFound):
            resetting.reset_secret(
                actor=actor, child_id=family.child_id, reason="x", secrets=adapters.secrets
            )


def test_only_who_entered_it_prints_the_receipt_again(world, officers, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)
    code = enter(world, officers.school, adapters, child_id=family.child_id).receipt.lines.code

    printed = at_counter.printed_receipt(actor=officers.school, code=code, secrets=adapters.secrets)

    assert printed.receipt.lines.code == code
    assert printed.assistance.consent == "signed"
    assert entries("receipt.printed")[0].subject == code
    with pytest.raises(NotFound):
        at_counter.printed_receipt(actor=officers.city, code=code, secrets=adapters.secrets)


def test_a_reset_needs_a_reason_and_ends_the_old_secret(world, officers, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)
    with pytest.raises(ResetReasonNeeded):
        resetting.reset_secret(
            actor=officers.school,
            child_id=family.child_id,
            reason=" ",
            secrets=adapters.secrets,
        )

    letter = resetting.reset_secret(
        actor=officers.school,
        child_id=family.child_id,
        reason="Mất giấy, đã xem căn cước của mẹ",
        secrets=adapters.secrets,
    )

    def sign_in(secret):
        return signing_in.sign_in_family(
            pupil_code="0000000001", secret=secret, secrets=adapters.secrets
        )

    assert sign_in(SECRET) is None
    assert sign_in(letter.secret) == Family(family.child_id, 2)
    [entry] = entries("secret.reset")
    assert entry.actor == officers.school.label
    assert entry.detail["reason"] == "Mất giấy, đã xem căn cước của mẹ"
    assert letter.secret not in str(entries("secret.reset"))
