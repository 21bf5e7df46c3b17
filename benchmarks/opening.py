"""Measure the opening: ``python -m benchmarks.opening [--drafts N] [--batch N]``.

Starts its own PostgreSQL, writes a city whose families have all ticked "submit it for me", opens
the window and submits, in this one process, what a worker's jobs would. Prints drafts a second and
processor time, and checks that every draft became exactly one registration.
"""

import argparse
import os
import resource
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from sqlalchemy import text

from enrol.config import Settings
from enrol.core.priority import PRESETS, rules_hash, rules_to_json
from enrol.core.sealing import canonical_json
from enrol.embedded import EmbeddedServices
from enrol.factory import create_app
from enrol.services import counting, opening
from enrol.store import schema
from enrol.store.db import db, transaction

ZONES, GROUPS, SCHOOLS = 126, 20, 6
RULES = PRESETS["hanoi-2018"]

_CITY = """
INSERT INTO units (code, kind, name, name_en, valid_from) VALUES ('01', 'city', '-', '-', now());
INSERT INTO units (code, kind, name, name_en, parent_id, valid_from)
  SELECT to_char(n, 'FM00000'), 'ward', 'Phường ' || n, 'Ward ' || n, 1, now()
  FROM generate_series(1, {zones}) n;
INSERT INTO zones (code, unit_id, name, name_en, valid_from)
  SELECT 'T' || code, id, name, name_en, now() FROM units WHERE kind = 'ward';
INSERT INTO residential_groups (unit_id, zone_id, label, sort_key, latitude, longitude)
  SELECT unit_id, id, g::text, g::text, 21.0, 105.8 FROM zones, generate_series(1, {groups}) g;
INSERT INTO schools (code, unit_id, name, name_en, address, latitude, longitude)
  SELECT code || '-' || s, unit_id, code, code, '-', 21.0 + s / 1000.0, 105.8
  FROM zones, generate_series(1, {schools}) s;
INSERT INTO intakes (code, kind, name, name_en, school_year, unit_id, rule_set_id, phase, opens_at,
    closes_at, birth_from, birth_to, public_value_name, public_value_name_en, public_value_on,
    seed_commitment, sealed_seed)
  VALUES ('BENCHMARK', 'official', '-', '-', '2026-2027', 1, 1, 'announced', now() - interval '1s',
    now() + interval '1 day', '2020-01-01', '2020-12-31', '-', '-', now() + interval '9 days',
    repeat('0', 64), 'sealed');
INSERT INTO intake_zones (intake_id, zone_id) SELECT 1, id FROM zones;
INSERT INTO seat_plans (intake_id, intake_zone_id, school_id, seats)
  SELECT 1, intake_zones.id, schools.id, 200 FROM schools JOIN zones USING (unit_id)
  JOIN intake_zones ON zone_id = zones.id;
INSERT INTO children (pupil_code, full_name, sort_key, search_key, birth_on, sex, latitude,
    longitude)
  SELECT to_char(n, 'FM0000000000'), 'Nguyễn Thị Đào ' || n, n, n, '2020-05-17', 'female', 21, 105.8
  FROM generate_series(1, {drafts}) n;
INSERT INTO family_secrets (child_id, secret_hash)
  SELECT id, sha256(pupil_code::bytea) FROM children;
INSERT INTO residences (child_id, kind, unit_id, group_id, address, source)
  SELECT c.id, kind, unit_id, g.id, '12 phố Hàng Bài', 'register' FROM children c
  JOIN residential_groups g ON g.id = 1 + c.id % ({zones} * {groups}),
  (VALUES ('permanent'), ('current')) kinds (kind);
INSERT INTO drafts (intake_id, child_id, submit_for_me, answers)
  SELECT 1, c.id, true, jsonb_build_object(
    'child', jsonb_build_object('full_name', full_name, 'birth_on', '2020-05-17', 'sex', 'female',
      'personal_id', null),
    'permanent', jsonb_build_object('unit', u.code, 'group', g.label, 'address', r.address),
    'temporary', '{{"none": true}}'::jsonb, 'current', '{{"same_as": "permanent"}}'::jsonb,
    'sibling', '{{"school": null}}'::jsonb,
    'contact', '{{"guardian_name": "Trần Văn Bình", "relation": "father",
      "phone": "+84912345678", "email": null}}'::jsonb,
    'zone', 'T' || u.code,
    'wishes', jsonb_build_array('T' || u.code || '-1', 'T' || u.code || '-4'))
  FROM children c JOIN residences r ON r.child_id = c.id AND r.kind = 'permanent'
  JOIN units u ON u.id = r.unit_id JOIN residential_groups g ON g.id = r.group_id;
"""


def main() -> None:
    """Measure once and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, default=160_000)
    parser.add_argument("--batch", type=int, default=opening.AT_ONCE)
    options = parser.parse_args()
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
        }
        _measure(Settings.load(), drafts=options.drafts, batch=options.batch)


def _measure(settings: Settings, *, drafts: int, batch: int) -> None:
    app = create_app(settings, with_pages=False)
    schema.bring_up(app)
    secrets = app.extensions["enrol_adapters"].secrets
    with app.app_context():
        load_ticked_city(drafts)
        processor, began = _processor_seconds(), perf_counter()
        handled = 0
        while done := opening.submit_ticked(intake_id=1, secrets=secrets, at_once=batch):
            handled += done
        seconds = perf_counter() - began
        spent = _processor_seconds() - processor
        began = perf_counter()
        counting.refresh_counters()
        counted = perf_counter() - began
        with transaction() as tx:
            kept = tx.execute(
                text(
                    "SELECT count(*), count(DISTINCT child_id), (SELECT count(*) FROM submissions),"
                    " (SELECT count(*) FROM journal), (SELECT count(*) FROM drafts"
                    " WHERE submit_for_me) FROM registrations"
                )
            ).one()
        db.engine.dispose()
    assert tuple(kept) == (drafts, drafts, drafts, drafts, 0), kept
    print(
        f"{datetime.now(UTC):%Y-%m-%d}: {handled} drafts in batches of {batch}: {seconds:.1f} s,"
        f" {handled / seconds:,.0f} a second, {spent / handled * 1e6:.0f} us of this process each;"
        f" live figures in {counted * 1e3:.0f} ms"
    )


def load_ticked_city(drafts: int) -> None:
    """Write a city whose families have all said everything and ticked; the window is open."""
    with transaction() as tx:
        tx.execute(text("SET LOCAL statement_timeout = 0"))
        tx.execute(
            text("INSERT INTO rule_sets (name, version, body, hash) VALUES (:n, :v, :b, :h)"),
            {
                "n": RULES.name,
                "v": RULES.version,
                "b": canonical_json(rules_to_json(RULES)).decode(),
                "h": rules_hash(RULES),
            },
        )
        raw = tx.connection.driver_connection
        assert raw is not None
        raw.execute(_CITY.format(zones=ZONES, groups=GROUPS, schools=SCHOOLS, drafts=drafts))
    # As autovacuum does within minutes of the days in which families prepare.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
