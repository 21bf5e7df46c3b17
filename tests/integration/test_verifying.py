"""Verdicts on facts: what counts afterwards, who may give them, and what outlives a new
submission."""

import pytest
from sqlalchemy import select, update

from enrol.core.actors import Family
from enrol.core.review import Source, Status, Verdict
from enrol.services import inspecting, preparing, registering, verifying, zone_lists
from enrol.services.files_in_charge import FileChanged, ListFrozen
from enrol.services.live_entries import EntryReader
from enrol.services.refusals import NotFound
from enrol.services.verifying import Finding, NotADecision
from enrol.store import decisions, frozen_entries
from enrol.store.db import transaction
from enrol.store.decisions import Decision
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import registrations
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world, full_answers, set_phase

NOT_RESIDENT = Finding("permanent_in_zone", Verdict.CONTRADICTED, "not_resident")
SEEN = Finding("current_in_zone", Verdict.VERIFIED, "seen_in_vneid", note=" Đã xem ")


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def code(world, adapters):
    return register_child(world, number=1, adapters=adapters)


def row_of(code):
    with transaction() as tx:
        return tx.execute(
            select(
                registrations.c.id,
                registrations.c.status,
                registrations.c.version,
                registrations.c.facts,
                registrations.c.submission_hash,
            ).where(registrations.c.code == code)
        ).one()


def entries_of(world):
    with transaction() as tx:
        reader = EntryReader(tx, intake_id=world.intake_id)
        batches = list(frozen_entries.live_batches(tx, intake_id=world.intake_id))
        return {item.code: reader.entry(item) for batch in batches for item in batch}


def send_anew(world, adapters, **changes):
    family = Family(child_id=1, secret_version=1)
    preparing.save_answers(
        actor=family, intake_id=world.intake_id, answers=full_answers() | changes
    )
    return registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )


def test_a_contradicted_fact_no_longer_counts_in_the_list(world, officers, code):
    assert entries_of(world)[code].facts.permanent_in_zone
    before = row_of(code).submission_hash

    verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT, SEEN])

    found = entries_of(world)[code]
    assert not found.facts.permanent_in_zone
    assert found.facts.current_in_zone
    row = row_of(code)
    assert row.status == "verifying"
    assert row.submission_hash == before
    assert row.facts["permanent_in_zone"] == {
        "value": True,
        "status": "contradicted",
        "source": "register",
        "decided_by": "officer",
    }


def test_each_finding_is_kept_and_journalled(world, officers, code):
    verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT, SEEN])

    with transaction() as tx:
        kept = decisions.decisions_of(tx, registration_id=row_of(code).id)
        told = tx.execute(
            select(journal.c.action, journal.c.subject).where(journal.c.action.like("fact.%"))
        ).all()
    assert [(item.fact, item.verdict, item.note, item.actor) for item in kept] == [
        ("current_in_zone", "verified", "Đã xem", officers.ward.label),
        ("permanent_in_zone", "contradicted", None, officers.ward.label),
    ]
    assert sorted(told) == [("fact.contradicted", code), ("fact.verified", code)]


def test_taking_a_finding_back_leaves_what_the_family_stated(world, officers, code):
    before = row_of(code).facts
    verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT])
    undone = Finding("permanent_in_zone", Verdict.UNDONE, "decided_by_mistake")

    verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[undone])

    assert row_of(code).facts == before
    assert entries_of(world)[code].facts.permanent_in_zone


@pytest.mark.parametrize("kind", ["other_ward", "other_school", "nobody"])
def test_a_foreign_officer_finds_no_file_to_decide(world, officers, code, kind):
    with pytest.raises(NotFound):
        verifying.decide_facts(
            actor=getattr(officers, kind), code=code, version=1, findings=[NOT_RESIDENT]
        )
    assert row_of(code).status == "submitted"


@pytest.mark.parametrize("kind", ["city", "ward", "school"])
def test_whoever_is_in_charge_decides(world, officers, code, kind):
    verifying.decide_facts(
        actor=getattr(officers, kind), code=code, version=1, findings=[NOT_RESIDENT]
    )
    assert row_of(code).facts["permanent_in_zone"]["status"] == "contradicted"


@pytest.mark.parametrize("phase", ["closed", "drawn", "provisional", "final"])
def test_nothing_is_decided_once_the_list_is_frozen(world, officers, code, phase):
    set_phase(world, phase)

    with pytest.raises(ListFrozen):
        verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT])
    assert row_of(code).facts["permanent_in_zone"]["status"] == "declared"


def test_a_verdict_on_an_older_submission_is_refused(world, officers, code, adapters):
    send_anew(world, adapters, wishes=["S2", "S1"])

    with pytest.raises(FileChanged):
        verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT])


def test_a_reason_of_another_verdict_is_refused(officers, code):
    wrong = Finding("permanent_in_zone", Verdict.VERIFIED, "not_resident")

    with pytest.raises(NotADecision):
        verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[wrong])


def test_decisions_outlive_what_did_not_change_and_end_with_what_did(
    world, officers, code, adapters
):
    verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT, SEEN])
    elsewhere = {"unit": "00070", "group": "16A", "address": "99 phố Huế"}

    send_anew(
        world,
        adapters,
        permanent=elsewhere,
        current={"unit": "00070", "group": "16A", "address": "12 phố Hàng Bài"},
    )

    row = row_of(code)
    assert row.version == 2
    assert row.facts["permanent_in_zone"]["status"] == "declared"
    assert row.facts["current_in_zone"]["status"] == "verified"
    assert row.status == "verifying"
    with transaction() as tx:
        last = decisions.decisions_of(tx, registration_id=row.id)[-1]
    assert (last.fact, last.verdict, last.source) == ("permanent_in_zone", "undone", "family")


def test_an_accepted_file_stays_accepted_while_only_its_wishes_change(
    world, officers, code, adapters
):
    verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[SEEN])
    with transaction() as tx:
        tx.execute(update(registrations).values(status=Status.ELIGIBLE.value))

    send_anew(world, adapters, wishes=["S2"])

    row = row_of(code)
    assert row.status == "eligible"
    assert row.facts["current_in_zone"]["status"] == "verified"


def test_many_are_decided_in_one_statement_and_changed_ones_left_out(world, officers, adapters):
    codes = [register_child(world, number=number, adapters=adapters) for number in (1, 2, 3)]
    ids = [row_of(code).id for code in codes]
    asked = [
        Decision(one, version, "policies", Verdict.VERIFIED, "document_shown", Source.DOCUMENT)
        for one, version in zip(ids, (1, 7, 1), strict=True)
    ]

    with transaction() as tx:
        done = decisions.record_many(tx, decisions=asked, actor=officers.ward)

    assert done == {ids[0], ids[2]}
    assert [row_of(code).facts["policies"]["status"] for code in codes] == [
        "verified",
        "declared",
        "verified",
    ]
    with transaction() as tx:
        assert decisions.decisions_of(tx, registration_id=ids[1]) == []


def test_the_file_shows_what_was_decided(officers, code):
    verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT])

    file = inspecting.file_of(actor=officers.ward, code=code)

    assert [fact.status for fact in file.facts if fact.name == "permanent_in_zone"] == [
        "contradicted"
    ]


def test_odds_and_tries_leave_a_contradicted_fact_out(world, officers, code):
    verifying.decide_facts(actor=officers.ward, code=code, version=1, findings=[NOT_RESIDENT])

    with transaction() as tx:
        [entry] = zone_lists.zone_list(tx, intake_zone_id=world.intake_zone_id).entries

    assert not entry.facts.permanent_in_zone
    assert entry.facts.current_in_zone
