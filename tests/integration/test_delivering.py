"""Messages: staged with the publication, sent at most once, never of a rehearsal, never lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from email import message_from_string, policy
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from enrol.adapters.message_senders import FileSender, SmtpSender
from enrol.core.message_texts import NotTaken, OutgoingMessage, PerhapsTaken
from enrol.services import delivering
from enrol.services.delivering import NEVER_QUIET, QuietHours
from enrol.store import deliveries
from enrol.store import messages as store
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.messages import messages
from enrol.store.tables.outbox import outbox
from tests.mail_server import running_mail_server
from tests.officers import register_child
from tests.world import build_world, count_of

FINAL = "results_final"


@pytest.fixture
def world(app, adapters):
    """An official intake with one registration whose family left a telephone number."""
    world = build_world()
    register_child(world, number=1, adapters=adapters)
    with transaction() as tx:
        tx.execute(delete(messages))  # the receipt's, of which the tests of events tell
    return world


def stage(world) -> int:
    with transaction() as tx:
        return store.stage(tx, event=FINAL, ids=[world.intake_id])


def stage_mail(world) -> None:
    """Stage the message as a mail, to an address in what the family sent."""
    with transaction() as tx:
        tx.execute(text("ALTER TABLE submissions DISABLE TRIGGER USER"))
        tx.execute(
            text(
                "UPDATE submissions SET payload = jsonb_set(payload::jsonb, '{contact,email}',"
                " '\"family@example.vn\"')::text"
            )
        )
        tx.execute(text("ALTER TABLE submissions ENABLE TRIGGER USER"))
    assert stage(world) == 1


def state():
    with transaction() as tx:
        row = tx.execute(select(messages.c.channel, messages.c.state, messages.c.failure)).one()
        return tuple(row)


def change(**values) -> None:
    with transaction() as tx:
        tx.execute(update(messages).values(**values))


def smtp(port: int) -> SmtpSender:
    return SmtpSender(
        host="127.0.0.1",
        port=port,
        security="none",
        sender="tuyensinh@example.vn",
        login=None,
        timeout_seconds=5,
    )


class Sender:
    """A provider that remembers, and fails as told."""

    def __init__(self, *, knows_repetitions: bool = False, fault: Exception | None = None) -> None:
        self.knows_repetitions = knows_repetitions
        self.fault = fault
        self.got: list[OutgoingMessage] = []

    @contextmanager
    def line(self) -> Iterator["Sender"]:
        yield self

    def send(self, *, message: OutgoingMessage) -> None:
        self.got.append(message)
        if self.fault:
            raise self.fault


def claim_one():
    """Begin an attempt as a worker does."""
    with transaction() as tx:
        (claimed,) = deliveries.claim(
            tx, channel="sms", most=1, quiet_from=time(0), quiet_until=time(0)
        )
        return claimed


def finish_as_sent(claimed) -> int:
    with transaction() as tx:
        return deliveries.finish(tx, outcomes=[deliveries.Outcome(claimed, "sent")])


def send(sender, *, quiet: QuietHours = NEVER_QUIET) -> int:
    return delivering.send_due(senders={"email": sender, "sms": sender}, quiet=quiet)


def test_an_event_is_staged_and_sent_once(world):
    sender = Sender()

    assert [stage(world), stage(world)] == [1, 0]
    assert [send(sender), send(sender)] == [1, 0]

    (message,) = sender.got
    assert message.address == "+84912345678"
    assert "0000000001" in message.words.short
    assert "Đào" not in message.words.body
    assert "http" not in message.words.body
    assert state() == ("sms", "sent", None)


@pytest.mark.parametrize("guard", ["i.kind = 'official'", "true"])
def test_a_rehearsal_has_no_message_even_when_the_check_is_patched_away(world, monkeypatch, guard):
    monkeypatch.setattr(store, "NOT_REHEARSED", guard)
    with transaction() as tx:
        tx.execute(update(intakes).values(kind="rehearsal"))

    if guard == "true":
        with pytest.raises(IntegrityError, match="ck_messages_never_a_rehearsal"):
            stage(world)
        with (
            pytest.raises(IntegrityError, match="fk_messages_official_intake"),
            transaction() as tx,
        ):
            tx.execute(
                text(
                    "INSERT INTO messages (intake_id, registration_id, event, channel)"
                    " SELECT intake_id, id, 'results_final', 'sms' FROM registrations"
                )
            )
    else:
        assert stage(world) == 0
    assert send(Sender()) == 0
    assert count_of(messages) == 0


def test_an_intake_with_messages_cannot_become_a_rehearsal(world):
    stage(world)
    with pytest.raises(IntegrityError, match="fk_messages_official_intake"), transaction() as tx:
        tx.execute(update(intakes).values(kind="rehearsal"))


def test_a_mail_arrives_with_code_and_warning(world):
    stage_mail(world)
    with running_mail_server() as mail:
        assert send(smtp(mail.port)) == 1
        assert send(smtp(mail.port)) == 0
    (raw,) = mail.taken
    parsed = message_from_string(raw, policy=policy.default)
    body = parsed.get_content()
    assert parsed["To"] == "family@example.vn"
    assert "0000000001" in body
    assert "never ask for money or the secret code" in body
    assert state() == ("email", "sent", None)


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT"])
def test_a_server_that_dies_before_the_words_is_asked_again(world, step):
    stage_mail(world)
    with running_mail_server() as mail:
        mail.dies_at = step
        send(smtp(mail.port))
        assert state() in (("email", "waiting", "not_reached"), ("email", "sent", None))
        mail.dies_at = None
        change(next_attempt_at=text("now()"))
        send(smtp(mail.port))
    assert len(mail.taken) == 1
    assert state() == ("email", "sent", None)


@pytest.mark.parametrize(("step", "arrived"), [("BEFORE_KEEPING", 0), ("END", 1)])
def test_a_server_that_dies_after_the_words_leaves_a_doubt_and_no_second_mail(world, step, arrived):
    stage_mail(world)
    with running_mail_server() as mail:
        mail.dies_at = step
        send(smtp(mail.port))
        mail.dies_at = None
        assert state() == ("email", "in_doubt", "answer_lost")
        assert send(smtp(mail.port)) == 0
    assert len(mail.taken) == arrived


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ({"RCPT": "550 nobody"}, ("email", "dead", "refused")),
        ({"RCPT": "450 later"}, ("email", "waiting", "not_reached")),
        ({"END": "554 no"}, ("email", "dead", "refused")),
    ],
)
def test_a_refusal_is_final_or_not(world, answers, left):
    stage_mail(world)
    with running_mail_server() as mail:
        mail.answers = answers
        assert send(smtp(mail.port)) == 0
    assert mail.taken == []
    assert state() == left


def test_a_worker_killed_while_sending_leaves_a_doubt_only_where_a_repetition_would_be_seen(world):
    stage(world)
    claim_one()
    assert send(Sender()) == 0

    delivering.stage_due(senders={"sms": Sender()}, quiet=NEVER_QUIET)
    assert state() == ("sms", "sending", None)
    change(began_at=datetime.now(UTC) - delivering.ABANDONED - timedelta(seconds=1))
    delivering.stage_due(senders={"sms": Sender()}, quiet=NEVER_QUIET)
    assert state() == ("sms", "in_doubt", "stopped_half_way")

    change(state="sending")
    delivering.stage_due(senders={"sms": Sender(knows_repetitions=True)}, quiet=NEVER_QUIET)
    assert state() == ("sms", "waiting", "stopped_half_way")
    assert count_of(outbox, outbox.c.job == "send_messages") == 1


def test_a_late_worker_changes_nothing_of_a_later_attempt(world):
    stage(world)
    late = claim_one()
    change(state="waiting")
    now = claim_one()
    assert finish_as_sent(late) == 0
    assert state() == ("sms", "sending", None)
    assert finish_as_sent(now) == 1


@pytest.mark.parametrize("meanwhile", ["in_doubt", "waiting"])
def test_a_late_word_that_it_was_sent_is_believed(world, meanwhile):
    """A worker that was only slow, not dead: what it knows ends the doubt, and nobody is told
    twice.
    """
    stage(world)
    slow = claim_one()
    change(state=meanwhile, failure="stopped_half_way", perhaps_told=True)
    assert finish_as_sent(slow) == 1
    assert state() == ("sms", "sent", None)


@pytest.mark.parametrize(
    ("fault", "knows", "left"),
    [
        (PerhapsTaken(), False, "in_doubt"),
        (PerhapsTaken(), True, "waiting"),
        (NotTaken(is_final=True), False, "dead"),
        (NotTaken(is_final=False), False, "waiting"),
    ],
)
def test_what_a_fault_leaves(world, fault, knows, left):
    stage(world)
    sender = Sender(knows_repetitions=knows, fault=fault)
    assert send(sender) == 0
    assert send(sender) == 0  # backed off
    assert len(sender.got) == 1
    assert state()[1] == left


def test_after_the_last_attempt_it_is_dead_and_an_officer_may_try_again(world):
    stage(world)
    sender = Sender(fault=NotTaken(is_final=False))
    for _ in range(delivering.MOST_ATTEMPTS):
        change(next_attempt_at=text("now()"))
        send(sender)
    assert state()[1] == "dead"
    assert state()[2] == "not_reached"
    change(state="waiting", next_attempt_at=text("now()"))
    assert send(Sender()) == 1


def test_nobody_is_woken(world):
    stage(world)
    here = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    before, after = ((here + timedelta(hours=hours)).time() for hours in (-2, 2))
    assert send(Sender(), quiet=QuietHours(before, after)) == 0
    assert send(Sender(), quiet=QuietHours(after, before)) == 1


def test_the_folder_of_a_demonstration_holds_one_file_a_message(world, tmp_path):
    stage(world)
    assert send(FileSender(directory=tmp_path / "out")) == 1
    (written,) = (tmp_path / "out").iterdir()
    assert "0000000001" in written.read_text()
