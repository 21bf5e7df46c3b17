"""Letters, slips and their marks, and the list of who has no seat, as rounds move seats."""

import pytest

from enrol.adapters.result_letters import in_words
from enrol.core.result_letters import ResultLetter
from enrol.core.rounds import Answer
from enrol.services import result_letters
from enrol.store import rolls
from enrol.store.db import transaction
from tests.answered import answer, final_intake, hold, open_answers, seats, waits
from tests.corrected import family_of
from tests.integration.test_lists_after_rounds import keep_wishes, school_ids
from tests.integration.test_result_letters import OFFICE


@pytest.fixture
def final(app):
    made = final_intake(zones_=1, children_=40, seats=10)
    keep_wishes(made)
    return made


@pytest.fixture
def moved(final):
    """Return the intake, who declined its seat, and who has it since the round."""
    open_answers(final)
    wanted = {places[0][0] for code, places in waits(final).items() if code not in seats(final)}
    before = seats(final)
    leaver, school = next((c, s) for c, s in before.items() if s in wanted)
    answer(leaver, Answer.DECLINE)
    hold(final)
    [taker, *_] = [
        code for code, at in seats(final).items() if at == school and before.get(code) != school
    ]
    return final, leaver, taker


def own(code: str, adapters) -> ResultLetter:
    return result_letters.own_letter(actor=family_of(code), secrets=adapters.secrets)


def slips(drawn, school: str, adapters) -> dict[str, ResultLetter]:
    with transaction() as tx:
        count, found = result_letters.letters_of_school(
            tx,
            intake_id=drawn.intake_id,
            school_id=school_ids()[school],
            secrets=adapters.secrets,
        )
        letters = {letter.code: letter for letter in found}
    assert count == len(letters)
    return letters


def checked(letter: ResultLetter, adapters):
    return result_letters.checked(
        publication_id=letter.publication_id,
        code=letter.code,
        check=letter.check,
        secrets=adapters.secrets,
    )


def without_a_seat(drawn) -> set[str]:
    with transaction() as tx:
        lines = rolls.leftovers(tx, intake_id=drawn.intake_id, unit_ids=[drawn.world.ward_id])
    codes = [line.code for line in lines]
    assert len(codes) == len(set(codes))
    return set(codes)


def test_a_letter_before_rounds_is_a_slip_that_nothing_changed(final, adapters):
    open_answers(final)
    code = next(iter(seats(final)))
    letter = own(code, adapters)
    assert (letter.is_slip, letter.moved_at, letter.is_given_up) == (True, None, False)
    found = checked(letter, adapters)
    assert found is not None
    assert (found.moved_at, found.has_no_seat) == (None, False)


def test_who_gave_its_seat_up_has_history_and_no_slip(moved, adapters):
    drawn, leaver, taker = moved
    letter = own(leaver, adapters)
    assert (letter.is_slip, letter.is_given_up) == (False, True)
    assert letter.school is not None, "what was published stays said"
    said = in_words(letter, office=OFFICE, language="en", words=lambda word: word)
    assert said.title == "Result of registration"
    assert "admits to no school" in said.paragraphs[0]
    assert not any("Bring this slip" in text for text in said.paragraphs)
    found = checked(letter, adapters)
    assert found is not None
    assert found.has_no_seat
    assert leaver not in slips(drawn, seats(drawn)[taker], adapters)


def test_who_moved_has_a_slip_for_its_new_seat_with_the_time_of_the_round(moved, adapters):
    drawn, _leaver, taker = moved
    school = seats(drawn)[taker]
    letter = own(taker, adapters)
    slip = slips(drawn, school, adapters)[taker]
    assert letter == slip
    assert letter.is_slip
    [wishes] = [entry.wishes for entry in drawn.entries if entry.code == taker]
    assert letter.rank == wishes.index(school) + 1
    assert letter.moved_at is not None
    said = in_words(letter, office=OFFICE, language="en", words=lambda word: word)
    assert any("round" in label for label, _ in said.sections[0].lines)
    found = checked(letter, adapters)
    assert found is not None
    assert (found.moved_at, found.has_no_seat) == (letter.moved_at, False)


def test_slips_of_all_schools_are_those_who_hold_a_seat_now(moved, adapters):
    drawn, *_ = moved
    now = seats(drawn)
    found = {
        code: school
        for school in {*now.values()}
        for code, letter in slips(drawn, school, adapters).items()
        if letter.is_slip
    }
    assert found == now


def test_the_list_of_who_has_no_seat_follows_rounds(final):
    before = without_a_seat(final)
    assert before == {entry.code for entry in final.entries} - {
        code for school in school_ids() for code in _admitted(final, school)
    }
    open_answers(final)
    assert without_a_seat(final) == before
    code = next(iter(seats(final)))
    answer(code, Answer.DECLINE)
    hold(final)
    everybody = {entry.code for entry in final.entries}
    assert without_a_seat(final) == everybody - set(seats(final))
    assert code in without_a_seat(final)


def _admitted(drawn, school: str) -> set[str]:
    with transaction() as tx:
        lines = rolls.roll_of(tx, intake_id=drawn.intake_id, school_id=school_ids()[school])
    return {line.code for line in lines}
