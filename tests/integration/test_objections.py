"""Objections: filed once at a time, numbered, due by working days, answered within reach."""

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from enrol.core.actors import Family
from enrol.core.objections import LONGEST_WORDS, MOST
from enrol.services import (
    answering_objections,
    exporting,
    filing_objections,
    inspecting,
    objecting,
    writing_lists,
)
from enrol.services.answering_objections import AlreadyAnswered, ReplyNeeded
from enrol.services.refusals import NotFound, SignedOut
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.objections import objections
from enrol.store.tables.reviews import holidays
from tests.objected import WORDS, end_objections, file_many, file_one, publish_result
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import add_child, build_world, count_of, set_phase


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def code(world, adapters, officers):
    """A registration whose provisional result is published."""
    made = register_child(world, number=1, adapters=adapters)
    publish_result(world, officers)
    return made


@pytest.fixture
def family(code):
    return Family(child_id=1, secret_version=1)


def actions(code):
    with transaction() as tx:
        query = select(journal.c.action, journal.c.actor, journal.c.detail)
        found = tx.execute(query.where(journal.c.subject == code).order_by(journal.c.id))
        return [tuple(row) for row in found if row[0].startswith("objection")]


def answer(officer, filed, **changes):
    given = {"outcome": "rejected", "reply": "Đã kiểm tra, kết quả đúng.", "change_id": None}
    answering_objections.answer_objection(
        actor=officer,
        code=filed.code,
        objection_id=filed.objection_id,
        **given | changes,
    )


def a_change(code, world, *, action="file.restated"):
    with transaction() as tx:
        return tx.execute(
            insert(journal)
            .values(actor="system", action=action, intake_id=world.intake_id, subject=code)
            .returning(journal.c.id)
        ).scalar_one()


def test_a_family_gets_a_number_and_a_day(family, code):
    filed = file_one(family)

    year = filed.filed_at.year
    assert filed.reference == f"KN-{year}-00070-000001"
    assert (filed.code, filed.words, filed.is_open) == (code, WORDS, True)
    desk = objecting.desk_of(actor=family)
    assert desk.objections == (filed,)
    assert not desk.may_file
    [(action, actor, detail)] = actions(code)
    assert (action, actor) == ("objection.filed", "family:1")
    assert detail == {"objection": filed.reference, "ground": "facts"}


def test_the_day_counts_working_days_without_holidays(family, world):
    before = objecting.desk_of(actor=family).due_on
    with transaction() as tx:
        tx.execute(insert(holidays).values(on_date=before, name="Nghỉ lễ"))

    due_on = file_one(family).due_on

    assert due_on > before
    assert due_on.weekday() < 5


def test_ten_working_days_are_two_weeks(family):
    filed = file_one(family)

    day = (filed.filed_at + timedelta(hours=7)).date()
    weekdays = [day + timedelta(days=ahead) for ahead in range(1, 20)]
    assert filed.due_on == [one for one in weekdays if one.weekday() < 5][9]


def test_pressing_twice_is_one_objection(family):
    first = file_one(family)

    assert file_one(family, ground="zone", words="Khác") == first
    assert count_of(objections) == 1


def test_after_an_answer_another_may_follow_with_the_next_number(family, officers):
    answer(officers.ward, file_one(family))

    assert file_one(family).reference.endswith("-000002")


def test_what_fails_leaves_no_gap_in_the_numbers(family, monkeypatch):
    def fail(*_arguments, **_names):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(filing_objections.journal, "record", fail)
        with pytest.raises(RuntimeError):
            file_one(family)

    assert file_one(family).reference.endswith("-000001")


@pytest.mark.parametrize(
    ("ground", "words"),
    [("", WORDS), ("weather", WORDS), ("facts", "  "), ("facts", "x" * (LONGEST_WORDS + 1))],
)
def test_an_objection_has_a_ground_and_words(family, ground, words):
    with pytest.raises(objecting.WordsNeeded):
        file_one(family, ground=ground, words=words)

    assert count_of(objections) == 0


def test_before_and_after_the_days_nothing_is_taken(family, world):
    set_phase(world, "allocated")
    with pytest.raises(objecting.ObjectionsOver):
        file_one(family)
    assert objecting.desk_of(actor=family).until is None

    set_phase(world, "provisional")
    end_objections(world)
    with pytest.raises(objecting.ObjectionsOver):
        file_one(family)
    assert not objecting.desk_of(actor=family).may_file


def test_nobody_fills_the_inbox_by_taking_back_and_filing_again(family):
    for _again in range(MOST):
        filed = file_one(family)
        objecting.withdraw_objection(actor=family, objection_id=filed.objection_id)

    with pytest.raises(objecting.TooMany):
        file_one(family)
    assert not objecting.desk_of(actor=family).may_file
    assert count_of(objections) == MOST


