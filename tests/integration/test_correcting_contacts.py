"""A family corrects where it is reached after the window; what it sent stays as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from enrol.core.actors import Family
from enrol.services import (
    choosing_messages,
    correcting_contacts,
    delivering,
    preparing,
    registering,
)
from enrol.services.correcting_contacts import NoSuchAddress, NoSuchNumber, NothingSent
from enrol.services.refusals import NotFound, SignedOut
from enrol.store import message_preferences
from enrol.store import messages as store
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.messages import contacts
from enrol.store.tables.registrations import registrations, submissions
from tests.officers import add_elsewhere, add_officers, register_child
from tests.told import Provider, events, send_all
from tests.world import add_child, build_world, move_window, prepare

NEW = {"phone": "0987 654 321", "email": ""}


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def family(world, adapters):
    register_child(world, number=1, adapters=adapters)
    with transaction() as tx:
        child_id = tx.execute(select(registrations.c.child_id)).scalar_one()
    return Family(child_id=child_id, secret_version=1)


def sent() -> list[tuple[str, bytes, str]]:
    with transaction() as tx:
        query = select(submissions.c.payload, submissions.c.salt, submissions.c.hash)
        return [(row[0], bytes(row[1]), row[2]) for row in tx.execute(query)]


def noted() -> list[tuple[str, str, dict[str, object]]]:
    with transaction() as tx:
        query = select(journal.c.actor, journal.c.subject, journal.c.detail)
        found = query.where(journal.c.action == "contact.corrected").order_by(journal.c.id)
        return [tuple(row) for row in tx.execute(found)]


def close_window(world) -> None:
    now = datetime.now(UTC)
    move_window(world, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1))


def tell_results(world) -> list[str]:
    """Tell the results and return the addresses that the provider was given."""
    with transaction() as tx:
        store.stage(tx, event="results_final", ids=[world.intake_id])
    provider = Provider()
    send_all(provider, provider)
    return [one.address for one in provider.got]


def test_results_reach_the_new_number_and_what_was_sent_stays(world, family):
    before = sent()
    close_window(world)
    correcting_contacts.correct(actor=family, **NEW)
    correcting_contacts.correct(actor=family, **NEW)  # the same again changes nothing
    assert sent() == before
    assert set(tell_results(world)) == {"+84987654321"}
    assert noted() == [(family.label, str(family.child_id), {"phone": True, "email": False})]


def test_a_mail_address_given_later_is_used_and_can_be_chosen(world, family):
    correcting_contacts.correct(actor=family, phone="0987654321", email="new@example.vn")
    assert events() == [("registered", "email", "waiting")], "what waits goes there, too"
    own = choosing_messages.own_messages(actor=family)
    assert (own.telling.phone, own.telling.email) == ("+84987654321", "new@example.vn")
    choosing_messages.choose(actor=family, channel="sms", language="vi")
    assert set(tell_results(world)) == {"+84987654321"}


def test_a_registration_sent_later_brings_its_own_contact(world, adapters, family):
    correcting_contacts.correct(actor=family, **NEW)
    prepare(world, family, wishes=["S2"])
    key = preparing.open_desk(actor=family).submission_key
    registering.submit_registration(
        actor=family, intake_id=world.intake_id, submission_key=key, secrets=adapters.secrets
    )
    with transaction() as tx:
        assert message_preferences.telling_of(tx, child_id=family.child_id).phone == "+84912345678"
    assert set(tell_results(world)) == {"+84912345678"}


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"phone": "12"}, NoSuchNumber),
        ({"phone": ""}, NoSuchNumber),
        ({"email": "no address"}, NoSuchAddress),
        ({"email": "a@b.c" + "c" * 200}, NoSuchAddress),
    ],
)
def test_what_is_no_number_or_address_is_refused(family, given, refusal):
    with pytest.raises(refusal):
        correcting_contacts.correct(actor=family, **{**NEW, **given})
    assert noted() == []


def test_only_who_sent_something_and_is_signed_in(world, adapters, family):
    other = add_child(world, number=2, secrets=adapters.secrets)
    with pytest.raises(NothingSent):
        correcting_contacts.correct(actor=other, **NEW)
    with pytest.raises(SignedOut):
        correcting_contacts.correct(actor=Family(family.child_id, 7), **NEW)


def test_a_desk_corrects_it_for_a_family_and_stands_in_the_journal(family, officers):
    desk = officers.ward
    found = correcting_contacts.contact_at_counter(actor=desk, child_id=family.child_id)
    assert found.telling.phone == "+84912345678"
    correcting_contacts.correct_at_counter(actor=desk, child_id=family.child_id, **NEW)
    [(actor, subject, _detail)] = noted()
    assert (actor, subject) == (desk.label, str(family.child_id))
    with pytest.raises(NotFound):
        correcting_contacts.contact_at_counter(actor=desk, child_id=99_999)
    with pytest.raises(NotFound):
        correcting_contacts.correct_at_counter(actor=family, child_id=family.child_id, **NEW)


def test_a_message_staged_beside_the_correction_finds_its_way(world, family):
    with transaction() as tx:
        tx.execute(insert(contacts).values(child_id=family.child_id, phone="+8491", email="a@b.vn"))
    assert events() == [("registered", "sms", "waiting")]
    delivering.stage_due(senders={}, quiet=delivering.NEVER_QUIET)
    assert events() == [("registered", "email", "waiting")]
