"""``enrol bundle`` and ``enrol verify-journal`` as an operator runs them."""

import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from enrol.cli import bundle as bundle_command
from enrol.cli import journal as journal_command
from enrol.core.bundle import MEMBERS
from enrol.services import auditing
from enrol.store.db import transaction
from tests.agreed import publish
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate


@pytest.fixture
def run(app, monkeypatch):
    """Run a command on the test's application."""

    @contextmanager
    def here():
        yield app

    monkeypatch.setattr(bundle_command, "application", here)
    monkeypatch.setattr(journal_command, "application", here)
    return CliRunner().invoke


@pytest.fixture
def published(app):
    drawn = draw_intake(zones_=2, children_=40, seats=10)
    allocate(drawn)
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    return drawn


def make(run, path: Path, *options: str):
    return run(bundle_command.bundle, ["HN-L1-2026", "--out", str(path), *options])


def test_the_bundle_verifies_with_nothing_but_python(run, published, tmp_path):
    made = make(run, tmp_path / "B.zip", "--verifier")
    checked = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify.pyz"), str(tmp_path / "B.zip")],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )

    assert made.exit_code == 0, made.output
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert zipfile.ZipFile(tmp_path / "B.zip").namelist() == list(MEMBERS)


def test_the_same_outcome_gives_the_same_bytes(run, published, tmp_path):
    make(run, tmp_path / "one.zip")
    make(run, tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_an_unpublished_or_unknown_intake_has_no_bundle(run, app, tmp_path):
    drawn = draw_intake(zones_=1, children_=5)
    allocate(drawn)

    early = make(run, tmp_path / "B.zip")
    unknown = run(bundle_command.bundle, ["nothing", "--out", str(tmp_path / "B.zip")])

    assert early.exit_code == 1
    assert "not published" in early.output
    assert unknown.exit_code == 1
    assert "nothing" in unknown.output
    assert not (tmp_path / "B.zip").exists()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE placements SET band = 4 WHERE code = (SELECT min(code) FROM placements)",
        "UPDATE cut_offs SET admitted = admitted + 1",
        "UPDATE seat_plans SET seats = seats + 1",
        "UPDATE intakes SET seed_commitment = repeat('0', 64)",
    ],
)
def test_a_stored_outcome_that_does_not_follow_is_not_given_out(run, published, tmp_path, change):
    with transaction() as tx:
        tx.execute(text(change))

    made = make(run, tmp_path / "B.zip")

    assert made.exit_code == 1
    assert "does not follow" in made.output
    assert not (tmp_path / "B.zip").exists()


def test_the_journal_of_a_whole_season_is_whole(run, published):
    while auditing.seal_journal(limit=2):
        pass
    head = auditing.verify_journal().head

    whole = run(journal_command.verify_journal, ["--head", head.upper()])
    rewritten = run(journal_command.verify_journal, ["--head", "0" * 64])

    assert whole.exit_code == 0
    assert "whole" in whole.output
    assert rewritten.exit_code == 1


def test_an_altered_journal_is_told_with_its_entry(run, published):
    while auditing.seal_journal(limit=2):
        pass
    with transaction() as tx:
        tx.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        tx.execute(text("UPDATE journal SET actor = 'staff:99' WHERE id = 3"))
        tx.execute(text("ALTER TABLE journal ENABLE TRIGGER USER"))

    told = run(journal_command.verify_journal, [])

    assert told.exit_code == 1
    assert "entry 3" in told.output


def test_publishing_by_hand_offers_both_files(run, app, published):
    files = app.extensions["enrol_adapters"].bundles
    assert files.offered(intake="HN-L1-2026") == ()

    done = run(bundle_command.bundle, ["HN-L1-2026", "--publish"])

    bundle, verifier = files.offered(intake="HN-L1-2026")
    assert done.exit_code == 0, done.output
    for file in (bundle, verifier):
        assert f"{file.name} is on the page of the draw, SHA-256 {file.sha256}" in done.output
    checked = subprocess.run(
        [sys.executable, "-I", str(verifier.path), str(bundle.path)], capture_output=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