def test_an_old_session_files_nothing(code):
    with pytest.raises(SignedOut):
        file_one(Family(child_id=1, secret_version=9))


def test_a_family_takes_back_its_own_and_nobody_elses(family, world, adapters, officers, code):
    other = add_child(world, number=2, secrets=adapters.secrets)
    filed = file_one(family)

    with pytest.raises(NotFound):
        objecting.withdraw_objection(actor=other, objection_id=filed.objection_id)
    objecting.withdraw_objection(actor=family, objection_id=filed.objection_id)
    objecting.withdraw_objection(actor=family, objection_id=filed.objection_id)

    [kept] = objecting.desk_of(actor=family).objections
    assert (kept.outcome, kept.reply, kept.answered_by) == ("withdrawn", None, None)
    assert [action for action, _actor, _detail in actions(code)] == [
        "objection.filed",
        "objection.withdrawn",
    ]
    with pytest.raises(AlreadyAnswered):
        answer(officers.ward, filed)


@pytest.mark.parametrize("kind", ["ward", "city"])
def test_the_unit_and_those_above_answer_it(family, officers, kind, code):
    filed = file_one(family)

    answer(getattr(officers, kind), filed)

    [kept] = objecting.desk_of(actor=family).objections
    assert (kept.outcome, kept.reply) == ("rejected", "Đã kiểm tra, kết quả đúng.")
    assert actions(code)[-1][2] == {
        "objection": filed.reference,
        "outcome": "rejected",
        "change": None,
    }


@pytest.mark.parametrize("kind", ["other_ward", "school", "other_school", "nobody"])
def test_nobody_else_answers_it(family, officers, kind):
    filed = file_one(family)

    with pytest.raises(NotFound):
        answer(getattr(officers, kind), filed)

    assert objecting.desk_of(actor=family).waiting == filed


def test_it_is_answered_once(family, officers):
    filed = file_one(family)
    answer(officers.ward, filed)

    with pytest.raises(AlreadyAnswered):
        answer(officers.city, filed, outcome="upheld")


def test_the_family_is_told_why(family, officers):
    filed = file_one(family)

    for reply in ("", " ", "x" * 2001):
        with pytest.raises(ReplyNeeded):
            answer(officers.ward, filed, reply=reply)
    answer(officers.ward, filed, outcome="withdrawn", reply="")


def test_an_upheld_objection_is_linked_to_what_it_changed(family, officers, world, code):
    filed = file_one(family)
    change = a_change(code, world)

    page = answering_objections.objection_page(
        actor=officers.ward, code=code, objection_id=filed.objection_id
    )
    assert [entry.entry_id for entry in page.changes] == [change]
    answer(officers.ward, filed, outcome="upheld", change_id=change)

    [kept] = objecting.desk_of(actor=family).objections
    assert (kept.change_id, kept.change_action) == (change, "file.restated")


def test_the_link_may_come_later_and_once(family, officers, world, code):
    filed = file_one(family)
    answer(officers.ward, filed, outcome="upheld")
    changes = [a_change(code, world), a_change(code, world, action="correction.decided")]
    about = {"actor": officers.ward, "code": code, "objection_id": filed.objection_id}

    for change in changes:
        answering_objections.link_change(**about, change_id=change)

    [kept] = objecting.desk_of(actor=family).objections
    assert kept.change_id == changes[0]
    assert not answering_objections.objection_page(**about).may_link


def test_only_a_change_of_this_file_since_then_can_be_linked(
    family, officers, world, code, adapters
):
    earlier = a_change(code, world)
    filed = file_one(family)
    reading = a_change(code, world, action="file.read")
    foreign = a_change("AR20260701000009X", world)

    for change in (earlier, reading, foreign, 999):
        with pytest.raises(NotFound):
            answer(officers.ward, filed, outcome="upheld", change_id=change)
    with pytest.raises(NotFound):
        answer(officers.ward, filed, outcome="rejected", change_id=a_change(code, world))


def test_the_inbox_is_of_the_own_units_and_reading_is_journalled(family, officers, world, code):
    filed = file_one(family)

    for officer in (officers.ward, officers.city):
        found = answering_objections.inbox(actor=officer, intake_id=world.intake_id)
        assert found.lines == (filed,)
    elsewhere = answering_objections.inbox(actor=officers.other_ward, intake_id=world.intake_id)
    assert elsewhere.lines == ()
    for officer in (officers.school, officers.nobody):
        with pytest.raises(NotFound):
            answering_objections.inbox(actor=officer, intake_id=world.intake_id)
    with transaction() as tx:
        query = select(journal.c.detail).where(journal.c.action == "objections.read")
        assert list(tx.execute(query).scalars()) == [{"codes": [code]}] * 2


