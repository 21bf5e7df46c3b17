"""The bundle that workers offer: verified before, repeatable, kept when it cannot be verified."""

import subprocess
import sys
import zipfile

import pytest
from sqlalchemy import delete, select, text

from enrol.adapters.bundle_files import BundleFiles
from enrol.core.bundle import MEMBERS
from enrol.services import bundling, publishing, relaying
from enrol.services.bundling import BundleDiffers
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from tests.drawn import draw_intake, run_ids
from tests.integration.test_allocating import allocate

INTAKE = "HN-L1-2026"


@pytest.fixture
def files(tmp_path):
    return BundleFiles(directory=tmp_path / "bundles")


@pytest.fixture
def allocated(app):
    drawn = draw_intake(zones_=2, children_=40, seats=10)
    allocate(drawn)
    return drawn


@pytest.fixture
def published(allocated):
    publishing.publish_provisional(actor=allocated.officer, intake_id=allocated.intake_id)
    return allocated


def staged() -> list[int]:
    with transaction() as tx:
        query = select(outbox.c.argument).where(
            outbox.c.job == "publish_bundle", outbox.c.done_at.is_(None)
        )
        return list(tx.execute(query).scalars())


def bundled() -> list[dict[str, str]]:
    with transaction() as tx:
        query = select(journal.c.detail).where(journal.c.action == "intake.bundled")
        return list(tx.execute(query).scalars())


def offer(files) -> None:
    bundling.publish_bundle(run_id=run_ids()[-1], files=files)


def test_publishing_stages_it_and_it_verifies_alone(published, files, tmp_path):
    assert staged() == [run_ids()[-1]]

    offer(files)

    bundle, verifier = files.offered(intake=INTAKE)
    ran = subprocess.run(
        [sys.executable, "-I", str(verifier.path), str(bundle.path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert bundled() == [{"bundle": bundle.sha256, "verifier": verifier.sha256}]
    done = publishing.render_progress(actor=published.officer, intake_id=published.intake_id)
    assert (done.zones_written, done.is_done, done.bundled_at is None) == (0, False, False)


def test_a_repetition_offers_the_same_and_is_told_once(published, files):
    offer(files)
    first = files.offered(intake=INTAKE)
    offer(files)

    assert files.offered(intake=INTAKE) == first
    assert len(bundled()) == 1


def test_what_does_not_verify_is_not_offered_and_the_former_stays(published, files):
    files.publish(intake=INTAKE, members={"former": b"1"})
    former = files.offered(intake=INTAKE)
    with transaction() as tx:
        tx.execute(text("UPDATE cut_offs SET admitted = admitted + 1"))

    with pytest.raises(BundleDiffers):
        offer(files)

    assert files.offered(intake=INTAKE) == former
    assert bundled() == []


def test_neither_before_the_publication_nor_for_a_zone(allocated, files):
    with pytest.raises(WrongPhase):
        offer(files)
    for run_id in (run_ids()[0], 999):
        with pytest.raises(NotFound):
            bundling.publish_bundle(run_id=run_id, files=files)

    assert files.offered(intake=INTAKE) == ()


def test_a_forgotten_bundle_is_found(published, files):
    with transaction() as tx:
        tx.execute(delete(outbox))
    relaying.restage_forgotten()
    assert staged() == [run_ids()[-1]]

    offer(files)
    with transaction() as tx:
        tx.execute(delete(outbox))
    relaying.restage_forgotten()

    assert staged() == []


def test_its_members_are_those_of_the_command(published, files):
    offer(files)

    bundle, _verifier = files.offered(intake=INTAKE)
    built = bundling.build_bundle(intake_code=INTAKE)
    assert list(built.members) == list(MEMBERS)
    with zipfile.ZipFile(bundle.path) as offered:
        assert {name: offered.read(name) for name in offered.namelist()} == built.members
