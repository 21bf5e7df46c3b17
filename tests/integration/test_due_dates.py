"""Due dates: what is drafted one working day before, followed when a file changes, kept once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from enrol.core.working_days import WorkingCalendar
from enrol.services import due_letters, reviewing
from enrol.services.due_dates import VIETNAM, Terms
from enrol.services.due_letters import NotADate, PostponedBefore
from enrol.services.files_in_charge import NotLawful
from enrol.store.db import transaction
from enrol.store.tables.registrations import registrations
from enrol.store.tables.reviews import postponements
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def codes(world, adapters):
    return [register_child(world, number=number, adapters=adapters) for number in (1, 2)]


def sent_days_ago(code, days):
    with transaction() as tx:
        tx.execute(
            update(registrations)
            .where(registrations.c.code == code)
            .values(submitted_at=datetime.now(UTC) - timedelta(days=days))
        )


def drafts():
    with transaction() as tx:
        return {
            row.registration_id: row.due_on
            for row in tx.execute(select(postponements.c.registration_id, postponements.c.due_on))
        }


def test_a_letter_is_drafted_for_what_is_due_by_the_next_working_day(world, officers, codes):
    sent_days_ago(codes[0], 30)

    assert due_letters.draft_apologies() == 1
    assert due_letters.draft_apologies() == 0

    due = reviewing.history_of(actor=officers.ward, code=codes[0]).due_on
    assert drafts() == {1: due}


def test_a_draft_follows_its_file_to_another_date(world, officers, codes):
    sent_days_ago(codes[0], 30)
    due_letters.draft_apologies()
    first = drafts()
    sent_days_ago(codes[0], 40)

    due_letters.draft_apologies()

    assert drafts()[1] < first[1]


def test_nothing_is_drafted_for_answered_files(world, officers, codes):
    sent_days_ago(codes[0], 30)
    reviewing.accept_file(actor=officers.ward, code=codes[0], version=1)

    assert due_letters.draft_apologies() == 0
    with pytest.raises(NotLawful):
        due_letters.postpone(
            actor=officers.ward,
            code=codes[0],
            version=1,
            new_due_on=date(2030, 1, 7),
            reason="Chờ",
        )


def test_a_second_postponement_is_refused(world, officers, codes):
    later = reviewing.history_of(actor=officers.ward, code=codes[0]).due_on + timedelta(days=7)
    due_letters.postpone(
        actor=officers.ward, code=codes[0], version=1, new_due_on=later, reason="Chờ xác minh"
    )

    with pytest.raises(PostponedBefore):
        due_letters.postpone(
            actor=officers.school,
            code=codes[0],
            version=1,
            new_due_on=later + timedelta(days=7),
            reason="Lần nữa",
        )
    assert reviewing.history_of(actor=officers.ward, code=codes[0]).due_on == later


@pytest.mark.parametrize("days", [-400, 0])
def test_the_new_date_must_lie_ahead(world, officers, codes, days):
    due = reviewing.history_of(actor=officers.ward, code=codes[0]).due_on

    with pytest.raises(NotADate):
        due_letters.postpone(
            actor=officers.ward,
            code=codes[0],
            version=1,
            new_due_on=due + timedelta(days=days),
            reason="Chờ",
        )


def test_the_letter_proposes_a_date_until_an_officer_confirms(world, officers, codes):
    sent_days_ago(codes[0], 30)
    due_letters.draft_apologies()

    letter = due_letters.apology_of(actor=officers.ward, code=codes[0])

    assert not letter.is_sent
    assert letter.new_due_on > letter.due_on
    assert letter.reason == ""


def test_instants_and_days_tell_the_same():
    terms = Terms(WorkingCalendar(free=frozenset({date(2026, 7, 3)})), 5, date(2026, 7, 8))
    edge = terms.sent_until(date(2026, 7, 9))

    before, after = edge - timedelta(seconds=1), edge
    assert terms.due_on(submitted_at=before, new_due_on=None) <= date(2026, 7, 9)
    assert terms.due_on(submitted_at=after, new_due_on=None) > date(2026, 7, 9)
    for begins, ends, due in terms.due_by_day(date(2026, 7, 9)):
        assert terms.due_on(submitted_at=begins, new_due_on=None) == due
        assert terms.due_on(submitted_at=ends - timedelta(seconds=1), new_due_on=None) == due
        assert begins.astimezone(VIETNAM).hour == 0
