"""Files of officers with real processes: a worker killed in the middle of an import leaves nothing,
and the next one applies it once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, update

from enrol.adapters.export_files import ExportDirectory
from enrol.adapters.result_letters import LetterOffice
from enrol.adapters.upload_folders import UploadDirectory
from enrol.config import ROOT, Settings
from enrol.services import exporting, uploading
from enrol.store.db import transaction
from enrol.store.tables.children import children
from enrol.store.tables.exchange import exports, imports
from enrol.store.tables.journal import journal
from tests.office_files import office_tables, write_tables
from tests.officers import Officers, add_elsewhere, add_officers
from tests.workers.conftest import Crew, horses_of, is_alive, kill, wait_until
from tests.world import build_world, count_of

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc"),
]
CHILDREN = 200


@pytest.fixture
def officers(app) -> Officers:
    world = build_world()
    return add_officers(world, add_elsewhere(world))


def bring(officers: Officers, folder: Path) -> int:
    row = office_tables()["children"][1] | {"temporary_unit_code": "00070"}
    rows = [
        row | {"pupil_code": f"9{number:09}", "personal_id": f"9012200{number:05}"}
        for number in range(CHILDREN)
    ]
    written = write_tables(folder / "brought", {"children": rows}) / "children.csv"
    return uploading.receive(
        actor=officers.city,
        files={"children.csv": lambda path: path.write_bytes(written.read_bytes())},
        folders=UploadDirectory(directory=folder / "exchange" / "uploads"),
    )


def state_of(table, number: int) -> str:
    with transaction() as tx:
        return tx.execute(select(table.c.state).where(table.c.id == number)).scalar_one()


@contextmanager
def nobody_can_write(settings: Settings) -> Iterator[psycopg.Connection]:
    """Hold the guardians, so that a worker stops in the middle of its import."""
    url = settings.database_url.get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute("LOCK TABLE guardians IN EXCLUSIVE MODE")
        yield watcher
        holder.rollback()


def is_writing(watcher: psycopg.Connection) -> bool:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query ~ 'guardians'"
    )
    row = watcher.execute(query).fetchone()
    return row is not None and row[0] > 0


def test_a_worker_killed_half_way_leaves_nothing_and_the_next_one_applies_it_once(
    officers: Officers, crew: Crew, settings: Settings, tmp_path: Path
):
    import_id = bring(officers, tmp_path)
    crew.relay()
    first = crew.worker("rehearsals")
    wait_until(lambda: state_of(imports, import_id) == "checked", what="a preview")
    assert count_of(children) == 0
    with nobody_can_write(settings) as watcher:
        uploading.order(actor=officers.city, import_id=import_id)
        wait_until(lambda: is_writing(watcher), what="the worker writes guardians")
        (horse,) = horses_of(first.pid)
        kill(first.pid)
        wait_until(lambda: not is_alive(horse), what="the horse dies with its worker")

    assert count_of(children) == 0
    assert state_of(imports, import_id) == "applying"
    with transaction() as tx:  # as if two minutes had passed
        tx.execute(update(imports).values(touched_at=imports.c.touched_at - timedelta(minutes=3)))
    crew.worker("rehearsals")
    wait_until(lambda: state_of(imports, import_id) == "applied", what="the import is applied")

    assert count_of(children) == CHILDREN
    assert count_of(journal, journal.c.action == "import.loaded") == 1


def test_a_list_is_written_by_a_worker_and_can_be_fetched(
    officers: Officers, crew: Crew, tmp_path: Path
):
    export_id = exporting.ask_export(
        actor=officers.city,
        intake_id=1,
        kind="registrations",
        form="xlsx",
        school_id=None,
        language="vi",
    )
    crew.relay()
    crew.worker("rehearsals")
    wait_until(lambda: state_of(exports, export_id) == "done", what="the file is written")

    found = exporting.fetch_export(actor=officers.city, export_id=export_id).export
    files = ExportDirectory(
        directory=tmp_path / "exchange" / "exports",
        translations=ROOT / "enrol" / "translations",
        letters=LetterOffice(name="", name_en="", helpline="", base_url=""),
    )
    assert found.file is not None
    assert files.path_of(name=found.file) is not None
