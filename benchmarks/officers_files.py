"""Measure files of officers: ``python -m benchmarks.officers_files [--children N]``.

Starts its own PostgreSQL, brings a training city through the screen's services (a look, then
applying it), spoils one row in the middle and brings it again, and writes every registration as
XLSX and CSV. Each part runs in a process of its own, whose highest memory is printed.
"""

import argparse
import multiprocessing
import os
import resource
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import text

from enrol.cli.training import load_wards
from enrol.config import Settings
from enrol.core.actors import CITY_OFFICER, Officer, Scope
from enrol.embedded import EmbeddedServices
from enrol.factory import Adapters, create_app
from enrol.services import exporting, loading_uploads, uploading, writing_lists
from enrol.store import schema
from enrol.store.db import transaction
from enrol.training.writing import write_city

OFFICER = Officer(1, "Cán bộ Thành phố", (Scope(CITY_OFFICER, 1, None),))

_REGISTER = """
INSERT INTO registrations (intake_id, child_id, code, family_code, intake_zone_id, status, wishes,
    distances, facts, submission_hash, submitted_at)
SELECT iz.intake_id, c.id, 'AR20260701' || to_char(c.id, 'FM000000') || 'A', 'F' || c.id, iz.id,
    'submitted', ARRAY[s.school_id], ARRAY[100], '{}', repeat('0', 64), now()
  FROM children c
  JOIN residences r ON r.child_id = c.id AND r.kind = 'current'
  JOIN residential_groups g ON g.id = r.group_id
  JOIN intake_zones iz ON iz.zone_id = g.zone_id
  JOIN LATERAL (SELECT school_id FROM seat_plans WHERE intake_zone_id = iz.id LIMIT 1) s ON true"""


def main() -> None:
    """Measure once and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=160_000)
    children: int = parser.parse_args().children
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.chmod(0o711)  # as root, the servers' account has to pass through
        services = stack.enter_context(EmbeddedServices(directory / "var"))
        os.environ |= {
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "ENROL_ENVIRONMENT": "test",
            "ENROL_SESSION_KEY": "s" * 40,
            "ENROL_DATA_KEY": "d" * 40,
            "ENROL_EXCHANGE_DIRECTORY": str(directory / "exchange"),
        }
        opens_at = datetime(2026, 7, 1, tzinfo=UTC)
        wards, real = load_wards(None)
        write_city(
            folder=directory / "city",
            wards=wards,
            boundaries=real,
            children=children,
            seed=7,
            opens_at=opens_at,
            closes_at=opens_at + timedelta(days=3),
        )
        _apart("schema", _prepare)
        _apart("look", lambda adapters: _look(adapters, directory / "city"))
        _apart("apply", _apply)
        _spoil(directory / "city" / "children.csv")
        _apart("look, one bad row", lambda adapters: _look(adapters, directory / "city"))
        _apart("registrations", _register)
        for form in exporting.FORMS:
            _apart(f"export {form}", lambda adapters, form=form: _export(adapters, form))


def _apart(name: str, do: Callable[[Adapters], str]) -> None:
    process = multiprocessing.get_context("fork").Process(target=_measured, args=(name, do))
    process.start()
    process.join()
    assert process.exitcode == 0, name


def _measured(name: str, do: Callable[[Adapters], str]) -> None:
    app = create_app(Settings.load(), with_pages=False)
    began = perf_counter()
    with app.app_context():
        if name == "schema":
            schema.bring_up(app)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        told = do(app.extensions["enrol_adapters"])
    seconds = perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{name}: {seconds:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of this process,"
        f" {used.ru_maxrss // 1024} MB at most ({before // 1024} before). {told}",
        flush=True,
    )


def _prepare(_adapters: Adapters) -> str:
    with transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO units (code, kind, name, name_en, valid_from)"
                " VALUES ('01', 'city', 'Thành phố Hà Nội', 'Hanoi City', '2025-07-01')"
            )
        )
        tx.execute(
            text(
                "INSERT INTO staff (email, full_name, active, fs_uniquifier)"
                " VALUES ('city@example.vn', 'Cán bộ Thành phố', true, 'x')"
            )
        )
        tx.execute(
            text("INSERT INTO scopes (staff_id, role, unit_id) VALUES (1, 'city_officer', 1)")
        )
    return ""


def _look(adapters: Adapters, folder: Path) -> str:
    files = {
        path.name: lambda target, path=path: target.write_bytes(path.read_bytes())
        for path in folder.iterdir()
        if path.name != "staff.csv"
    }
    import_id = uploading.receive(actor=OFFICER, files=files, folders=adapters.uploads)
    loading_uploads.check_import(import_id=import_id, folders=adapters.uploads)
    page = uploading.import_page(actor=OFFICER, import_id=import_id)
    bad = "; ".join(
        f"{fault.file}:{fault.line}: {fault.reason}"
        for fault in page.faults
        if not fault.is_warning
    )
    return f"{page.found.state} {bad}"


def _apply(adapters: Adapters) -> str:
    uploading.order(actor=OFFICER, import_id=1)
    loading_uploads.apply_import(import_id=1, folders=adapters.uploads)
    found = uploading.import_page(actor=OFFICER, import_id=1).found
    written = {line["table"]: line["added"] for line in found.tables}
    return f"{found.state}: {written}"


def _spoil(path: Path) -> None:
    """Give the child in the middle a sex that does not exist."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    middle = len(lines) // 2
    lines[middle] = lines[middle].replace(",male,", ",x,").replace(",female,", ",x,")
    path.write_text("".join(lines), encoding="utf-8")


def _register(_adapters: Adapters) -> str:
    with transaction() as tx:
        tx.execute(text("SET LOCAL statement_timeout = 0"))
        return f"{tx.execute(text(_REGISTER)).rowcount} rows"


def _export(adapters: Adapters, form: str) -> str:
    with transaction() as tx:
        intake_id = tx.execute(text("SELECT id FROM intakes")).scalar_one()
    export_id = exporting.ask_export(
        actor=OFFICER,
        intake_id=intake_id,
        kind="registrations",
        form=form,
        school_id=None,
        language="vi",
    )
    writing_lists.write_export(export_id=export_id, files=adapters.exports)
    made = exporting.export_page(actor=OFFICER, export_id=export_id).export
    return f"{made.rows_done} rows, {(made.size or 0) / 1e6:.1f} MB"


if __name__ == "__main__":
    main()
