"""What-ifs: asked within reach, computed by a worker, kept once, never official."""

import pytest
from sqlalchemy import func, select, update

from enrol.core.imagined import imagine_zone
from enrol.core.priority import PRESETS
from enrol.services import comparing, imagining, zone_lists
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.intakes import draws, seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.rehearsals import what_if_changes, what_ifs
from enrol.store.tables.runs import placements, runs
from tests.drawn import draw_intake
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world


@pytest.fixture
def world(app, adapters):
    made = build_world(seats=1)
    for number in range(1, 6):
        register_child(made, number=number, adapters=adapters, wishes=("S1", "S2"))
    return made


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


def ask(world, actor, *, zone="T00070", seats=None, rules=None):
    return imagining.ask_what_if(
        actor=actor, intake_id=world.intake_id, zone=zone, seats=seats or {}, rules=rules
    )


def page(world, actor, what_if_id, after=""):
    return imagining.what_if_page(
        actor=actor, intake_id=world.intake_id, what_if_id=what_if_id, after=after
    )


def count(table):
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_more_seats_take_in_more_children_and_nothing_official_changes(world, officers):
    asked = ask(world, officers.ward, seats={"S1": 3, "S2": 1})
    before = page(world, officers.ward, asked)
    assert (before.what_if.state, before.lines) == ("pending", ())

    assert comparing.compute_what_if(what_if_id=asked)
    found = page(world, officers.ward, asked)

    assert found.what_if.is_done
    assert found.what_if.seats == {"S1": 3}
    assert (found.gained, found.lost) == (2, 0)
    totals = found.what_if.totals_before, found.what_if.totals_after
    assert [(one["seats"], one["seated"], one["unplaced"]) for one in totals] == [
        (3, 2, 3),
        (5, 4, 1),
    ]
    assert found.what_if.before_digest != found.what_if.after_digest
    assert [count(table) for table in (runs, draws, placements)] == [0, 0, 0]
    with transaction() as tx:
        assert set(tx.execute(select(seat_plans.c.seats)).scalars()) == {1, 3}  # S9 has 3
        assert tx.execute(select(what_ifs.c.kind)).scalar_one() == "rehearsal"


def test_the_changes_are_those_of_the_core(world, officers):
    asked = ask(world, officers.city, rules="lottery-only", seats={"S1": 0})
    comparing.compute_what_if(what_if_id=asked)
    with transaction() as tx:
        listed = zone_lists.zone_list(tx, intake_zone_id=world.intake_zone_id)
    other = [
        type(plan)(plan.school, plan.zone, 0 if plan.school == "S1" else plan.seats)
        for plan in listed.plans
    ]

    expected = imagine_zone(
        entries=listed.entries,
        seat_plans=listed.plans,
        rules=listed.rules,
        imagined_plans=other,
        imagined_rules=PRESETS["lottery-only"],
        key=comparing.rehearsal_key(intake_code="HN-L1-2026", what_if_id=asked),
    )

    lines = page(world, officers.city, asked).lines
    assert [(line.code, line.school_before, line.school_after) for line in lines] == [
        (change.code, change.before.school, change.after.school) for change in expected.changes
    ]
    assert lines


def test_computed_twice_it_stands_once(world, officers, monkeypatch):
    asked = ask(world, officers.city, seats={"S1": 4})
    real = comparing.imagine_zone

    def meanwhile(**values):
        monkeypatch.setattr(comparing, "imagine_zone", real)
        assert comparing.compute_what_if(what_if_id=asked)
        return real(**values)

    monkeypatch.setattr(comparing, "imagine_zone", meanwhile)

    assert not comparing.compute_what_if(what_if_id=asked)
    assert not comparing.compute_what_if(what_if_id=asked)
    assert count(what_if_changes) == len(page(world, officers.city, asked).lines) > 0


def test_asking_is_staged_and_both_steps_are_in_the_journal(world, officers):
    asked = ask(world, officers.ward, seats={"S1": 2})
    comparing.compute_what_if(what_if_id=asked)

    with transaction() as tx:
        staged = tx.execute(select(outbox.c.job, outbox.c.argument)).all()
        query = select(journal.c.action, journal.c.actor).where(journal.c.action.like("what_if%"))
        entries = tx.execute(query.order_by(journal.c.id)).all()
    assert ("compute_what_if", asked) in [tuple(row) for row in staged]
    assert [row[0] for row in entries] == ["what_if.asked", "what_if.done"]
    assert entries[0][1] == officers.ward.label


def test_a_frozen_list_is_tried_under_its_hash(app):
    drawn = draw_intake(zones_=2, children_=20, seats=4)
    asked = imagining.ask_what_if(
        actor=drawn.officer,
        intake_id=drawn.intake_id,
        zone=None,
        seats={},
        rules="lottery-only",
    )
    comparing.compute_what_if(what_if_id=asked)

    found = imagining.what_if_page(actor=drawn.officer, intake_id=drawn.intake_id, what_if_id=asked)

    assert found.what_if.list_hash == drawn.list_hash
    assert found.what_if.zones == found.what_if.zones_done == 3
    assert found.what_if.totals_before["entries"] == 40
    assert {line.zone for line in found.lines} == {"Z001", "Z002"}


