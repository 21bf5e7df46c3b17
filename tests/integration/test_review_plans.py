"""The desk never reads the whole city: on many zones, every statement of the queue starts from an
index.
"""

import pytest
from sqlalchemy import event, text

from enrol.core.review import Source, Verdict
from enrol.services.review_queues import Filters, unit_queue
from enrol.services.reviewing_many import ManyStep, do_for_ticked, look_at_ticked
from enrol.store import decisions, review_queue
from enrol.store.db import db, transaction
from enrol.store.review_queue import Wanted
from tests.officers import add_elsewhere, add_officers
from tests.world import build_world

ZONES, CHILDREN = 40, 200

CITY = f"""
INSERT INTO zones (code, unit_id, name, name_en, valid_from)
SELECT 'X' || n, :ward, 'Tuyến', 'Zone', '2025-07-01' FROM generate_series(1, {ZONES}) n;
INSERT INTO intake_zones (intake_id, zone_id)
SELECT :intake, id FROM zones WHERE code LIKE 'X%';
INSERT INTO children (pupil_code, full_name, sort_key, search_key, birth_on, sex)
SELECT 'P' || n, 'Nguyễn Thị Đào ' || n, n::text, 'nguyen thi dao ' || n, '2020-05-17', 'female'
  FROM generate_series(1, {ZONES * CHILDREN}) n;
INSERT INTO registrations (intake_id, child_id, code, family_code, intake_zone_id, status, wishes,
                           distances, facts, submission_hash, submitted_at)
SELECT :intake, c.id, 'AR2026' || lpad(c.id::text, 9, '0'), 'F',
       (SELECT min(id) FROM intake_zones WHERE zone_id IN (SELECT id FROM zones
         WHERE code LIKE 'X%')) + c.id % {ZONES}, 'submitted', ARRAY[:school], ARRAY[100],
       '{{"policies": {{"value": ["x"], "status": "declared", "source": "family"}}}}', 'h', now()
  FROM children c
"""


@pytest.fixture
def city(app):
    """Many zones in the second ward, 200 children in each."""
    world = build_world()
    elsewhere = add_elsewhere(world)
    officers = add_officers(world, elsewhere)
    values = {"ward": elsewhere.ward_id, "intake": world.intake_id, "school": elsewhere.school_id}
    with transaction() as tx:
        for statement in CITY.split(";\n"):
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            tx.execute(text(statement), used)
        move = text("UPDATE zones SET unit_id = :ward WHERE code = 'X1'")
        tx.execute(move, {"ward": world.ward_id})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return world, officers


@pytest.fixture
def plans():
    """Explain every statement about registrations before it runs."""
    seen = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if "registrations" in statement and not statement.startswith("EXPLAIN") and parameters:
            cursor.execute(f"EXPLAIN {statement}", parameters)
            seen.append("\n".join(row[0] for row in cursor.fetchall()))

    event.listen(db.engine, "before_cursor_execute", explain)
    yield seen
    event.remove(db.engine, "before_cursor_execute", explain)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(status=""),
        Filters(status="eligible"),
        Filters(text="dao nguyen"),
        Filters(text="AR2026"),
        Filters(due="overdue"),
        Filters(due="soon"),
        Filters(fact="policies", fact_status="contradicted"),
    ],
)
def test_the_queue_of_a_ward_reads_its_zones_alone(city, plans, filters):
    world, officers = city

    unit_queue(
        actor=officers.city, intake_id=world.intake_id, unit_id=world.ward_id, filters=filters
    )

    assert plans
    for plan in plans:
        assert "Seq Scan on registrations" not in plan, plan
        assert "ix_registrations_zone_code" in plan, plan


def test_the_queue_of_a_school_reads_its_zone_alone(city, plans):
    world, _officers = city
    with transaction() as tx:
        [zone] = review_queue.zones_of_unit(tx, intake_id=world.intake_id, unit_id=world.ward_id)[
            :1
        ]
        for first_only in (True, False):
            wanted = Wanted(school_id=world.schools["S1"], first_only=first_only)
            review_queue.page_of(tx, zone_ids=[zone], wanted=wanted, after="", limit=51)

    assert len(plans) == 2
    assert not any("Seq Scan on registrations" in plan for plan in plans), plans


def test_ticked_files_are_found_by_their_codes(city, plans):
    world, officers = city
    with transaction() as tx:
        codes = list(
            tx.execute(text("SELECT code FROM registrations ORDER BY id LIMIT 50")).scalars()
        )
    ticked = look_at_ticked(
        actor=officers.city, intake_id=world.intake_id, codes=codes, step=ManyStep.ACCEPT
    )
    for step in (ManyStep.VERIFY, ManyStep.ACCEPT):
        done = do_for_ticked(
            actor=officers.city, intake_id=world.intake_id, files=ticked.files, step=step
        )
        assert done == 50

    assert not any("Seq Scan on registrations" in plan for plan in plans), plans


def test_one_decision_finds_its_row(city, plans):
    _world, officers = city
    decision = decisions.Decision(
        1, 1, "policies", Verdict.VERIFIED, "document_shown", Source.OFFICER
    )
    with transaction() as tx:
        assert decisions.record(tx, decision=decision, actor=officers.city)

    assert not any("Seq Scan on registrations" in plan for plan in plans), plans
