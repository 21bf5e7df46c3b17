"""Lists of residences: out, in, compared, applied; files that changed meanwhile are left alone."""

import pytest
from sqlalchemy import select, update

from enrol.core.residence_lists import Fault, Outcome
from enrol.services import confirming_homes, listing_homes, preparing, registering
from enrol.services.confirming_homes import EmptyList, ListFrozen, ListRefused
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.children import children
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import registrations
from enrol.store.tables.reviews import fact_decisions
from tests.officers import add_elsewhere, add_officers, register_child
from tests.residence_lists import children_of, filled, handed_out
from tests.world import build_world, full_answers, set_phase


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


def bring(world, officer, adapters, content, name="list.csv"):
    return confirming_homes.receive_list(
        actor=officer,
        intake_id=world.intake_id,
        unit_code="00070",
        name=name,
        content=content,
        sheets=adapters.residence_sheets,
    )


def facts_of(code):
    with transaction() as tx:
        query = select(registrations.c.status, registrations.c.facts)
        return tx.execute(query.where(registrations.c.code == code)).one()


def actions():
    with transaction() as tx:
        return list(tx.execute(select(journal.c.action).order_by(journal.c.id)).scalars())


def test_the_list_names_each_declared_residence_by_group(world, officers, adapters):
    code = register_child(world, number=1, adapters=adapters)

    rows = handed_out(world, actor=officers.ward, adapters=adapters)

    assert [row[0] for row in rows if row[0].startswith("Tổ")] == [
        "Tổ dân phố, thôn",
        "Tổ dân phố 16A",
    ]
    told = children_of(rows)
    assert [(row[0], row[1], row[2], row[5]) for row in told] == [
        ("16A", code, "Nguyễn Thị Đào 1", "Nơi thường trú"),
        ("16A", code, "Nguyễn Thị Đào 1", "Nơi ở hiện tại"),
    ]
    assert told[0][4] == "Trần Văn Bình"
    assert actions()[-1] == "residence_list.fetched"


def test_a_name_that_is_a_formula_stays_a_text(world, officers, adapters):
    register_child(world, number=1, adapters=adapters)
    with transaction() as tx:
        tx.execute(update(children).values(full_name="=HYPERLINK(1)"))

    rows = handed_out(world, actor=officers.ward, adapters=adapters)

    assert children_of(rows)[0][2] == "'=HYPERLINK(1)"


def test_a_list_shows_what_it_would_change_and_changes_it_once(world, officers, adapters):
    first, second = (register_child(world, number=n, adapters=adapters) for n in (1, 2))
    rows = handed_out(world, actor=officers.ward, adapters=adapters)
    verdicts = {f"{first}_1": "Đúng", f"{first}_3": "không rõ", f"{second}_1": "SAI"}

    list_id = bring(world, officers.ward, adapters, filled(rows, **verdicts))
    shown = confirming_homes.list_page(actor=officers.ward, list_id=list_id)

    assert shown.counts[Outcome.APPLIED] == 2
    assert shown.counts[Outcome.UNKNOWN] == 1
    assert facts_of(first).facts["permanent_in_zone"]["status"] == "declared"

    confirming_homes.apply_list(actor=officers.ward, list_id=list_id)
    confirming_homes.apply_list(actor=officers.ward, list_id=list_id)

    assert facts_of(first).status == "verifying"
    assert facts_of(first).facts["permanent_in_zone"]["status"] == "verified"
    assert facts_of(first).facts["permanent_in_zone"]["decided_by"] == "residence_list"
    assert facts_of(first).facts["current_in_zone"]["status"] == "declared"
    assert facts_of(second).facts["permanent_in_zone"]["status"] == "contradicted"
    with transaction() as tx:
        assert len(tx.execute(select(fact_decisions.c.id)).all()) == 2
    assert actions().count("residence_list.applied") == 1
    assert actions().count("fact.verified") == actions().count("fact.contradicted") == 1
    after = confirming_homes.list_page(actor=officers.ward, list_id=list_id)
    assert after.counts == shown.counts
    assert not after.can_apply


