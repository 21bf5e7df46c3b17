"""Random years: corrections, a final run, rounds of answers, and the file that tells all of it."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core import bundle
from enrol.core.bundle_files import read_placements
from enrol.core.claims import Law
from enrol.core.corrections import Correction, CorrectionReason, corrected
from enrol.core.holdings import first_holdings, queues_of
from enrol.core.intake_certificate import certify_intake
from enrol.core.priority import HANOI_2018
from enrol.core.rounds import Answer, replay
from enrol.core.sequel import Sequel, extended, hold_rounds
from enrol.core.sequel_files import read_ledger, read_rolls, write_answers
from enrol.core.verification import verify
from tests.unit.core.bundles import resealed
from tests.unit.core.round_cities import answers
from tests.unit.core.test_rounds import check_causes, check_state
from tests.unit.core.test_sequel import ENTRIES, FIRST, KEY, PLANS, inputs_of, results_of

LAW = Law(HANOI_2018, KEY)
LEAVES = (Answer.DECLINE, Answer.UNCLAIMED)


@st.composite
def corrections(draw: st.DrawFn) -> list[Correction]:
    """Draw other residences for some children."""
    made = []
    for entry in draw(st.lists(st.sampled_from(ENTRIES), unique=True, max_size=6)):
        facts = replace(
            entry.facts,
            permanent_in_zone=draw(st.booleans()),
            current_in_zone=draw(st.booleans()),
        )
        if facts != entry.facts:
            made.append(Correction(entry.code, facts, CorrectionReason.RESIDENCE))
    return sorted(made, key=lambda one: one.code)


@settings(deadline=None, max_examples=60)
@given(corrections(), st.data())
def test_a_random_year_keeps_every_promise_and_its_file_tells_it(made, data):
    final = inputs_of(corrected(entries=ENTRIES, corrections=made))
    results = results_of(final)
    state = first_holdings(
        entries=final.entries,
        seat_plans=PLANS,
        distances=final.distances,
        results=results,
        law=LAW,
    )
    given_so_far = []
    for at in range(data.draw(st.integers(0, 4), label="rounds")):
        said = data.draw(answers(state, ends=at % 2 == 0))
        if not said:
            break
        given_so_far.append(said)
        queues = queues_of(holdings=state, groups=[(final.entries, LAW)], seat_plans=PLANS)
        held = hold_rounds(inputs=final, results=results, answers=given_so_far)[-1]
        gone = {one.code for one in said if one.answer in LEAVES}
        check_state(state, held.holdings, queues, gone)
        check_causes(state, held.ledger)
        before, after = state.holds, held.holdings.holds
        moved = {code for code in {*before, *after} if before.get(code) != after.get(code)}
        assert Counter(line.code for line in held.ledger) == Counter(moved), "each once, no other"
        state = held.holdings
    check_file(made, final, results, given_so_far, state)


def check_file(made, final, results, given_so_far, state) -> None:
    """The file holds, says who holds what, and its ledger alone leads there."""
    sequel = Sequel(
        made,
        results,
        certify_intake(
            entries=final.entries,
            seat_plans=PLANS,
            distances=final.distances,
            rules=HANOI_2018,
            key=KEY,
            placements=results.placements,
        ),
        given_so_far,
        hold_rounds(inputs=final, results=results, answers=given_so_far),
    )
    members = extended(members=FIRST, entries=ENTRIES, sequel=sequel)
    assert verify(members).differences == ()
    rolls = {code: school for school, code in read_rolls(members[bundle.ROLLS])}
    assert rolls == dict(state.holds)
    placed = read_placements(members[bundle.FINAL_PLACEMENTS])
    holds = {item.code: item.school for item in placed if item.school is not None}
    lines = read_ledger(members[bundle.LEDGER])
    for at in range(1, len(given_so_far) + 1):
        holds = replay(holds=holds, ledger=[line for when, line in lines if when == at])
    assert holds == rolls
    refuse_other_stories(members, given_so_far, lines)


def refuse_other_stories(members, given_so_far, lines) -> None:
    """A last round left out is found wherever it moved somebody; two rounds exchanged, wherever a
    seat was given up in them.
    """
    last = len(given_so_far)
    stories = []
    if any(when == last for when, _ in lines):
        stories.append(given_so_far[:-1])
    given_up = [when for when, line in lines if line.taken is None]
    if last >= 2 and {1, 2} & {*given_up}:
        stories.append([given_so_far[1], given_so_far[0], *given_so_far[2:]])
    for story in stories:
        told = write_answers(story)
        if told != members[bundle.ANSWERS]:
            assert not verify(resealed({**members, bundle.ANSWERS: told})).holds
