"""Relay and workers as processes, from the draw to the published pages, with a kill in between."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from enrol.adapters.bundle_files import BundleFiles
from enrol.services import allocating, auditing
from enrol.store.db import transaction
from enrol.store.tables.outbox import outbox
from tests.agreed import ask, confirm, second_officer
from tests.drawn import draw_intake
from tests.workers.conftest import Crew, wait_until

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("app")]


def phase() -> str:
    with transaction() as tx:
        return str(tx.execute(text("SELECT phase FROM intakes")).scalar_one())


def is_drained() -> bool:
    with transaction() as tx:
        query = select(outbox.c.id).where(outbox.c.done_at.is_(None))
        return tx.execute(query).first() is None


def assert_verifies_alone(bundles: Path) -> None:
    """Run the offered verifier on the offered bundle as a stranger would."""
    bundle, verifier = BundleFiles(directory=bundles).offered(intake="HN-L1-2026")
    ran = subprocess.run(
        [sys.executable, "-I", str(verifier.path), str(bundle.path)],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_from_the_draw_to_the_pages(crew: Crew, tmp_path):
    drawn = draw_intake(zones_=3, children_=20, seats=7)
    crew.relay()
    first, _, _ = crew.worker(), crew.worker("messages"), crew.worker("rehearsals")

    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    wait_until(lambda: phase() == "allocated", what="the intake is allocated")
    first.send_signal(signal.SIGKILL)
    crew.worker()
    soon = datetime.now(UTC) + timedelta(seconds=2)
    second = second_officer(intake_id=drawn.intake_id)
    request = ask(officer=drawn.officer, intake_id=drawn.intake_id, publish_at=soon)
    confirm(officer=second, request=request)
    assert phase() == "allocated", "nothing is public before its minute"
    wait_until(lambda: phase() == "provisional", what="the agreed minute")
    wait_until(is_drained, what="the outbox is drained")
    assert_verifies_alone(tmp_path / "bundles")

    current = tmp_path / "results" / "HN-L1-2026" / "current"
    letters = [
        path for path in current.rglob("*.html") if path.parent.name not in ("lists", "wards")
    ]
    assert len(letters) == len(drawn.entries) * 2
    wait_until(lambda: auditing.verify_journal().unsealed == 0, what="the journal is sealed")
    assert auditing.verify_journal().is_whole
