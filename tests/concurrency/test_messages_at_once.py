"""Messages at once: an event staged twice, two lines on one message, a choice against sending."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest
from sqlalchemy import text

from enrol.services import choosing_messages, delivering
from enrol.services.delivering import NEVER_QUIET
from enrol.store import deliveries
from enrol.store import messages as store
from enrol.store.db import transaction
from tests.corrected import family_of
from tests.officers import register_child
from tests.told import Provider, change, events, give_mail_address, tally
from tests.world import build_world

pytestmark = pytest.mark.race


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def code(world, adapters):
    return register_child(world, number=1, adapters=adapters)


def stage_at_once(app, world) -> None:
    """Two transactions stage the same event; the second begins before the first has ended."""
    first_has_written, second_waits = threading.Event(), threading.Event()

    def second() -> None:
        with app.app_context():
            assert first_has_written.wait(20)
            with transaction() as tx:
                second_waits.set()
                store.stage(tx, event="results_final", ids=[world.intake_id])

    with ThreadPoolExecutor(1) as pool:
        with transaction() as tx:
            begun = pool.submit(second)
            store.stage(tx, event="results_final", ids=[world.intake_id])
            first_has_written.set()
            assert second_waits.wait(20)
        begun.result(20)


def test_an_event_staged_twice_at_once_is_told_once(app, world, code):
    stage_at_once(app, world)
    assert tally()["results_final"] == 1


def test_twin_without_the_constraint_it_is_told_twice(app, world, code, drop, monkeypatch):
    drop("uq_messages_event")
    monkeypatch.setattr(store, "_STAGE", store._STAGE.replace(store.ONCE, ""))
    stage_at_once(app, world)
    assert tally()["results_final"] == 2


def claim_at_once(app) -> int:
    """Two lines claim at once, the first not yet committed; returns how many got the message."""

    def claim() -> int:
        with app.app_context(), transaction() as tx:
            return len(claimed(tx))

    def claimed(tx):
        return deliveries.claim(tx, channel="sms", most=1, quiet_from=time(0), quiet_until=time(0))

    with ThreadPoolExecutor(1) as pool:
        with transaction() as tx:
            mine = len(claimed(tx))
            other = pool.submit(claim)
            wait_for_lock_or_end(other)
        return mine + other.result(20)


def wait_for_lock_or_end(other) -> None:
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    while not other.done():
        with transaction() as tx:
            if tx.execute(query).scalar_one():
                return


def test_two_lines_never_hold_one_message(app, world, code):
    assert claim_at_once(app) == 1


def test_twin_without_the_row_lock_both_hold_it(app, world, code, monkeypatch):
    guarded = "FOR UPDATE OF w SKIP LOCKED"
    assert guarded in deliveries._CLAIM
    monkeypatch.setattr(deliveries, "_CLAIM", deliveries._CLAIM.replace(guarded, ""))
    assert claim_at_once(app) == 2


def test_many_lines_send_each_message_once(app, world, adapters):
    for number in range(1, 13):
        register_child(world, number=number, adapters=adapters)
    provider = Provider()

    def line() -> int:
        with app.app_context():
            return delivering.send_channel(channel="sms", sender=provider, quiet=NEVER_QUIET)

    with ThreadPoolExecutor(4) as pool:
        taken = sum(one.result(60) for one in [pool.submit(line) for _ in range(4)])
    keys = [message.key for message in provider.got]
    assert (taken, len(keys), len(set(keys))) == (12, 12, 12)
    assert {state for *_, state in events()} == {"sent"}


def choose_while_it_is_claimed(app, code) -> Provider:
    """The family chooses mail while its SMS is being claimed; returns what went by mail."""
    give_mail_address()

    def choose() -> None:
        with app.app_context():
            choosing_messages.choose(actor=family_of(code), channel="email", language="vi")

    with ThreadPoolExecutor(1) as pool:
        with transaction() as tx:
            deliveries.claim(tx, channel="sms", most=1, quiet_from=time(0), quiet_until=time(0))
            chosen = pool.submit(choose)
            wait_for_lock_or_end(chosen)
        chosen.result(20)
    mail = Provider()
    delivering.send_due(senders={"email": mail}, quiet=NEVER_QUIET)
    return mail


def test_what_is_being_sent_does_not_change_its_way(app, world, code):
    assert choose_while_it_is_claimed(app, code).got == []
    assert events() == [("registered", "sms", "sending")]


def test_twin_without_looking_at_the_state_it_is_told_both_ways(app, world, code, monkeypatch):
    guard = "(t.state = 'waiting' AND NOT t.perhaps_told"
    assert guard in deliveries._REROUTE
    blind = deliveries._REROUTE.replace(guard, "(true")
    monkeypatch.setattr(deliveries, "_REROUTE", blind)
    assert len(choose_while_it_is_claimed(app, code).got) == 1


def test_the_relay_of_a_quiet_moment_changes_nothing(world, code):
    change(state="waiting")
    delivering.stage_due(senders={}, quiet=NEVER_QUIET)
    assert events() == [("registered", "sms", "waiting")]
