"""Ratings: once a family, only when its file is closed, and nothing left that leads to a child."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, text, update

from enrol.core.actors import Family
from enrol.services import answering_objections, rating
from enrol.services.refusals import NotFound
from enrol.store import ratings as stored
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.ratings import rating_comments, rating_rights, ratings
from enrol.store.tables.registrations import registrations
from tests.objected import file_one, publish_result
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world, count_of, set_phase

MAY = date(2026, 5, 1)


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def elsewhere(world):
    return add_elsewhere(world)


@pytest.fixture
def officers(world, elsewhere):
    return add_officers(world, elsewhere)


@pytest.fixture
def family(world, adapters, officers):
    """A family whose provisional result is published and which has its right to answer."""
    register_child(world, number=1, adapters=adapters)
    publish_result(world, officers)
    give_rights(world)
    return Family(child_id=1, secret_version=1)


def give_rights(world):
    with transaction() as tx:
        return stored.give_rights(tx, intake_id=world.intake_id)


def counted(world, unit_id, month, *, satisfied, others):
    """Put answers of a month there."""
    rows = [
        {"score": score, "answers": answers}
        for score, answers in ((5, satisfied), (2, others))
        if answers
    ]
    with transaction() as tx:
        tx.execute(
            insert(ratings),
            [
                {"intake_id": world.intake_id, "unit_id": unit_id, "month": month, **row}
                for row in rows
            ],
        )


def kept():
    with transaction() as tx:
        return [tuple(row) for row in tx.execute(select(ratings.c.score, ratings.c.answers))]


def test_before_the_file_is_closed_nobody_is_asked(family):
    assert not rating.standing_of(actor=family).is_asked
    with pytest.raises(NotFound):
        rating.rate(actor=family, score=5, comment="")

    assert kept() == []


@pytest.mark.parametrize("phase", ["final", "settled"])
def test_when_results_are_final_a_family_answers_once(family, world, phase):
    set_phase(world, phase)
    assert rating.standing_of(actor=family).is_asked

    rating.rate(actor=family, score=4, comment="")
    rating.rate(actor=family, score=1, comment="Lần hai")

    assert kept() == [(4, 1)]
    assert count_of(rating_comments) == 0
    assert rating.standing_of(actor=family).has_answered


def test_an_answered_objection_closes_the_file_too(family, officers):
    filed = file_one(family)
    assert not rating.standing_of(actor=family).is_asked
    answering_objections.answer_objection(
        actor=officers.ward,
        code=filed.code,
        objection_id=filed.objection_id,
        outcome="upheld",
        reply="Gia đình đúng.",
    )

    rating.rate(actor=family, score=5, comment="Tốt")

    assert kept() == [(5, 1)]


def test_a_used_right_is_never_given_again(family, world, adapters):
    set_phase(world, "final")
    rating.rate(actor=family, score=5, comment="")

    assert give_rights(world) == 0
    set_phase(world, "announced")
    register_child(world, number=2, adapters=adapters)
    assert give_rights(world) == 1
    set_phase(world, "final")

    assert rating.standing_of(actor=family).has_answered
    assert not rating.standing_of(actor=Family(child_id=2, secret_version=1)).has_answered


@pytest.mark.parametrize(("score", "comment"), [(0, ""), (6, ""), (5, "x" * 501)])
def test_only_a_score_with_a_short_comment_counts(family, world, score, comment):
    set_phase(world, "final")

    with pytest.raises(rating.NotAScore):
        rating.rate(actor=family, score=score, comment=comment)

    assert not rating.standing_of(actor=family).has_answered


def test_nothing_that_is_kept_leads_to_the_child(family, world):
    """No journal entry, no time but the month, no column that could name a registration, and the
    one row that did is gone.
    """
    set_phase(world, "final")
    before = count_of(journal)

    rating.rate(actor=family, score=2, comment="Trang web chậm.")

    assert count_of(journal) == before
    assert count_of(rating_rights) == 0
    this_month = datetime.now(UTC).date().replace(day=1)
    with transaction() as tx:
        comment = tx.execute(select(rating_comments)).one()._asdict()
        answer = tx.execute(select(ratings)).one()._asdict()
    assert set(answer) == {"intake_id", "unit_id", "month", "score", "answers"}
    assert set(comment) == {"id", "intake_id", "unit_id", "month", "words"}
    assert answer["month"].day == comment["month"].day == 1
    assert abs((answer["month"] - this_month).days) <= 31
    assert comment["id"].version == 4


def test_the_table_holds_whole_months_and_the_own_units(family, world, elsewhere, officers):
    counted(world, world.ward_id, MAY, satisfied=8, others=7)
    counted(world, elsewhere.ward_id, MAY, satisfied=20, others=6)
    set_phase(world, "final")
    rating.rate(actor=family, score=5, comment="")

    seen = rating.ratings_of(actor=officers.city, intake_id=world.intake_id)
    [month] = seen.months  # the running month is not shown: a reader could watch it grow
    assert (month.month, month.answers) == (MAY, 41)
    assert {(line.name, line.answers, line.satisfied) for line in month.lines} == {
        ("Phường Hoàn Kiếm", 15, 8),
        ("Phường Tây Hồ", 26, 20),
    }
    [month] = rating.ratings_of(actor=officers.ward, intake_id=world.intake_id).months
    assert month.answers is None
    assert [(line.name, line.answers) for line in month.lines] == [("Phường Hoàn Kiếm", 15)]


@pytest.mark.parametrize("kind", ["school", "other_school", "nobody"])
def test_schools_see_nothing_of_it(family, world, officers, kind):
    with pytest.raises(NotFound):
        rating.ratings_of(actor=getattr(officers, kind), intake_id=world.intake_id)


def test_small_numbers_and_what_gives_them_away_are_hidden(world, elsewhere, officers):
    counted(world, world.ward_id, MAY, satisfied=3, others=0)
    counted(world, elsewhere.ward_id, MAY, satisfied=20, others=6)

    [month] = rating.ratings_of(actor=officers.city, intake_id=world.intake_id).months

    assert month.answers == 29
    assert {(line.answers, line.satisfied) for line in month.lines} == {(None, None)}


def test_that_all_were_satisfied_is_hidden_too(world, elsewhere, officers):
    counted(world, world.ward_id, MAY, satisfied=9, others=0)
    counted(world, elsewhere.ward_id, MAY, satisfied=20, others=6)

    [month] = rating.ratings_of(actor=officers.ward, intake_id=world.intake_id).months

    assert [(line.answers, line.satisfied) for line in month.lines] == [(9, None)]


def test_comments_are_read_only_where_the_count_is_shown(world, elsewhere, officers):
    counted(world, world.ward_id, MAY, satisfied=8, others=7)
    for month, words in ((MAY, "Nhanh"), (date(2026, 4, 1), "Chỉ một người")):
        with transaction() as tx:
            stored.keep_comment(
                tx, intake_id=world.intake_id, unit_id=world.ward_id, month=month, words=words
            )
    counted(world, world.ward_id, date(2026, 4, 1), satisfied=1, others=0)

    shown, hidden = rating.ratings_of(actor=officers.ward, intake_id=world.intake_id).months

    assert [line.comments for line in shown.lines] == [("Nhanh",)]
    assert [line.comments for line in hidden.lines] == [()]
    [elsewhere_month, *_rest] = rating.ratings_of(
        actor=officers.other_ward, intake_id=world.intake_id
    ).months
    assert elsewhere_month.lines == ()


def test_a_month_is_its_first_day_by_constraint(world):
    with pytest.raises(Exception, match="ck_ratings_month"):
        counted(world, world.ward_id, date(2026, 5, 2), satisfied=8, others=7)


def test_withdrawn_registrations_are_not_asked(family, world):
    with transaction() as tx:
        tx.execute(text("TRUNCATE rating_rights, rating_rounds"))
        tx.execute(update(registrations).values(status="withdrawn", withdrawn_at=datetime.now(UTC)))

    assert give_rights(world) == 0
