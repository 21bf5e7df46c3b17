"""Erasing ended intakes: persons go, evidence stays and verifies as before; breaches are told."""

import csv
import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from enrol.cli import privacy
from enrol.services import auditing, bundling, documenting, erasing, reporting_breaches
from enrol.store import erasing as steps
from enrol.store import journal as journal_store
from enrol.store.db import metadata, transaction
from enrol.store.tables.children import children, family_secrets, guardians, residences
from enrol.store.tables.intakes import publications
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import drafts, registrations, submissions
from enrol.store.tables.reviews import documents
from tests.agreed import publish
from tests.documents import A_PDF
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world, count_of

LONG_AGO = timedelta(days=800)
PERSONAL = (guardians, residences, family_secrets, drafts)


def age(world):
    """Let an intake have ended long ago."""
    with transaction() as tx:  # and nothing else of the intake: it stands in the bundle
        tx.execute(
            text("UPDATE intakes SET phase = 'final' WHERE id = :id"), {"id": world.intake_id}
        )
        tx.execute(update(publications).values(objections_until=datetime.now(UTC) - LONG_AGO))
        tx.execute(update(children).values(created_at=datetime.now(UTC) - LONG_AGO))


def erase(adapters):
    return erasing.erase(documents=adapters.documents, tell=lambda _table, _rows: None)


@pytest.fixture
def ended(app):
    drawn = draw_intake(zones_=1, children_=20, seats=8)
    allocate(drawn)
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    return drawn


def test_persons_go_and_the_bundle_stays_the_same(ended, adapters):
    before = bundling.build_bundle(intake_code="HN-L1-2026")
    age(ended.world)
    with transaction() as tx:
        tx.execute(text("UPDATE intakes SET phase = 'provisional'"))
    assert sum(one.rows for one in erasing.due()) == 0  # not ended: nothing is due
    age(ended.world)

    done = erase(adapters)

    assert done["children"] >= 20
    assert [count_of(table) for table in PERSONAL] == [0, 0, 0, 0]
    with transaction() as tx:
        names = set(tx.execute(select(children.c.full_name)).scalars())
        codes = set(tx.execute(select(registrations.c.code)).scalars())
    assert names == {"–"}
    assert codes == {entry.code for entry in ended.entries}
    with transaction() as tx:
        tx.execute(text("UPDATE intakes SET phase = 'provisional'"))
    after = bundling.build_bundle(intake_code="HN-L1-2026")
    assert after == before
    assert auditing.verify_journal().is_whole


def test_erasing_twice_erases_nothing_more(ended, adapters):
    age(ended.world)
    erase(adapters)
    entries = count_of(journal, journal.c.action == "data.erased")

    assert sum(erase(adapters).values()) == 0
    assert count_of(journal, journal.c.action == "data.erased") == entries


def test_stopped_in_the_middle_it_goes_on(ended, adapters, monkeypatch):
    age(ended.world)
    monkeypatch.setattr(steps, "BATCH", 3)

    def stop(table, rows):
        if table == "children" and rows >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erasing.erase(documents=adapters.documents, tell=stop)
    assert count_of(children, children.c.erased_at.is_not(None)) == 6
    erase(adapters)
    assert count_of(children, children.c.erased_at.is_(None)) == 0


@pytest.fixture
def registered(app, adapters):
    world = build_world()
    officers = add_officers(world, add_elsewhere(world))
    code = register_child(world, number=1, adapters=adapters)
    return world, officers, code


def test_a_child_of_a_running_intake_stays(registered, adapters):
    erase(adapters)

    assert count_of(guardians) == 1
    assert count_of(children, children.c.erased_at.is_not(None)) == 0


def test_evidence_can_be_emptied_by_the_erasing_alone(registered):
    def change(values, *, erasing_on):
        with transaction() as tx:
            if erasing_on:
                tx.execute(text("SET LOCAL enrol.erasing = 'on'"))
            tx.execute(update(submissions).values(values))

    with pytest.raises(IntegrityError):
        change({"payload": "", "salt": b""}, erasing_on=False)
    with pytest.raises(IntegrityError):
        change({"payload": "another"}, erasing_on=True)
    with pytest.raises(IntegrityError):
        change({"payload": "", "salt": b"", "hash": "0" * 64}, erasing_on=True)
    change({"payload": "", "salt": b""}, erasing_on=True)


