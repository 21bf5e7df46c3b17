"""How a family is told follows its wish, and nothing that is due gets lost on the way."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from enrol.core.message_texts import NotTaken, PerhapsTaken
from enrol.services import choosing_messages, delivering
from enrol.services.choosing_messages import NoSuchWay
from enrol.services.delivering import NEVER_QUIET
from enrol.services.refusals import SignedOut
from enrol.store import messages as store
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.messages import message_preferences
from tests.corrected import family_of
from tests.officers import register_child
from tests.told import Provider, change, events, give_mail_address, send_all
from tests.world import build_world, count_of


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def code(world, adapters):
    return register_child(world, number=1, adapters=adapters)


def choose(code, channel, language="vi"):
    choosing_messages.choose(actor=family_of(code), channel=channel, language=language)


def telling(code):
    return choosing_messages.own_messages(actor=family_of(code)).telling


def test_the_default_follows_the_contact(world, code):
    assert (telling(code).chosen, telling(code).channel) == (None, "sms")
    give_mail_address()
    assert telling(code).channel == "email"


def test_what_waits_goes_the_new_way_at_once(world, code):
    give_mail_address()
    assert events() == [("registered", "sms", "waiting")]
    choose(code, "email", "en")
    assert events() == [("registered", "email", "waiting")]
    mail, sms = Provider(), Provider()
    assert send_all(mail, sms) == 1
    assert sms.got == []
    assert mail.got[0].words.body.startswith("The registration for pupil code")


def test_none_keeps_everything_for_the_page_and_gives_it_back(world, code):
    choose(code, "none")
    assert events() == [("registered", "none", "kept")]
    provider = Provider()
    assert send_all(provider, provider) == 0
    with transaction() as tx:
        store.stage(tx, event="results_final", ids=[world.intake_id])
    assert [state for *_, state in events()] == ["kept", "kept"]
    own = choosing_messages.own_messages(actor=family_of(code))
    assert [line.event for line in own.told] == ["results_final", "registered"]

    choose(code, "sms")
    assert [state for *_, state in events()] == ["waiting", "waiting"]
    assert send_all(provider, provider) == 2


def test_what_was_kept_long_ago_is_not_sent_any_more(world, code):
    choose(code, "none")
    change(created_at=text("now() - interval '8 days'"))
    choose(code, "sms")
    assert events() == [("registered", "none", "kept")]


@pytest.mark.parametrize(
    ("fault", "moves"), [(PerhapsTaken(), False), (NotTaken(is_final=False), True)]
)
def test_what_may_have_arrived_keeps_its_way(world, code, fault, moves):
    give_mail_address()
    send_all(Provider(), Provider(knows_repetitions=True, fault=fault))
    # A later attempt that certainly failed takes nothing back of the doubt.
    change(next_attempt_at=text("now()"))
    send_all(Provider(), Provider(knows_repetitions=True, fault=NotTaken(is_final=False)))
    choose(code, "email")
    assert events() == [("registered", "email" if moves else "sms", "waiting")]


def test_a_message_in_hand_is_not_taken_away(world, code):
    give_mail_address()
    change(state="sending", began_at=text("now()"), attempts=1)
    choose(code, "email")
    assert events() == [("registered", "sms", "sending")]


def test_a_message_staged_at_that_very_moment_follows(world, code, app):
    """The family chooses while results are being staged, which read its wish before."""
    give_mail_address()
    read, chosen = threading.Event(), threading.Event()

    def stage_late() -> None:
        with app.app_context(), transaction() as tx:
            store.stage(tx, event="results_final", ids=[world.intake_id])
            read.set()
            chosen.wait(10)

    choose(code, "sms")
    late = threading.Thread(target=stage_late)
    late.start()
    assert read.wait(10)
    choose(code, "email")
    chosen.set()
    late.join()
    assert events()[-1] == ("results_final", "sms", "waiting")

    delivering.stage_due(senders={}, quiet=NEVER_QUIET)
    assert [channel for _, channel, _ in events()] == ["email", "email"]


def test_only_ways_with_an_address_and_languages_of_ours(world, code):
    for channel, language in (("email", "vi"), ("pigeon", "vi"), ("sms", "fr")):
        with pytest.raises(NoSuchWay):
            choose(code, channel, language)
    assert count_of(message_preferences) == 0


def test_a_choice_is_journalled_once_and_only_for_who_is_signed_in(world, code):
    choose(code, "none")
    choose(code, "none")
    assert count_of(journal, journal.c.action == "messages.chosen") == 1
    with pytest.raises(SignedOut):
        choosing_messages.choose(
            actor=replace(family_of(code), secret_version=9), channel="sms", language="vi"
        )
    with transaction() as tx:
        assert tx.execute(select(message_preferences.c.channel)).scalar_one() == "none"


def test_kept_for_days_is_said_in_whole_days():
    assert timedelta(days=choosing_messages.KEPT_DAYS) == timedelta(days=7)