def test_a_file_that_changed_meanwhile_is_named_and_left_alone(world, officers, adapters):
    first, second = (register_child(world, number=n, adapters=adapters) for n in (1, 2))
    rows = handed_out(world, actor=officers.ward, adapters=adapters)
    answers = {f"{first}_1": "Đúng", f"{second}_1": "Đúng"}
    list_id = bring(world, officers.ward, adapters, filled(rows, **answers))
    send_anew(world, first, adapters)

    confirming_homes.apply_list(actor=officers.ward, list_id=list_id)

    page = confirming_homes.list_page(actor=officers.ward, list_id=list_id)
    assert {row.filled.code: row.outcome for row in page.rows} == {
        first: Outcome.STALE,
        second: Outcome.APPLIED,
    }
    assert facts_of(first).facts["permanent_in_zone"]["status"] == "declared"


def send_anew(world, code, adapters):
    from_code = select(registrations.c.child_id).where(registrations.c.code == code)
    with transaction() as tx:
        child_id = tx.execute(from_code).scalar_one()
    family = registering.Family(child_id, 1)
    home = {"unit": "00070", "group": "16A", "address": "99 phố Hàng Bài"}
    preparing.save_answers(
        actor=family, intake_id=world.intake_id, answers=full_answers() | {"permanent": home}
    )
    registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )


def test_one_bad_row_refuses_the_whole_list_and_is_named(world, officers, adapters):
    first, second = (register_child(world, number=n, adapters=adapters) for n in (1, 2))
    rows = handed_out(world, actor=officers.ward, adapters=adapters)
    bad = rows.index(children_of(rows)[1]) + 1

    with pytest.raises(ListRefused) as refused:
        bring(
            world,
            officers.ward,
            adapters,
            filled(rows, **{f"{first}_1": "Đúng", f"{first}_3": "có lẽ", f"{second}_1": "Sai"}),
        )

    assert refused.value.faults == ((bad, Fault.NOT_A_VERDICT),)
    assert "residence_list.brought" not in actions()


def test_an_empty_list_is_told_so(world, officers, adapters):
    register_child(world, number=1, adapters=adapters)
    rows = handed_out(world, actor=officers.ward, adapters=adapters)

    with pytest.raises(EmptyList):
        bring(world, officers.ward, adapters, filled(rows))


def test_nobody_confirms_residences_of_another_ward(world, officers, adapters):
    code = register_child(world, number=1, adapters=adapters)
    rows = handed_out(world, actor=officers.ward, adapters=adapters)
    list_id = bring(world, officers.ward, adapters, filled(rows, **{f"{code}_1": "Đúng"}))

    for stranger in (officers.other_ward, officers.school, officers.nobody):
        with pytest.raises(NotFound):
            handed_out(world, actor=stranger, adapters=adapters)
        with pytest.raises(NotFound):
            bring(world, stranger, adapters, filled(rows, **{f"{code}_1": "Đúng"}))
        with pytest.raises(NotFound):
            confirming_homes.list_page(actor=stranger, list_id=list_id)
        with pytest.raises(NotFound):
            confirming_homes.apply_list(actor=stranger, list_id=list_id)
        with pytest.raises(NotFound):
            confirming_homes.drop_list(actor=stranger, list_id=list_id)

    assert facts_of(code).facts["permanent_in_zone"]["status"] == "declared"


def test_a_frozen_list_of_the_intake_is_not_changed_any_more(world, officers, adapters):
    code = register_child(world, number=1, adapters=adapters)
    rows = handed_out(world, actor=officers.ward, adapters=adapters)
    list_id = bring(world, officers.ward, adapters, filled(rows, **{f"{code}_1": "Đúng"}))
    set_phase(world, "closed")

    with pytest.raises(ListFrozen):
        confirming_homes.apply_list(actor=officers.ward, list_id=list_id)

    assert facts_of(code).facts["permanent_in_zone"]["status"] == "declared"


def test_a_dropped_list_changes_nothing(world, officers, adapters):
    code = register_child(world, number=1, adapters=adapters)
    rows = handed_out(world, actor=officers.ward, adapters=adapters)
    list_id = bring(world, officers.ward, adapters, filled(rows, **{f"{code}_1": "Đúng"}))

    confirming_homes.drop_list(actor=officers.ward, list_id=list_id)
    confirming_homes.apply_list(actor=officers.ward, list_id=list_id)

    assert facts_of(code).facts["permanent_in_zone"]["status"] == "declared"
    desk = listing_homes.homes_desk(
        actor=officers.ward, intake_id=world.intake_id, unit_code="00070"
    )
    assert [record.state for record in desk.newest] == ["dropped"]
