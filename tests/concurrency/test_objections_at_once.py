"""One family on twenty devices objects at the same moment: one objection, one number."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text, update

from enrol.core.actors import Family
from enrol.services import answering_objections, objecting, rating
from enrol.services.answering_objections import AlreadyAnswered
from enrol.store import objections as stored
from enrol.store import ratings, registrations
from enrol.store.constraints import AlreadyObjected
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.objections import objections
from enrol.store.tables.ratings import ratings as rating_rows
from tests.objected import file_one, publish_result
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world, count_of, set_phase

pytestmark = pytest.mark.race

CONNECTIONS = 12
WAIT = 10
ONE_OPEN = (
    "CREATE UNIQUE INDEX uq_objections_open ON objections (intake_id, child_id)"
    " WHERE answered_at IS NULL"
)


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def family(world, officers, adapters):
    register_child(world, number=1, adapters=adapters)
    publish_result(world, officers)
    return Family(child_id=1, secret_version=1)


def press_together(app, family):
    barrier = threading.Barrier(CONNECTIONS)

    def press(_number):
        barrier.wait()
        with app.app_context():
            try:
                return file_one(family)
            except AlreadyObjected as refusal:
                return refusal

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(threads.map(press, range(CONNECTIONS)))


@pytest.fixture
def without_the_lock(monkeypatch):
    """The registration's row lock patched away; nobody writes until all have looked."""
    live_of, open_of = registrations.live_of, stored.open_of
    all_have_looked = threading.Barrier(CONNECTIONS, timeout=WAIT)

    def look_then_wait(tx, **names):
        found = open_of(tx, **names)
        all_have_looked.wait()
        return found

    monkeypatch.setattr(
        registrations, "live_of", lambda tx, **names: live_of(tx, **names | {"for_update": False})
    )
    monkeypatch.setattr(stored, "open_of", look_then_wait)


@pytest.fixture
def without_the_constraint(app):
    with transaction() as tx:
        tx.execute(text("DROP INDEX uq_objections_open"))
    yield
    with transaction() as tx:
        tx.execute(text("DELETE FROM objections"))
        tx.execute(text(ONE_OPEN))


def test_one_objection_stands_and_everybody_is_told_its_number(app, family):
    answers = press_together(app, family)

    assert {answer.reference[-6:] for answer in answers} == {"000001"}
    assert count_of(objections) == 1


def test_the_constraint_alone_keeps_one_and_leaves_no_gap(app, family, without_the_lock):
    answers = press_together(app, family)

    assert sum(isinstance(answer, AlreadyObjected) for answer in answers) == CONNECTIONS - 1
    assert count_of(objections) == 1
    [kept] = objecting.desk_of(actor=family).objections
    assert kept.reference.endswith("-000001")


def test_twin_without_lock_and_constraint_there_are_many(
    app, family, without_the_lock, without_the_constraint
):
    press_together(app, family)

    assert count_of(objections) == CONNECTIONS


def answer_together(app, officers, filed):
    """Two officers press at the same moment; what each is told."""
    barrier = threading.Barrier(2)

    def answer(officer):
        barrier.wait()
        with app.app_context():
            try:
                answering_objections.answer_objection(
                    actor=officer,
                    code=filed.code,
                    objection_id=filed.objection_id,
                    outcome="rejected",
                    reply=officer.full_name,
                )
            except AlreadyAnswered as refusal:
                return refusal

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(answer, (officers.ward, officers.city)))


@pytest.fixture
def both_look_first(monkeypatch):
    """The objection's row lock patched away; nobody answers until both have looked."""
    look = stored.objection_of
    both_have_looked = threading.Barrier(2, timeout=WAIT)

    def look_then_wait(tx, *, objection_id, for_update=False):
        found = look(tx, objection_id=objection_id)
        if for_update:
            both_have_looked.wait()
        return found

    monkeypatch.setattr(stored, "objection_of", look_then_wait)


def answers_journalled():
    return count_of(journal, journal.c.action == "objection.answered")


def test_of_two_officers_one_answers(app, family, officers):
    told = answer_together(app, officers, file_one(family))

    assert sum(isinstance(one, AlreadyAnswered) for one in told) == 1
    with transaction() as tx:
        kept = tx.execute(select(objections.c.answered_by, objections.c.reply)).one()
    winner = officers.ward if told[0] is None else officers.city
    assert tuple(kept) == (winner.staff_id, winner.full_name)
    assert answers_journalled() == 1


def test_the_statement_alone_keeps_the_first_answer(app, family, officers, both_look_first):
    told = answer_together(app, officers, file_one(family))

    assert sum(isinstance(one, AlreadyAnswered) for one in told) == 1
    assert answers_journalled() == 1


def test_twin_without_both_guards_the_second_answer_overwrites_the_first(
    app, family, officers, both_look_first, monkeypatch
):
    def overwrite(tx, *, objection_id, outcome, reply, staff_id, change_id):
        tx.execute(
            update(objections).values(
                answered_at=func.now(), outcome=outcome, reply=reply, answered_by=staff_id
            )
        )
        return True

    monkeypatch.setattr(stored, "answer", overwrite)

    assert answer_together(app, officers, file_one(family)) == [None, None]
    assert answers_journalled() == 2


def rate_together(app, world, family):
    """A family on five devices; how many answers are counted."""
    with transaction() as tx:
        ratings.give_rights(tx, intake_id=world.intake_id)
    set_phase(world, "final")
    barrier = threading.Barrier(5)

    def press(score):
        barrier.wait()
        with app.app_context():
            rating.rate(actor=family, score=score, comment="")

    with ThreadPoolExecutor(5) as threads:
        list(threads.map(press, rating.SCORES))
    with transaction() as tx:
        return tx.execute(select(func.sum(rating_rows.c.answers))).scalar_one()


def test_a_family_on_five_devices_rates_once(app, world, family):
    assert rate_together(app, world, family) == 1


def test_twin_without_the_right_to_use_up_every_press_counts(app, world, family, monkeypatch):
    monkeypatch.setattr(ratings, "use_right", lambda *_arguments, **_names: True)

    assert rate_together(app, world, family) == 5
