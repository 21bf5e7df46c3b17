"""The published story after the first run: what verifies, and what a forger is told."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core import bundle
from enrol.core.bundle_files import read_placements, write_entries
from enrol.core.corrections import Correction, CorrectionReason, corrected
from enrol.core.holdings import Holdings
from enrol.core.intake_certificate import certify_intake
from enrol.core.leftovers import distances_from_zones
from enrol.core.lottery import draw_key
from enrol.core.priority import HANOI_2018
from enrol.core.results import compute
from enrol.core.round_certificate import round_violation
from enrol.core.rounds import Answer, Answered, replay
from enrol.core.sealing import list_hash
from enrol.core.sequel import Sequel, extended, hold_rounds
from enrol.core.sequel_files import read_answers, read_ledger, write_rolls
from enrol.core.stated_results import Inputs
from enrol.core.verification import verify
from tests.unit.core.bundles import (
    PUBLIC_VALUE,
    SEED,
    TABLE,
    changed,
    made_entries,
    made_members,
    made_plans,
    resealed,
)

ON = "2026-07-25"
ENTRIES = made_entries()
PLANS = made_plans()
KEY = draw_key(seed=SEED, public_value=PUBLIC_VALUE, list_hash=list_hash(ENTRIES))
FIRST = made_members()


def inputs_of(entries) -> Inputs:
    known = distances_from_zones(table=TABLE, entries=entries, rules=HANOI_2018)
    return Inputs(HANOI_2018, PLANS, entries, known, bundle.read(FIRST).draw, KEY)


def results_of(inputs: Inputs):
    return compute(
        entries=inputs.entries,
        seat_plans=inputs.seat_plans,
        distances=inputs.distances,
        rules=inputs.rules,
        key=inputs.key,
    ).results


def some_corrections() -> list[Correction]:
    """Return corrections of two children, so that somebody ends elsewhere."""
    lower = [entry for entry in ENTRIES if not entry.facts.permanent_in_zone][:2]
    return [
        Correction(
            entry.code,
            replace(entry.facts, permanent_in_zone=True, current_in_zone=True),
            CorrectionReason.RESIDENCE,
        )
        for entry in lower
    ]


def story(corrections=None, choose=None) -> dict[str, bytes]:
    """Return the bundle of a first run, corrections, a final run and two rounds."""
    made = some_corrections() if corrections is None else corrections
    final = inputs_of(corrected(entries=ENTRIES, corrections=made))
    results = results_of(final)
    holds = [item.code for item in results.placements if item.school is not None]
    chosen = (choose or (lambda codes: codes[2::3]))(holds)
    first = [Answered(code, Answer.DECLINE, ON) for code in chosen]
    kept = set(holds) - set(chosen)
    first += [Answered(code, Answer.UNCLAIMED, ON) for code in sorted(kept)[:2]]
    states = hold_rounds(inputs=final, results=results, answers=[first])
    again = sorted(states[0].holdings.holds)[:1]
    answers = [first, [Answered(code, Answer.DECLINE, ON) for code in again]]
    certificate = certify_intake(
        entries=final.entries,
        seat_plans=PLANS,
        distances=final.distances,
        rules=HANOI_2018,
        key=KEY,
        placements=results.placements,
    )
    rounds = hold_rounds(inputs=final, results=results, answers=answers)
    sequel = Sequel(made, results, certificate, answers, rounds)
    return extended(members=FIRST, entries=ENTRIES, sequel=sequel)


STORY = story()


def differences(members) -> list[str]:
    return [line.key for line in verify(members).differences]


def test_the_whole_story_verifies_and_the_first_bundle_stays_as_it_was():
    report = verify(STORY)
    assert report.differences == ()
    assert tuple(STORY) == bundle.SEQUEL_MEMBERS
    assert [name for name in bundle.MEMBERS[1:] if STORY[name] != FIRST[name]] == []
    assert {"corrections", "ledger", "rolls"} <= {line.key for line in report.checked}
    assert [line.key for line in report.checked].count("certificate") == 2
    answers = sum(map(len, read_answers(STORY["answers.csv"])))
    assert len(read_ledger(STORY["ledger.csv"])) > answers
    assert verify(FIRST).holds


def test_the_same_story_has_the_same_bytes():
    assert story() == STORY


@st.composite
def some_facts(draw: st.DrawFn) -> list[Correction]:
    """Draw corrections of up to six children: other residences, another zone, no policy."""
    made = []
    for at in draw(st.lists(st.integers(0, len(ENTRIES) - 1), unique=True, max_size=6)):
        facts = replace(
            ENTRIES[at].facts,
            zone=draw(st.sampled_from([None, "Z1", "Z2", "Z3"])),
            permanent_in_zone=draw(st.booleans()),
            current_in_zone=draw(st.booleans()),
            policies=(),
        )
        if facts != ENTRIES[at].facts:
            reason = draw(st.sampled_from(list(CorrectionReason)))
            made.append(Correction(ENTRIES[at].code, facts, reason))
    return made


@settings(deadline=None, max_examples=25)
@given(some_facts(), st.data())
def test_random_stories_verify_and_their_ledger_leads_to_their_rolls(made, data):
    def choose(codes):
        return data.draw(st.lists(st.sampled_from(codes), unique=True, min_size=1, max_size=12))

    told = story(made, choose)
    assert verify(told).differences == ()
    placed = read_placements(told["final_placements.csv"])
    holds = {item.code: item.school for item in placed if item.school is not None}
    lines = read_ledger(told["ledger.csv"])
    for at in sorted({at for at, _ in lines}):
        holds = replay(holds=holds, ledger=[line for when, line in lines if when == at])
    assert write_rolls(holds) == told["rolls.csv"]


def test_a_story_without_corrections_and_rounds_verifies():
    inputs = inputs_of(ENTRIES)
    results = results_of(inputs)
    certificate = certify_intake(
        entries=ENTRIES,
        seat_plans=PLANS,
        distances=inputs.distances,
        rules=HANOI_2018,
        key=KEY,
        placements=results.placements,
    )
    sequel = Sequel([], results, certificate, [], [])
    assert verify(extended(members=FIRST, entries=ENTRIES, sequel=sequel)).holds


def row(name: str, at: int) -> str:
    return STORY[name].decode().splitlines()[at]


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("corrections.csv", ",residence", ",sibling", None),
        ("corrections.csv", ",residence", ",whim", "unreadable"),
        ("corrections.csv", row("corrections.csv", 1) + "\n", "", "corrections"),
        ("counted_entries.jsonl", '"wishes":["TH01"', '"wishes":["TH02"', "corrections"),
        ("answers.csv", ",decline,", ",accept,", "ledger"),
        ("answers.csv", "1,", "2,", "unreadable"),
        ("answers.csv", ON, "25/07/2026", "unreadable"),
        ("ledger.csv", ",declined,", ",unclaimed,", "ledger"),
        ("ledger.csv", ",moved,", ",declined,", "ledger"),
        ("ledger.csv", row("ledger.csv", 3) + "\n", "", "ledger"),
        ("rolls.csv", row("rolls.csv", 1) + "\n", "", "rolls"),
        ("final_placements.csv", ",TH01,1,", ",TH02,1,", "placement"),
        ("final_certificate.json", '"placed":', '"placed":1', "certificate"),
    ],
)
def test_what_a_careful_forger_changes_is_named(name, old, new, found):
    members = resealed(changed(STORY, name, old, new))
    said = differences(members)
    assert said[:1] == ([found] if found else [])
    assert differences(changed(STORY, name, old, new))[0] == "member_changed"


def test_each_member_is_asked_for_by_its_own_name():
    broken = resealed({**STORY, "final_placements.csv": b"nothing\n"})
    told = [line for line in verify(broken).differences if line.key == "unreadable"]
    assert "final_placements.csv" in told[0].en
    for name in bundle.SEQUEL_MEMBERS[1:]:
        missing = {other: data for other, data in STORY.items() if other != name}
        assert differences(missing)[0] == "member_missing"


def test_a_first_bundle_with_a_member_of_the_sequel_is_refused():
    assert differences({**FIRST, "rolls.csv": STORY["rolls.csv"]})[0] == "member_unknown"


def held(seats, holds, wants=None) -> Holdings:
    return Holdings(seats, holds, wants or {}, frozenset())


@pytest.mark.parametrize(
    ("after", "gone", "said"),
    [
        (held({"A": 1}, {"R1": "A", "R2": "A"}), (), "2 children on 1"),
        (held({"A": 1}, {}), (), "R1 lost"),
        (held({"A": 1}, {"R1": "A"}), ("R1",), "gave up"),
        (held({"A": 1}, {"R3": "A"}, {"R2": ("A",)}), ("R1",), "R2 was passed over by R3"),
        (held({"A": 1}, {}, {"R2": ("A",)}), ("R1",), "empty seat and R2"),
        (held({"A": 1}, {"R2": "A"}, {"R3": ("A",)}), ("R1",), None),
    ],
)
def test_the_second_opinion_says_what_is_wrong(after, gone, said):
    before = held({"A": 1}, {"R1": "A"}, {"R2": ("A",), "R3": ("A",)})
    wrong = round_violation(before=before, after=after, queues={"A": ("R2", "R3")}, gone=gone)
    assert wrong is None if said is None else said in (wrong or "")


def test_the_corrected_list_has_only_other_facts():
    made = some_corrections()
    assert STORY["counted_entries.jsonl"] == write_entries(
        corrected(entries=ENTRIES, corrections=made)
    )
    assert STORY["counted_entries.jsonl"] != STORY["entries.jsonl"]
