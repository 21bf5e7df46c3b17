"""Who stands on a school's class list, and which school holds a file, as rounds move children."""

import pytest
from sqlalchemy import select

from enrol.core.rounds import Answer
from enrol.store import child_files, partner_rows
from enrol.store.db import transaction
from enrol.store.tables.schools import schools
from tests.answered import answer, final_intake, hold, open_answers, seats, waits


@pytest.fixture
def final(app):
    return final_intake(zones_=1, children_=40, seats=10)


def school_ids() -> dict[str, int]:
    with transaction() as tx:
        return {row.code: row.id for row in tx.execute(select(schools.c.code, schools.c.id))}


def class_lists(drawn) -> dict[str, set[str]]:
    with transaction() as tx:
        found = {
            school: {
                child.code
                for child in partner_rows.listed_children(
                    tx, intake_id=drawn.intake_id, school_id=school_id, after="", limit=1000
                )
            }
            for school, school_id in school_ids().items()
        }
    return {school: codes for school, codes in found.items() if codes}


def by_school(held: dict[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, school in held.items():
        found.setdefault(school, set()).add(code)
    return found


def seat_of(drawn, code: str) -> int | None:
    with transaction() as tx:
        return child_files.seat_of(tx, intake_id=drawn.intake_id, code=code)


def test_opening_the_answers_changes_no_list(final):
    before = class_lists(final)
    assert before
    open_answers(final)
    assert class_lists(final) == before == by_school(seats(final))


def test_a_round_moves_children_between_lists_and_their_files_with_them(final):
    open_answers(final)
    wanted = {places[0][0] for code, places in waits(final).items() if code not in seats(final)}
    leaver, school = next((c, s) for c, s in seats(final).items() if s in wanted)
    before = seats(final)
    answer(leaver, Answer.DECLINE)
    assert leaver in class_lists(final)[school], "an answer counts in the round, not before"
    hold(final)
    now = seats(final)
    assert class_lists(final) == by_school(now)
    [taker, *_] = [code for code, at in now.items() if at == school and before.get(code) != school]
    assert leaver not in class_lists(final)[school]
    assert seat_of(final, leaver) is None
    assert seat_of(final, taker) == school_ids()[school]
