"""The journal's chain: batches, order, and what a walk says after an alteration in the database."""

import pytest
from flask import Flask
from sqlalchemy import text

from enrol.core.actors import System
from enrol.services import auditing
from enrol.store import journal
from enrol.store.db import transaction

pytestmark = pytest.mark.usefixtures("app")


def record(*, count: int) -> None:
    with transaction() as tx:
        for place in range(count):
            journal.record(
                tx, actor=System(), action="tried", subject=str(place), detail={"tên": "Đào"}
            )


def tamper(*statements: str) -> None:
    """Change the journal as the owner of its tables can: with its triggers off."""
    with transaction() as tx:
        for table in ("journal", "journal_seals"):
            tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            tx.execute(text(statement))
        for table in ("journal", "journal_seals"):
            tx.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def test_nothing_to_seal_makes_no_seal() -> None:
    assert auditing.seal_journal() == 0
    assert auditing.verify_journal().seals == 0


def test_batches_form_one_chain_that_verifies() -> None:
    record(count=5)

    sizes = [auditing.seal_journal(limit=2) for _ in range(4)]
    record(count=1)
    report = auditing.verify_journal()

    assert sizes == [2, 2, 1, 0]
    assert report.is_whole
    assert (report.seals, report.entries, report.unsealed) == (3, 5, 1)
    assert len(report.head) == 64


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE journal SET actor = 'staff:9' WHERE id = 4", "altered"),
        ('UPDATE journal SET detail = \'{"tên": "Đá"}\' WHERE id = 4', "altered"),
        ("UPDATE journal SET at = at - interval '1 us' WHERE id = 4", "altered"),
        ("DELETE FROM journal WHERE id = 3", "missing"),
    ],
)
def test_an_altered_entry_is_named(change: str, reason: str) -> None:
    record(count=6)
    while auditing.seal_journal(limit=3):
        pass

    tamper(change, "UPDATE journal SET subject = 'later' WHERE id = 6")
    report = auditing.verify_journal()

    assert report.fault is not None
    if reason == "missing":
        assert (report.fault.seal, report.fault.entry_id) == (1, None)
    else:
        assert (report.fault.seal, report.fault.entry_id) == (2, 4)
    assert reason in report.fault.reason


def test_an_entry_missing_in_the_middle_is_named_by_the_next() -> None:
    record(count=4)
    auditing.seal_journal()

    tamper("DELETE FROM journal WHERE id = 2")
    fault = auditing.verify_journal().fault

    assert fault is not None
    assert fault.entry_id == 3
    assert "missing" in fault.reason


def test_an_entry_smuggled_into_a_sealed_batch_is_named() -> None:
    record(count=2)
    auditing.seal_journal()

    tamper("INSERT INTO journal (actor, action, seal) VALUES ('system', 'never.happened', 1)")
    fault = auditing.verify_journal().fault

    assert fault is not None
    assert (fault.seal, fault.entry_id) == (1, 3)


def test_a_seal_taken_out_or_rewritten_breaks_the_chain() -> None:
    record(count=3)
    while auditing.seal_journal(limit=1):
        pass

    tamper("UPDATE journal_seals SET previous = decode(repeat('00', 32), 'hex') WHERE number = 3")
    rewritten = auditing.verify_journal().fault
    tamper("DELETE FROM journal WHERE seal = 2", "DELETE FROM journal_seals WHERE number = 2")
    removed = auditing.verify_journal().fault

    assert rewritten is not None
    assert rewritten.seal == 3
    assert removed is not None
    assert "seal 2 is missing" in removed.reason


def test_the_application_itself_cannot_change_an_entry(app: Flask) -> None:
    record(count=1)
    auditing.seal_journal()

    with pytest.raises(Exception, match="never changed"), transaction() as tx:
        tx.execute(text("UPDATE journal SET actor = 'staff:9'"))
