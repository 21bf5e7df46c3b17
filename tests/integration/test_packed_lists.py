"""What a run reads packed is what the frozen entries say; what it writes is what the fills say."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update

from enrol.core.model import Entry, Facts
from enrol.core.priority import NEAREST_SCHOOL, rules_to_json
from enrol.core.roll import roll_of
from enrol.core.sealing import entry_bytes, entry_from_json
from enrol.services import allocating
from enrol.store import run_inputs, settlements
from enrol.store.constraints import SeatsExceeded
from enrol.store.db import transaction
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.registrations import frozen_entries
from enrol.store.tables.runs import placements, runs
from tests.drawn import draw_intake, run_ids
from tests.world import build_world

pytestmark = pytest.mark.usefixtures("app")

# The marks between the lines of a column, and what JSON escapes.
NASTY = [
    '"\n"',
    "\n",
    '", "',
    "\\",
    '"',
    "\t",
    "Đ",
    "a",
]
TEXTS = st.lists(st.sampled_from(NASTY), max_size=4).map("".join)
SOME = st.lists(TEXTS, max_size=3, unique=True)


@st.composite
def frozen(draw) -> Entry:
    names = draw(SOME)
    return Entry(
        code="AR" + draw(TEXTS).replace("\n", ""),
        family=draw(TEXTS),
        submission_hash="0" * 64,
        facts=Facts(
            zone=draw(st.none() | TEXTS),
            permanent_in_zone=draw(st.booleans()),
            temporary_in_zone=draw(st.booleans()),
            current_in_zone=draw(st.booleans()),
            sibling_schools=tuple(sorted(draw(SOME))),
            policies=tuple(sorted(draw(SOME))),
            distances=tuple((name, 5) for name in sorted(names)),
        ),
        wishes=tuple(names),
    )


@given(st.lists(frozen(), max_size=5, unique_by=lambda entry: entry.code))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_packed_form_says_what_the_entries_say(app, entries):
    ordered = sorted(entries, key=lambda entry: entry.code)
    with transaction() as tx:
        tx.execute(text("TRUNCATE intakes, units RESTART IDENTITY CASCADE"))
        tx.execute(text("TRUNCATE rule_sets CASCADE"))
    world = build_world()
    with transaction() as tx:
        for position, entry in enumerate(ordered):
            tx.execute(
                insert(frozen_entries).values(
                    intake_id=world.intake_id,
                    code=entry.code,
                    position=position,
                    intake_zone_id=world.intake_zone_id,
                    entry=entry_bytes(entry).decode(),
                )
            )
        packed = run_inputs.zone_roll(tx, intake_zone_id=world.intake_zone_id)

    expected = [
        replace(entry, submission_hash="", facts=replace(entry.facts, distances=()))
        for entry in ordered
    ]
    assert roll_of(packed).entries() == expected


def test_every_zone_of_a_drawn_intake_is_packed_in_code_order():
    draw_intake(zones_=3, children_=20)

    with transaction() as tx:
        for zone_id in tx.execute(select(intake_zones.c.id)).scalars():
            packed = run_inputs.zone_roll(tx, intake_zone_id=zone_id)
            stated = json.loads(run_inputs.zone_entries(tx, intake_zone_id=zone_id))
            entries = [entry_from_json(item) for item in stated]
            roll = roll_of(packed)
            assert roll.codes == [entry.code for entry in entries]
            assert roll.entries() == [
                replace(entry, submission_hash="", facts=replace(entry.facts, distances=()))
                for entry in entries
            ]


def test_a_placement_that_the_fills_do_not_count_is_not_kept(monkeypatch):
    drawn = draw_intake(zones_=1, children_=30, seats=6)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    check = settlements.write_by_school

    def moved_before(tx, *, run_ids, **values):
        (run_id,) = run_ids
        taken = select(placements.c.school_id).where(
            placements.c.run_id == run_id, placements.c.school_id.is_not(None)
        )
        tx.execute(
            update(placements)
            .where(placements.c.run_id == run_id, placements.c.school_id.is_(None))
            .values(school_id=taken.limit(1).scalar_subquery())
        )
        check(tx, run_ids=run_ids, **values)

    monkeypatch.setattr(settlements, "write_by_school", moved_before)
    with pytest.raises(SeatsExceeded):
        allocating.run_zone(run_id=run_ids()[-1])
    with transaction() as tx:
        assert tx.execute(select(placements)).all() == []


def test_rules_that_order_by_distance_take_the_general_way():
    drawn = draw_intake(zones_=1, children_=30, seats=6)
    allocating.start_allocation(actor=drawn.officer, intake_id=drawn.intake_id)
    body = json.dumps(rules_to_json(NEAREST_SCHOOL))
    with transaction() as tx:
        tx.execute(text("ALTER TABLE rule_sets DISABLE TRIGGER USER"))
        tx.execute(text("UPDATE rule_sets SET body = cast(:body AS jsonb)"), {"body": body})
        tx.execute(text("ALTER TABLE rule_sets ENABLE TRIGGER USER"))

    assert allocating.run_zone(run_id=run_ids()[-1]).is_new
    with transaction() as tx:
        assert tx.execute(select(runs.c.state).where(runs.c.state == "done")).all()