def test_wards_try_their_own_zones_only(world, officers):
    own = ask(world, officers.ward, seats={"S1": 2})

    for actor, zone in (
        (officers.other_ward, "T00070"),
        (officers.ward, "T00103"),
        (officers.ward, None),
        (officers.school, "T00070"),
        (officers.nobody, "T00070"),
    ):
        with pytest.raises(NotFound):
            ask(world, actor, zone=zone, rules="lottery-only")
    with pytest.raises(NotFound):
        page(world, officers.other_ward, own)
    assert page(world, officers.city, own).what_if.what_if_id == own


def test_a_try_over_all_zones_is_the_citys_alone(world, officers):
    asked = ask(world, officers.city, zone=None, rules="lottery-only")

    with pytest.raises(NotFound):
        page(world, officers.ward, asked)
    benches = [
        imagining.workbench_of(actor=actor, intake_id=world.intake_id)
        for actor in (officers.city, officers.ward, officers.other_ward)
    ]
    assert [len(bench.tried) for bench in benches] == [1, 0, 0]
    assert [[zone.code for zone in bench.zones] for bench in benches] == [
        ["T00070", "T00103"],
        ["T00070"],
        ["T00103"],
    ]


def test_what_cannot_be_tried_is_refused(world, officers):
    with pytest.raises(imagining.NothingImagined):
        ask(world, officers.city, seats={"S1": 1})
    with pytest.raises(imagining.NothingImagined):
        ask(world, officers.city, rules="hanoi-2018")
    with pytest.raises(imagining.SeatsNeedAZone):
        ask(world, officers.city, zone=None, seats={"S1": 2})
    with pytest.raises(imagining.SeatsOutOfRange):
        ask(world, officers.city, seats={"S1": 5_001})
    for wrong in ({"seats": {"S9": 2}}, {"rules": "other"}, {"zone": "T9"}):
        with pytest.raises(NotFound):
            ask(world, officers.city, **wrong)
    with pytest.raises(NotFound):
        comparing.compute_what_if(what_if_id=99)
    assert count(what_ifs) == 0


def test_changes_come_page_by_page(world, officers, monkeypatch):
    monkeypatch.setattr(imagining, "CHANGES_A_PAGE", 2)
    asked = ask(world, officers.city, seats={"S1": 5})
    comparing.compute_what_if(what_if_id=asked)

    first = page(world, officers.city, asked)
    second = page(world, officers.city, asked, after=first.more)

    assert (len(first.lines), len(second.lines), second.more) == (2, 2, None)
    codes = [line.code for line in (*first.lines, *second.lines)]
    assert codes == sorted(set(codes))


def test_the_numbers_are_never_those_of_the_draw(world, officers, monkeypatch):
    asked = ask(world, officers.city, seats={"S1": 2})
    keys = []
    real = comparing.imagine_zone
    monkeypatch.setattr(
        comparing, "imagine_zone", lambda **values: keys.append(values["key"]) or real(**values)
    )
    comparing.compute_what_if(what_if_id=asked)

    assert keys == [comparing.rehearsal_key(intake_code="HN-L1-2026", what_if_id=asked)]


def sent(what_if_id, times):
    """Let the relay have sent it so often."""
    with transaction() as tx:
        tx.execute(update(outbox).where(outbox.c.argument == what_if_id).values(attempts=times))


def killed(**_names):
    raise KeyboardInterrupt


def actions():
    with transaction() as tx:
        query = select(journal.c.action).where(journal.c.action.startswith("what_if."))
        return list(tx.execute(query.order_by(journal.c.id)).scalars())


def test_one_that_dies_every_time_ends_as_failed(world, officers, monkeypatch):
    asked = ask(world, officers.ward, seats={"S1": 3})
    monkeypatch.setattr(comparing, "imagine_zone", killed)
    for times in range(1, comparing.MOST_SENDINGS + 1):
        sent(asked, times)
        with pytest.raises(KeyboardInterrupt):
            comparing.compute_what_if(what_if_id=asked)
        assert page(world, officers.ward, asked).what_if.stage == "running"

    sent(asked, comparing.MOST_SENDINGS + 1)
    assert not comparing.compute_what_if(what_if_id=asked)

    found = page(world, officers.ward, asked)
    assert (found.what_if.stage, found.what_if.is_done, found.lines) == ("failed", True, ())
    assert actions() == ["what_if.asked", "what_if.failed"]


def test_one_that_waited_long_for_a_worker_is_computed(world, officers):
    asked = ask(world, officers.ward, seats={"S1": 3})
    sent(asked, 99)

    assert comparing.compute_what_if(what_if_id=asked)
    assert page(world, officers.ward, asked).what_if.stage == "done"


def test_one_that_cannot_be_read_fails_at_once(world, officers, monkeypatch):
    def unreadable(*_args, **_names):
        raise ValueError

    monkeypatch.setattr(comparing, "zone_list", unreadable)
    asked = ask(world, officers.ward, seats={"S1": 3})

    assert not comparing.compute_what_if(what_if_id=asked)
    assert page(world, officers.ward, asked).what_if.stage == "failed"
    assert not comparing.compute_what_if(what_if_id=asked)
    assert actions() == ["what_if.asked", "what_if.failed"]