def test_the_inbox_filters_by_state_and_due_date(family, officers, world):
    answer(officers.ward, file_one(family))
    waiting = file_one(family)

    def shown(show):
        found = answering_objections.inbox(
            actor=officers.ward, intake_id=world.intake_id, show=show
        )
        return [line.reference[-1] for line in found.lines]

    assert shown("open") == ["2"]
    assert shown("overdue") == []
    assert shown("answered") == ["1"]
    assert shown("all") == ["1", "2"]
    with transaction() as tx:
        tx.execute(
            update(objections)
            .where(objections.c.id == waiting.objection_id)
            .values(due_on=date(2026, 1, 5))
        )
    assert shown("overdue") == ["2"]


def test_the_inbox_goes_page_by_page_without_leaving_one_out(family, officers, world):
    file_many(world, count=120)
    seen, after = [], None
    while True:
        found = answering_objections.inbox(
            actor=officers.ward, intake_id=world.intake_id, show="all", after=after
        )
        seen += [line.objection_id for line in found.lines]
        after = found.after
        if after is None:
            break

    assert len(seen) == len(set(seen)) == 120


def test_a_file_shows_its_objections_to_everybody_in_charge(family, officers, code):
    filed = file_one(family)

    for officer in (officers.city, officers.ward, officers.school):
        assert inspecting.file_of(actor=officer, code=code)
        assert answering_objections.objections_of_file(actor=officer, code=code) == (filed,)
        page = answering_objections.objection_page(
            actor=officer, code=code, objection_id=filed.objection_id
        )
        assert page.may_answer == (officer is not officers.school)
    for officer in (officers.other_ward, officers.other_school, officers.nobody):
        with pytest.raises(NotFound):
            answering_objections.objections_of_file(actor=officer, code=code)
        with pytest.raises(NotFound):
            answering_objections.objection_page(
                actor=officer, code=code, objection_id=filed.objection_id
            )
    assert [action for action, *_rest in actions(code)].count("objection.read") == 3


def test_an_objection_is_not_found_under_another_files_code(
    family, officers, world, code, adapters
):
    filed = file_one(family)
    set_phase(world, "announced")
    other = register_child(world, number=2, adapters=adapters)

    with pytest.raises(NotFound):
        answering_objections.objection_page(
            actor=officers.ward, code=other, objection_id=filed.objection_id
        )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_objections_are_listed_in_a_file_in_which_nothing_computes(
    family, officers, world, adapters, form
):
    filed = file_one(family, words='=HYPERLINK("http://x")')
    answer(officers.ward, filed, reply="@SUM(A1)")
    export_id = exporting.ask_export(
        actor=officers.ward,
        intake_id=world.intake_id,
        kind="objections",
        form=form,
        school_id=None,
        language="vi",
    )
    assert writing_lists.write_export(
        export_id=export_id, files=adapters.exports, secrets=adapters.secrets
    )

    written = exporting.fetch_export(actor=officers.ward, export_id=export_id).export
    assert written.rows_done == 1
    path = adapters.exports.path_of(name=written.file)
    if form == "csv":
        head, row, mark = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        assert head[1:4] == ["Số", "Phường, xã", "Mã hồ sơ"]
        assert row[1] == filed.reference
        assert '\'=HYPERLINK("http://x")' in row
        assert "'@SUM(A1)" in row
        assert "Không chấp nhận" in row
        assert officers.ward.full_name in mark[0]


def test_a_ward_lists_its_own_objections_and_a_school_none(family, officers, world, adapters):
    file_one(family)
    asked = {"intake_id": world.intake_id, "kind": "objections", "form": "csv", "language": "vi"}

    export_id = exporting.ask_export(actor=officers.other_ward, school_id=None, **asked)
    writing_lists.write_export(
        export_id=export_id, files=adapters.exports, secrets=adapters.secrets
    )
    found = exporting.fetch_export(actor=officers.other_ward, export_id=export_id).export
    assert found.rows_done == 0
    with pytest.raises(NotFound):
        exporting.ask_export(actor=officers.school, school_id=world.schools["S1"], **asked)
    with pytest.raises(NotFound):
        exporting.ask_export(actor=officers.ward, school_id=world.schools["S1"], **asked)
    set_phase(world, "allocated")
    with pytest.raises(NotFound):
        exporting.ask_export(actor=officers.ward, school_id=None, **asked)
