"""Who stands on a school's class list, and which school holds a file, as rounds move children."""

import pytest
from sqlalchemy import select, update

from enrol.core.rounds import Answer
from enrol.store import child_files, export_rows, partner_rows, rolls
from enrol.store.db import transaction
from enrol.store.tables.registrations import registrations
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


def placed(drawn) -> dict[str, tuple[str, int | None]]:
    """Return what partners read as placements, in pages: the school and the wish of each child."""
    found = {}
    with transaction() as tx:
        for school, school_id in school_ids().items():
            after = ""
            while page := partner_rows.seats_taken(
                tx, intake_id=drawn.intake_id, school_id=school_id, after=after, limit=3
            ):
                assert not found.keys() & {line.code for line in page}
                found |= {line.code: (school, line.rank) for line in page}
                after = page[-1].code
    return found


def roll(drawn, school: str) -> set[str]:
    with transaction() as tx:
        lines = rolls.roll_of(tx, intake_id=drawn.intake_id, school_id=school_ids()[school])
    return {line.code for line in lines}


def exported(drawn) -> list[dict[str, object]]:
    """Return the rows of the file of admitted children, for all schools."""
    with transaction() as tx:
        count, rows = export_rows.seat_rows(
            tx,
            intake_id=drawn.intake_id,
            school_ids=list(school_ids().values()),
            language="vi",
        )
        columns = export_rows.COLUMNS["admitted"]
        found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert count == len(found)
    return found


def keep_wishes(drawn) -> None:
    """Give the registrations the wishes of the entries that were drawn from them."""
    ids = school_ids()
    with transaction() as tx:
        for entry in drawn.entries:
            tx.execute(
                update(registrations)
                .where(registrations.c.code == entry.code)
                .values(
                    wishes=[ids[wish] for wish in entry.wishes],
                    distances=[-1 for _ in entry.wishes],
                )
            )


def by_school(held: dict[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, school in held.items():
        found.setdefault(school, set()).add(code)
    return found


def seat_of(drawn, code: str) -> int | None:
    with transaction() as tx:
        return child_files.seat_of(tx, intake_id=drawn.intake_id, code=code)


def test_opening_the_answers_changes_no_list(final):
    before, file_before, placed_before = class_lists(final), exported(final), placed(final)
    assert before
    open_answers(final)
    assert placed(final) == placed_before
    assert exported(final) == file_before
    assert class_lists(final) == before == by_school(seats(final))


def test_a_round_moves_children_between_lists_and_their_files_with_them(final):
    keep_wishes(final)
    open_answers(final)
    wanted = {places[0][0] for code, places in waits(final).items() if code not in seats(final)}
    leaver, school = next((c, s) for c, s in seats(final).items() if s in wanted)
    before, file_before = seats(final), {row["code"]: row for row in exported(final)}
    answer(leaver, Answer.DECLINE)
    assert leaver in class_lists(final)[school], "an answer counts in the round, not before"
    hold(final)
    now = seats(final)
    assert class_lists(final) == by_school(now)
    assert {at: roll(final, at) for at in by_school(now)} == by_school(now)
    file = {row["code"]: row for row in exported(final)}
    assert {code: row["school"] for code, row in file.items()} == now
    stayed = [code for code, at in now.items() if before.get(code) == at]
    assert all(file[code] == file_before[code] for code in stayed)
    [taker, *_] = [code for code, at in now.items() if at == school and before.get(code) != school]
    assert leaver not in class_lists(final)[school]
    assert seat_of(final, leaver) is None
    assert seat_of(final, taker) == school_ids()[school]
    [wishes] = [entry.wishes for entry in final.entries if entry.code == taker]
    assert file[taker]["wish"] == wishes.index(school) + 1
    partners = placed(final)
    assert {code: at for code, (at, _) in partners.items()} == now
    assert partners[taker][1] == wishes.index(school) + 1
