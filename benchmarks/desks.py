"""Measure the officers' desks: ``python -m benchmarks.desks [--registrations N] [--plans FILE]``.

Starts its own PostgreSQL and Valkey, writes a city of registrations, signs an officer of a school,
of a ward and of the city in, and opens every page many times with other files, filters and words.
Prints the server's milliseconds (median and 95 %) a page, and how PostgreSQL answers every
statement behind it: a plan that reads all registrations is named; the command then ends with 1.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from unicodedata import normalize

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import text
from werkzeug.test import TestResponse

from benchmarks.desk_pages import PAGES, Sample
from benchmarks.desk_plans import Watched, plans_of
from benchmarks.opening import load_ticked_city
from enrol.config import Settings
from enrol.embedded import EmbeddedServices
from enrol.factory import create_app
from enrol.services import counting, opening
from enrol.store import schema
from enrol.store.db import db, transaction

LIMIT_MS = 300.0
PASSWORD = "bảy con vịt qua cầu"
SIGN_IN = "/can-bo/dang-nhap"
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ")
_FAMILY_KEYS = ("nguyen", "tran", "le", "pham", "hoang", "phan", "vu", "dang", "bui", "do")
_GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Khánh", "Linh", "Minh", "Ngọc", "Tú")
_GIVEN_KEYS = ("an", "binh", "chau", "dung", "giang", "ha", "khanh", "linh", "minh", "ngoc", "tu")


@dataclass
class Measured:
    """Milliseconds of one page's requests, the statuses it answered with, and its statements."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    statements: list[Watched] = field(default_factory=list)

    def share(self, part: float) -> float:
        """Return the time below which this part of the requests stayed."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def main() -> int:
    """Measure once and print it; 1 when a page is too slow or a plan reads all registrations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registrations", type=int, default=160_000)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--plans", type=Path, help="write the plans there")
    options = parser.parse_args()
    with _application() as app:
        _load(app, options.registrations)
        sample = _sample()
        measured = {
            page.name: _measure(app, page.who, page.addresses(sample, options.times))
            for page in PAGES
        }
        wrong, plans = [], []
        for name, found in measured.items():
            told = plans_of(found.statements)
            plans.append(f"# {name}\n\n" + "\n".join(plan.text for plan in told))
            wrong += [f"{name}: {plan.statement}" for plan in told if plan.reads_everything]
        db.engine.dispose()
    _print(measured)
    for line in wrong:
        print("reads all registrations:", line)
    if options.plans:
        options.plans.write_text("\n\n".join(plans), encoding="utf-8")
    slow = [name for name, found in measured.items() if found.share(0.95) > LIMIT_MS]
    return 1 if wrong or slow else 0


@contextmanager
def _application() -> Iterator[Flask]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.chmod(0o711)  # as root, the servers' account has to pass through
        services = stack.enter_context(EmbeddedServices(directory / "var"))
        os.environ |= {
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "ENROL_ENVIRONMENT": "test",
            "ENROL_BASE_URL": "https://localhost",
            "ENROL_SESSION_KEY": "s" * 40,
            "ENROL_DATA_KEY": "d" * 40,
            "ENROL_BUNDLES_DIRECTORY": str(directory / "bundles"),
            "ENROL_RESULTS_DIRECTORY": str(directory / "results"),
        }
        app = create_app(Settings.load())
        schema.bring_up(app)
        with app.app_context():
            yield app


def _load(app: Flask, registrations: int) -> None:
    load_ticked_city(registrations)
    secrets = app.extensions["enrol_adapters"].secrets
    while opening.submit_ticked(intake_id=1, secrets=secrets):
        pass
    with transaction() as tx:
        tx.execute(text("SET LOCAL statement_timeout = 0"))
        tx.execute(
            text(_NAMED),
            {
                "family": list(_FAMILY),
                "family_keys": list(_FAMILY_KEYS),
                "given": list(_GIVEN),
                "given_keys": list(_GIVEN_KEYS),
            },
        )
        tx.execute(text(_STAFF), {"password": hash_password(normalize("NFKD", PASSWORD))})
    counting.refresh_counters()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


_NAMED = """
UPDATE children SET
  full_name = (cast(:family AS text[]))[1 + id % 10] || ' Thị '
    || (cast(:given AS text[]))[1 + id % 11],
  search_key = (cast(:family_keys AS text[]))[1 + id % 10] || ' thi '
    || (cast(:given_keys AS text[]))[1 + id % 11]"""

_STAFF = """
WITH made AS (
  INSERT INTO staff (email, full_name, active, fs_uniquifier, password)
  SELECT who || '@example.vn', 'Cán bộ', true, who, :password
    FROM unnest(ARRAY['school', 'ward', 'city']) AS who RETURNING id, fs_uniquifier
)
INSERT INTO scopes (staff_id, role, unit_id, school_id)
SELECT id, fs_uniquifier || '_officer',
       CASE fs_uniquifier WHEN 'city' THEN 1
                          WHEN 'ward' THEN (SELECT unit_id FROM schools ORDER BY id LIMIT 1) END,
       CASE fs_uniquifier WHEN 'school' THEN (SELECT id FROM schools ORDER BY id LIMIT 1) END
  FROM made"""


def _sample() -> Sample:
    with transaction() as tx:
        school_id, unit_id = tx.execute(
            text("SELECT id, unit_id FROM schools ORDER BY id LIMIT 1")
        ).one()
        codes = tx.execute(
            text("SELECT code FROM registrations WHERE wishes[1] = :id ORDER BY code LIMIT 200"),
            {"id": school_id},
        ).scalars()
        return Sample(intake_id=1, school_id=school_id, unit_id=unit_id, codes=list(codes))


def _measure(app: Flask, who: str, addresses: list[str]) -> Measured:
    client = _signed_in(app, who)
    found = Measured()
    _ask(client, addresses[0])  # templates are compiled
    with Watched.watching(db.engine, into=found.statements):
        _ask(client, addresses[0])
    for address in addresses:
        began = perf_counter()
        answer = _ask(client, address)
        found.milliseconds.append((perf_counter() - began) * 1000)
        found.statuses.add(answer.status_code)
    return found


def _ask(
    client: FlaskClient, address: str, *, method: str = "GET", data: dict[str, str] | None = None
) -> TestResponse:
    # In a context of its own, as in a server: what ``g`` keeps is kept for one request.
    return Context().run(
        client.open, address, method=method, data=data, base_url="https://localhost"
    )


def _signed_in(app: Flask, who: str) -> FlaskClient:
    client = app.test_client()
    page = _ask(client, SIGN_IN).get_data(as_text=True)
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[-1]
    told = {"email": f"{who}@example.vn", "password": PASSWORD, "csrf_token": token}
    answer = _ask(client, SIGN_IN, method="POST", data=told)
    if answer.status_code not in (302, 303):
        raise RuntimeError(f"{who} cannot sign in: {answer.status_code}")
    return client


def _print(measured: dict[str, Measured]) -> None:
    print(f"{'page':34} {'median':>8} {'95 %':>8}  answers")
    for name, found in measured.items():
        answers = ", ".join(map(str, sorted(found.statuses)))
        print(f"{name:34} {found.share(0.5):8.1f} {found.share(0.95):8.1f}  {answers}")


if __name__ == "__main__":
    sys.exit(main())
