"""What the counter, residence lists and warnings ask of the database begins at an index.

20,000 registrations in 100 zones are enough for PostgreSQL to choose as it does for a city.
"""

import json
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, text

from enrol.services import (
    asking_registry,
    assisting,
    at_counter,
    confirming_homes,
    flagging,
    listing_homes,
)
from enrol.services.assisting import Entry, LooksKnown
from enrol.store.db import db, transaction
from tests.officers import add_elsewhere, add_officers, register_child
from tests.residence_lists import filled, handed_out
from tests.world import add_child, build_world, full_answers

LARGE = {
    "registrations",
    "submissions",
    "children",
    "residences",
    "file_marks",
    "marked_files",
    "flags",
    "residence_answers",
    "drafts",
}

_FILL = """
INSERT INTO units (code, kind, name, name_en, parent_id, valid_from)
SELECT 'U' || n, 'ward', 'W' || n, 'W' || n, 1, date '2025-07-01' FROM generate_series(1, 100) n;
INSERT INTO zones (code, unit_id, name, name_en, valid_from)
SELECT 'Z' || code, id, 'Z', 'Z', date '2025-07-01' FROM units WHERE code LIKE 'U%';
INSERT INTO intake_zones (intake_id, zone_id) SELECT 1, id FROM zones WHERE code LIKE 'ZU%';
INSERT INTO children (pupil_code, full_name, sort_key, search_key, birth_on, sex)
SELECT 'F' || n, 'Lê Văn ' || n, n::text, 'le van ' || n, date '2020-01-01' + n % 366, 'male'
  FROM generate_series(1, 20000) n;
INSERT INTO residences (child_id, kind, source)
SELECT id, 'permanent', 'register' FROM children WHERE pupil_code LIKE 'F%';
INSERT INTO registrations (intake_id, child_id, code, family_code, intake_zone_id, status, wishes,
                           distances, facts, submission_hash, submitted_at)
SELECT 1, c.id, 'AR20260701' || lpad(c.id::text, 6, '0') || 'A', c.id::text,
       (SELECT min(iz.id) FROM intake_zones iz JOIN zones z ON z.id = iz.zone_id
         WHERE z.code LIKE 'ZU%') + c.id % 100,
       'submitted', '{1}', '{-1}', '{"permanent_in_zone": {"value": true, "status": "declared"}}',
       'x', now()
  FROM children c WHERE pupil_code LIKE 'F%';
INSERT INTO submissions (registration_id, version, submission_key, payload, salt, hash,
                         submitted_at)
SELECT r.id, 1, gen_random_uuid(),
       jsonb_build_object(
         'child', jsonb_build_object('full_name', c.full_name, 'birth_on', c.birth_on,
                                     'sex', 'male', 'personal_id', NULL),
         'contact', jsonb_build_object('phone', '+84' || c.id, 'guardian_name', 'X'),
         'residences', '{}'::jsonb)::text,
       '\\x00', 'x', now()
  FROM registrations r JOIN children c ON c.id = r.child_id WHERE pupil_code LIKE 'F%';
INSERT INTO marked_files SELECT id, 1 FROM registrations;
INSERT INTO file_marks
SELECT id, k.kind, md5(k.kind || id), 1, family_code
  FROM registrations, (VALUES ('child'), ('home')) AS k (kind);
INSERT INTO flags (intake_id, unit_id, registration_id, kind, key)
SELECT 1, z.unit_id, r.id, 'id_contradicts', 'sex'
  FROM registrations r JOIN intake_zones iz ON iz.id = r.intake_zone_id
  JOIN zones z ON z.id = iz.zone_id;
INSERT INTO residence_answers (registration_id, fact, version, verdict, source)
SELECT id, 'permanent_in_zone', 1, 'unknown', 'registry' FROM registrations;
INSERT INTO drafts (intake_id, child_id) SELECT 1, child_id FROM registrations;
"""


@pytest.fixture
def city(app, adapters):
    world = build_world()
    officers = add_officers(world, add_elsewhere(world))
    with transaction() as tx:
        for statement in _FILL.split(";\n"):
            if statement.strip():
                tx.execute(text(statement.replace(":", "\\:")))
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return world, officers


@contextmanager
def statements_of():
    """Note what is sent while the block runs."""
    seen: dict[str, object] = {}

    def note(_one, _cursor, statement, values, *_more):
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            seen.setdefault(statement, values)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def read_whole(seen) -> set[str]:
    """Return which large tables a statement reads from end to end."""
    found = set()
    for statement, values in seen.items():
        with transaction() as tx:
            raw = tx.connection.driver_connection
            (plan,) = raw.execute(f"EXPLAIN (FORMAT JSON) {statement}", values).fetchone()
        plan = plan if isinstance(plan, list) else json.loads(plan)
        for node in nodes(plan[0]["Plan"]):
            if node["Node Type"] == "Seq Scan" and node.get("Relation Name") in LARGE:
                found.add(f"{node['Relation Name']}: {' '.join(statement.split())[:200]}")
    return found


def nodes(node):
    yield node
    for below in node.get("Plans", ()):
        yield from nodes(below)


def test_no_statement_of_the_desks_reads_a_large_table_from_end_to_end(city, adapters):
    world, officers = city
    ward, sheets = officers.ward, adapters.residence_sheets
    place = {"intake_id": world.intake_id, "unit_code": "00070"}
    with statements_of() as seen:
        code = register_child(world, number=1, adapters=adapters)
        rows = handed_out(world, actor=ward, adapters=adapters)
        content = filled(rows, **{f"{code}_1": "Đúng"})
        listing_homes.homes_desk(actor=ward, **place)
        list_id = confirming_homes.receive_list(
            actor=ward, name="l.csv", content=content, sheets=sheets, **place
        )
        confirming_homes.list_page(actor=ward, list_id=list_id)
        confirming_homes.apply_list(actor=ward, list_id=list_id)
        asking_registry.registry_desk(actor=ward, registry=Silent(), **place)
        asking_registry.ask_zone(intake_zone_id=world.intake_zone_id, registry=Silent())
        asking_registry.answers_of(actor=ward, code=code)
        flagging.find_flags(intake_zone_id=world.intake_zone_id)
        flagging.flag_page(actor=ward, intake_id=world.intake_id)
        flagging.flag_page(actor=officers.city, intake_id=world.intake_id, after=500)
        flagging.flags_of_file(actor=ward, code=code)
        entered = at_the_counter(world, officers.school, adapters)

    assert entered
    assert len(seen) > 40
    assert read_whole(seen) == set()


def at_the_counter(world, officer, adapters):
    add_child(world, number=2, secrets=adapters.secrets)
    child_id = at_counter.find_child(
        actor=officer, pupil_code="0000000002", birth_on=date(2020, 5, 17)
    )
    at_counter.counter(actor=officer, child_id=child_id, unit_code="00070")
    assert isinstance(enter(world, officer, adapters, None), LooksKnown)
    code = enter(world, officer, adapters, child_id).receipt.lines.code
    return at_counter.printed_receipt(actor=officer, code=code, secrets=adapters.secrets)


def enter(world, officer, adapters, child_id):
    return assisting.register_family(
        actor=officer,
        intake_id=world.intake_id,
        entry=Entry(child_id, full_answers(), "signed", is_another=False),
        secrets=adapters.secrets,
    )


class Silent:
    """A registry that knows nobody."""

    source = "registry"

    def ask(self, *, questions):
        return {}
