"""Two officers with two lists, a counter and a family at home, two looks for warnings: at once."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from enrol.services import assisting, confirming_homes, flagging, preparing, registering
from enrol.services.assisting import AlreadyLive, Entry
from enrol.store import counter_children, drafts, file_marks, locks, residence_lists, submitting
from enrol.store.constraints import AlreadyRegistered, StoreBusy
from enrol.store.db import transaction
from enrol.store.tables.flags import flags as flag_rows
from enrol.store.tables.registrations import registrations
from enrol.store.tables.reviews import fact_decisions
from tests.officers import add_elsewhere, add_officers, register_child
from tests.residence_lists import filled, handed_out
from tests.world import add_child, build_world, count_of, full_answers, prepare

pytestmark = pytest.mark.race

WAIT = 10


def at_once(app, acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do everything at the same moment; a refusal is an answer."""
    barrier = threading.Barrier(len(acts))

    def do(act: Callable[[], object]) -> object:
        barrier.wait()
        with app.app_context():
            try:
                return act()
            except (AlreadyLive, AlreadyRegistered, StoreBusy) as refusal:
                return refusal

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def two_lists(world, officers, adapters):
    """Two lists about one file that say opposite things; their ids."""
    code = register_child(world, number=1, adapters=adapters)
    rows = handed_out(world, actor=officers.ward, adapters=adapters)
    return [
        confirming_homes.receive_list(
            actor=officers.ward,
            intake_id=world.intake_id,
            unit_code="00070",
            name="list.csv",
            content=filled(rows, **{f"{code}_1": word}),
            sheets=adapters.residence_sheets,
        )
        for word in ("Đúng", "Sai")
    ]


def apply_both(app, officers, two_lists):
    at_once(
        app,
        [
            lambda list_id=list_id, officer=officer: confirming_homes.apply_list(
                actor=officer, list_id=list_id
            )
            for list_id, officer in zip(two_lists, (officers.ward, officers.city), strict=True)
        ],
    )
    with transaction() as tx:
        return list(tx.execute(select(fact_decisions.c.verdict)).scalars())


def test_of_two_lists_one_is_applied_and_the_other_finds_the_file_changed(app, officers, two_lists):
    verdicts = apply_both(app, officers, two_lists)

    assert len(verdicts) == 1
    pages = [confirming_homes.list_page(actor=officers.ward, list_id=one) for one in two_lists]
    assert sorted(row.outcome.value for page in pages for row in page.rows) == ["applied", "stale"]


def test_twin_without_holding_the_files_the_second_overwrites_the_first(
    app, officers, two_lists, monkeypatch
):
    look = residence_lists.standing_of
    both_have_looked = threading.Barrier(2, timeout=WAIT)

    def look_then_wait(tx, **names):
        seen = look(tx, **names | {"hold": False})
        both_have_looked.wait()
        return seen

    monkeypatch.setattr(residence_lists, "standing_of", look_then_wait)

    assert len(apply_both(app, officers, two_lists)) == 2


@pytest.fixture
def counter_and_home(world, officers, adapters):
    """An officer at the counter and the family at home, about to press their buttons."""
    family = add_child(world, number=1, secrets=adapters.secrets)
    prepare(world, family)
    key = preparing.open_desk(actor=family).submission_key
    entry = Entry(family.child_id, full_answers(wishes=("S3",)), "signed", is_another=False)
    return [
        lambda: assisting.register_family(
            actor=officers.ward,
            intake_id=world.intake_id,
            entry=entry,
            secrets=adapters.secrets,
        ),
        lambda: registering.submit_registration(
            actor=family,
            intake_id=world.intake_id,
            submission_key=key,
            secrets=adapters.secrets,
        ),
    ]


def test_counter_and_home_at_once_make_one_registration(app, counter_and_home):
    at_once(app, counter_and_home)

    assert count_of(registrations) == 1


def test_twin_without_lock_and_constraint_the_child_is_doubled(app, counter_and_home, monkeypatch):
    with transaction() as tx:
        tx.execute(text("DROP INDEX uq_registrations_live_child"))
    look, unlocked = submitting.look, drafts.draft_of
    both_have_looked = threading.Barrier(2, timeout=WAIT)

    def look_then_wait(tx, **names):
        seen = look(tx, **names)
        both_have_looked.wait()
        return seen

    def put_nothing(tx, *, intake_id, child_id, answers):
        return unlocked(tx, intake_id=intake_id, child_id=child_id).submission_key

    monkeypatch.setattr(counter_children, "put_draft", put_nothing)
    monkeypatch.setattr(
        drafts, "draft_of", lambda tx, **names: unlocked(tx, **names | {"for_update": False})
    )
    monkeypatch.setattr(submitting, "look", look_then_wait)
    with transaction() as tx:
        tx.execute(text("ALTER TABLE submissions DROP CONSTRAINT uq_submissions_submission_key"))

    try:
        at_once(app, counter_and_home)
        assert count_of(registrations) == 2
    finally:
        with transaction() as tx:
            tx.execute(text("DELETE FROM marked_files"))
            tx.execute(text("TRUNCATE assisted_submissions, submissions, registrations CASCADE"))
            tx.execute(
                text(
                    "CREATE UNIQUE INDEX uq_registrations_live_child"
                    " ON registrations (intake_id, child_id) WHERE status <> 'withdrawn'"
                )
            )
            tx.execute(
                text(
                    "ALTER TABLE submissions"
                    " ADD CONSTRAINT uq_submissions_submission_key UNIQUE (submission_key)"
                )
            )


@pytest.fixture
def pair_in_two_batches(world, adapters, monkeypatch):
    """Two files of one child, each looked at by a worker of its own."""
    for number in (1, 2):
        family = add_child(world, number=number, secrets=adapters.secrets)
        preparing.save_answers(
            actor=family, intake_id=world.intake_id, answers=full_answers(name="Lê Thị An")
        )
        registering.submit_registration(
            actor=family,
            intake_id=world.intake_id,
            submission_key=preparing.open_desk(actor=family).submission_key,
            secrets=adapters.secrets,
        )
    found = file_marks.files_to_mark
    mine = threading.local()
    turns = iter((0, 1))
    lock = threading.Lock()

    def one_each(tx, **names):
        if not hasattr(mine, "turn"):
            with lock:
                mine.turn = next(turns)
        files = found(tx, **names)
        return [file for file in files if file.registration_id % 2 == mine.turn]

    monkeypatch.setattr(file_marks, "files_to_mark", one_each)
    return [lambda: flagging.find_flags(intake_zone_id=world.intake_zone_id)] * 2


def same_children():
    with transaction() as tx:
        query = select(flag_rows.c.registration_id).where(flag_rows.c.kind == "same_child")
        return len(tx.execute(query).all())


def test_two_looks_at_once_find_the_pair(app, pair_in_two_batches):
    at_once(app, pair_in_two_batches)

    assert same_children() == 2


def test_twin_without_the_lock_the_pair_is_missed(app, pair_in_two_batches, monkeypatch):
    both_have_looked = threading.Barrier(2, timeout=WAIT)
    same = file_marks.same_children
    waited = threading.local()

    def look_then_wait(tx, **names):
        seen = same(tx, **names)
        if not hasattr(waited, "once"):
            waited.once = True
            both_have_looked.wait()
        return seen

    monkeypatch.setattr(locks, "lock_flags", lambda _tx, _intake_id: None)
    monkeypatch.setattr(file_marks, "same_children", look_then_wait)

    at_once(app, pair_in_two_batches)

    assert same_children() == 0
