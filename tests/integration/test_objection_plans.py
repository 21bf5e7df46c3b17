"""The inbox of objections starts from an index and reads a page, however many objections lie there.

The family's and the file's objections are found by their registration.
"""

from datetime import date

import pytest
from sqlalchemy import event, text

from enrol.services import answering_objections
from enrol.store import objections as stored
from enrol.store.db import db, transaction
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world

MANY = """
INSERT INTO objections (intake_id, unit_id, registration_id, child_id, number, reference, ground,
                        words, due_on, answered_at, outcome)
SELECT :intake, :ward, g.id, g.child_id, n, 'KN-' || n, 'other', 'x',
       CURRENT_DATE - 60 + n / 200, now(), 'withdrawn'
  FROM registrations g, generate_series(1, 12000) n
"""


@pytest.fixture
def city(app, adapters):
    """Twelve thousand answered objections in the second ward, a few in the first."""
    world = build_world()
    elsewhere = add_elsewhere(world)
    officers = add_officers(world, elsewhere)
    register_child(world, number=1, adapters=adapters)
    with transaction() as tx:
        tx.execute(text(MANY), {"intake": world.intake_id, "ward": elsewhere.ward_id})
        few = "UPDATE objections SET unit_id = :ward WHERE number % 500 = 0"
        tx.execute(text(few), {"ward": world.ward_id})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return world, officers


@pytest.fixture
def plans():
    """Explain every statement that reads objections before it runs."""
    seen = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if "FROM objections" in statement and not statement.startswith("EXPLAIN"):
            cursor.execute(f"EXPLAIN {statement}", parameters)
            seen.append("\n".join(row[0] for row in cursor.fetchall()))

    event.listen(db.engine, "before_cursor_execute", explain)
    yield seen
    event.remove(db.engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("show", answering_objections.FILTERS)
@pytest.mark.parametrize("kind", ["city", "ward"])
def test_the_inbox_reads_a_page_from_an_index(city, plans, kind, show):
    world, officers = city

    for after in (None, (date(2026, 1, 1), 50)):
        answering_objections.inbox(
            actor=getattr(officers, kind), intake_id=world.intake_id, show=show, after=after
        )

    assert len(plans) == 2
    for plan in plans:
        assert "Seq Scan on objections" not in plan, plan


def test_a_files_objections_are_found_by_its_registration(city, plans):
    with transaction() as tx:
        stored.open_of(tx, registration_id=1)

    assert plans
    assert not any("Seq Scan on objections" in plan for plan in plans), plans