def test_documents_and_files_without_a_row_leave_the_disk(registered, adapters, app):
    from tests.objected import publish_result

    world, officers, code = registered
    documenting.hand_in_at_desk(
        actor=officers.ward, code=code, about="residence", data=A_PDF, store=adapters.documents
    )
    directory = app.extensions["enrol_settings"].documents_directory
    orphan = directory / ("0" * 32)
    orphan.write_bytes(b"left behind")
    os.utime(orphan, (time.time() - 200_000,) * 2)
    publish_result(world, officers)
    age(world)
    assert len(list(directory.iterdir())) == 2

    done = erase(adapters)

    assert done["documents"] == 1
    assert done["files without a row"] == 1
    assert list(directory.iterdir()) == []
    assert count_of(documents) == 0


def test_every_table_about_a_child_is_in_the_plan_or_kept_for_a_reason():
    kept = {
        "registrations",  # codes behind the verifiable results
        "assisted_submissions",  # who entered it, how the family agreed
        "zone_transfers",  # evidence, codes only
        "marked_files",  # which version was looked at
        "flags",  # codes of warnings, words of a list
        "rating_rights",  # a number
        "estimates",  # chances, numbers only
        "corrections",  # evidence, codes only
        "seat_answers",  # evidence: words of a list and dates
        "class_places",  # which class, a number
        "held_seats",  # which school, places in numbers
        "messages",  # that it was told, when and how; no address, no words
    }
    about = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in ("children", "registrations")
    }
    planned = {step.table for step in steps.STEPS}
    assert about - planned - kept == set()


def test_the_report_of_a_breach_names_codes_and_no_more_than_asked(registered, adapters):
    _world, officers, code = registered
    with transaction() as tx:
        journal_store.record(tx, actor=officers.ward, action="file.read", subject=code)
        journal_store.record(
            tx,
            actor=officers.city,
            action="roll.read",
            subject="S1",
            detail={"codes": [code, "=X"]},
        )
        journal_store.record(tx, actor=officers.ward, action="file.moved", subject=code)
    now = datetime.now(UTC)

    def rows(**wanted):
        given = {
            "since": now - timedelta(hours=1),
            "until": now + timedelta(hours=1),
            "officers": (),
            "with_contact": False,
        } | wanted
        with reporting_breaches.breach_rows(**given) as found:
            return list(found)

    plain = rows()
    column = reporting_breaches.COLUMNS.index("code")
    read = [row for row in plain if row[3] in ("file.read", "roll.read")]
    assert sorted(row[column] for row in read) == ["'=X", code, code]
    assert not any("+84912345678" in cell or "Trần" in cell for row in plain for cell in row)
    [own] = rows(officers=("ward@example.vn",), with_contact=True)
    assert own[column] == code
    assert "Trần Văn Bình" in own
    assert rows(until=now - timedelta(minutes=30)) == []


def test_commands_say_what_is_wrong(tmp_path):
    from click.testing import CliRunner

    for arguments in ([], ["--dry-run", "--apply"]):
        assert CliRunner().invoke(privacy.erase, arguments).exit_code == 2
    taken = tmp_path / "x.csv"
    taken.write_text("kept")
    given = ["--since", "2026-07-01", "--until", "2026-07-02", "--out", str(taken)]
    assert CliRunner().invoke(privacy.breach_report, given).exit_code == 2
    assert taken.read_text() == "kept"


def test_the_commands_dry_run_and_write(registered, adapters, app, monkeypatch, tmp_path):
    from contextlib import contextmanager

    from click.testing import CliRunner

    @contextmanager
    def here():
        yield app

    monkeypatch.setattr(privacy, "application", here)
    told = CliRunner().invoke(privacy.erase, ["--dry-run"])
    assert told.exit_code == 0
    assert "nothing was changed" in told.output
    out = tmp_path / "breach.csv"
    given = ["--since", "2026-01-01", "--until", "2100-01-01", "--contact", "--out", str(out)]
    assert CliRunner().invoke(privacy.breach_report, given).exit_code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        heading = next(csv.reader(file))
    assert heading == [*reporting_breaches.COLUMNS, *reporting_breaches.CONTACT]
    assert out.stat().st_mode & 0o777 == 0o600
    with transaction() as tx:
        count = select(func.count()).where(journal.c.action == "breach.reported")
        assert tx.execute(count).scalar_one() == 1
