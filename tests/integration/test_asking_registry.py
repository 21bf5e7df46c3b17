"""The residence registry: asked by workers, believed when it confirms, never waited for."""

import pytest
from sqlalchemy import select, text

from enrol.adapters.residence_registries import CsvRegistry, HttpRegistry
from enrol.core.residence_lists import Answer
from enrol.services import asking_registry
from enrol.services.asking_registry import Resting
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.registrations import registrations
from tests.officers import add_elsewhere, add_officers, register_child
from tests.registry_stub import running_registry
from tests.world import build_world, set_phase


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def stub():
    with running_registry() as running:
        yield running


def http(stub):
    return HttpRegistry(url=stub.address, token="geheim", timeout_seconds=0.5)


def ask(world, registry):
    return asking_registry.ask_zone(intake_zone_id=world.intake_zone_id, registry=registry)


def facts_of(code):
    with transaction() as tx:
        query = select(registrations.c.facts).where(registrations.c.code == code)
        facts = tx.execute(query).scalar_one()
    return {name: (fact["status"], fact.get("decided_by")) for name, fact in facts.items()}


def answers(officer, code):
    found = asking_registry.answers_of(actor=officer, code=code)
    return {(one.fact, one.answer, one.source, one.is_current) for one in found}


def test_a_match_is_recorded_and_a_mismatch_stays_for_an_officer(world, officers, adapters, stub):
    code = register_child(world, number=1, adapters=adapters)
    stub.verdicts = {
        ("0000000001", "permanent"): "match",
        ("0000000001", "current"): "mismatch",
    }

    assert ask(world, http(stub)) == 1
    assert ask(world, http(stub)) == 0, "nobody is asked about twice"

    facts = facts_of(code)
    assert facts["permanent_in_zone"] == ("verified", "registry")
    assert facts["current_in_zone"] == ("declared", None)
    assert answers(officers.ward, code) == {
        ("permanent_in_zone", Answer.MATCH, "registry", True),
        ("current_in_zone", Answer.MISMATCH, "registry", True),
    }
    assert stub.tokens == ["Bearer geheim"]
    assert set(stub.asked[0]["residences"]) == {"permanent", "current"}
    with transaction() as tx:
        told = select(journal.c.actor, journal.c.detail).where(journal.c.action == "fact.verified")
        [(actor, detail)] = tx.execute(told).all()
    assert actor == "system"
    assert detail == {"fact": "permanent_in_zone", "source": "registry"}


@pytest.mark.parametrize("mode", ["fails", "nonsense", "slow", "redirects"])
def test_without_a_good_answer_the_file_stays_for_a_check_by_hand(world, adapters, stub, mode):
    code = register_child(world, number=1, adapters=adapters)
    stub.mode = mode

    with pytest.raises(ConnectionError):
        ask(world, http(stub))

    assert facts_of(code)["permanent_in_zone"] == ("declared", None)
    stub.mode = "answers"
    assert ask(world, http(stub)) == 1, "the queue asks again and finds everything still to ask"


def test_a_registry_that_is_not_there_is_no_connection(world, adapters):
    register_child(world, number=1, adapters=adapters)
    nobody = HttpRegistry(url="http://127.0.0.1:9", token=None, timeout_seconds=0.5)

    with pytest.raises(ConnectionError):
        ask(world, nobody)


def test_after_three_failures_it_is_left_in_peace(world, adapters, stub):
    register_child(world, number=1, adapters=adapters)
    stub.mode = "fails"
    for _ in range(3):
        with pytest.raises(ConnectionError):
            ask(world, http(stub))
    asked = len(stub.asked)

    with pytest.raises(Resting):
        ask(world, http(stub))

    assert len(stub.asked) == asked
    with transaction() as tx:
        tx.execute(text("UPDATE registry_rests SET rests_until = rests_until - interval '2 min'"))
    stub.mode = "answers"
    assert ask(world, http(stub)) == 1
    with transaction() as tx:
        assert tx.execute(text("SELECT * FROM registry_rests")).all() == []


def test_no_registry_is_nothing_to_do(world, adapters):
    register_child(world, number=1, adapters=adapters)

    assert ask(world, None) == 0


def test_a_frozen_list_keeps_the_answer_and_changes_no_fact(world, officers, adapters, stub):
    code = register_child(world, number=1, adapters=adapters)
    stub.verdicts = {("0000000001", "permanent"): "match"}
    set_phase(world, "closed")

    ask(world, http(stub))

    assert facts_of(code)["permanent_in_zone"] == ("declared", None)
    assert ("permanent_in_zone", Answer.MATCH, "registry", True) in answers(officers.ward, code)


def test_an_officer_lets_a_worker_ask_about_the_own_ward(world, officers, adapters, stub):
    register_child(world, number=1, adapters=adapters)
    registry = http(stub)

    def desk(actor):
        return asking_registry.registry_desk(
            actor=actor, intake_id=world.intake_id, unit_code="00070", registry=registry
        )

    assert (desk(officers.ward).to_ask_about, desk(officers.ward).zones_waiting) == (1, 0)
    for _ in range(2):
        asking_registry.ask_for_ward(
            actor=officers.ward, intake_id=world.intake_id, unit_code="00070"
        )

    assert desk(officers.ward).zones_waiting == 1
    with transaction() as tx:
        query = select(outbox.c.job, outbox.c.argument)
        assert tx.execute(query.where(outbox.c.job == "ask_residences")).all() == [
            ("ask_residences", world.intake_zone_id)
        ]
    assert stub.asked == []
    for stranger in (officers.other_ward, officers.school):
        with pytest.raises(NotFound):
            desk(stranger)
        with pytest.raises(NotFound):
            asking_registry.ask_for_ward(
                actor=stranger, intake_id=world.intake_id, unit_code="00070"
            )


def test_a_table_is_a_registry_too(world, officers, adapters, tmp_path):
    code = register_child(world, number=1, adapters=adapters)
    table = tmp_path / "homes.csv"
    with transaction() as tx:
        tx.execute(text("UPDATE children SET personal_id = '901320000001'"))
    with pytest.raises(ConnectionError):
        ask(world, CsvRegistry(path=table))
    table.write_text(
        "personal_id,kind,unit,group,address\n"
        "901320000001,permanent,00070,16a,12 phố Hàng Bài\n"
        "901320000001,current,00071,16A,12 phố Hàng Bài\n",
        encoding="utf-8",
    )

    ask(world, CsvRegistry(path=table))

    assert facts_of(code)["permanent_in_zone"] == ("verified", "registry")
    assert answers(officers.ward, code) == {
        ("permanent_in_zone", Answer.MATCH, "registry_table", True),
        ("current_in_zone", Answer.MISMATCH, "registry_table", True),
    }
