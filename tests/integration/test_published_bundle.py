"""The bundle that workers offer: verified before, repeatable, kept when it cannot be verified."""

import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import delete, select, text, update

from enrol.adapters.bundle_files import BundleFiles
from enrol.core.bundle import MEMBERS
from enrol.services import bundling, publishing, relaying
from enrol.services.bundling import BundleDiffers
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from tests.agreed import publish
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
    publish(officer=allocated.officer, intake_id=allocated.intake_id)
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


def told(action: str) -> list[dict[str, str]]:
    with transaction() as tx:
        query = select(journal.c.detail).where(journal.c.action == action)
        return list(tx.execute(query).scalars())


def sent(times: int) -> None:
    with transaction() as tx:
        tx.execute(update(outbox).values(attempts=times))


def add_to_cut_offs(number: int) -> None:
    with transaction() as tx:
        tx.execute(text("UPDATE cut_offs SET admitted = admitted + :number"), {"number": number})


def progress(drawn) -> publishing.RenderProgress:
    return publishing.render_progress(actor=drawn.officer, intake_id=drawn.intake_id)


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


def test_what_never_verifies_is_given_up_and_told(published, files):
    add_to_cut_offs(1)
    for times in (1, 2):
        sent(times)
        with pytest.raises(BundleDiffers):
            offer(files)
        assert progress(published).not_bundled_at is None
        assert progress(published).bundle_tries == times

    sent(bundling.MOST_TRIES)
    offer(files)
    offer(files)

    done = progress(published)
    assert done.not_bundled_at is not None
    assert done.bundled_at is None
    assert not done.is_done
    [detail] = told("intake.not_bundled")
    assert detail["difference"]
    assert detail["difference_en"]
    assert files.offered(intake=INTAKE) == ()
    with transaction() as tx:
        tx.execute(delete(outbox))
    relaying.restage_forgotten()
    assert staged() == []


def test_what_was_given_up_is_offered_by_hand_when_it_is_put_right(published, files):
    add_to_cut_offs(1)
    sent(bundling.MOST_TRIES)
    offer(files)
    with pytest.raises(BundleDiffers):
        bundling.offer_bundle(intake_code=INTAKE, files=files)

    add_to_cut_offs(-1)
    bundling.offer_bundle(intake_code=INTAKE, files=files)

    done = progress(published)
    assert done.bundled_at is not None
    assert done.not_bundled_at is None
    assert len(files.offered(intake=INTAKE)) == 2
    assert len(bundled()) == 1


class Meeting:
    """Files that let nobody write before all have computed."""

    def __init__(self, files: BundleFiles, workers: int) -> None:
        self._files, self._barrier = files, Barrier(workers, timeout=60)

    def publish(self, **bundle):
        self._barrier.wait()
        return self._files.publish(**bundle)

    def offered(self, *, intake):
        return self._files.offered(intake=intake)


@pytest.mark.race
def test_several_workers_with_the_same_bundle_harm_nobody(app, published, files):
    """A bundle that takes longer than the relay's patience is made by two workers at once."""
    meeting = Meeting(files, 4)

    def work(_worker):
        with app.app_context():
            offer(meeting)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))

    offered = files.offered(intake=INTAKE)
    assert [file.path.stat().st_size for file in offered] == [file.size for file in offered]
    home = offered[0].path.parents[1]
    assert {path.name for path in home.iterdir()} == {offered[0].path.parent.name, "current"}
    assert len(list(offered[0].path.parent.iterdir())) == 3
    assert bundled() == [{"bundle": offered[0].sha256, "verifier": offered[1].sha256}]
