"""Corrected facts: only facts change, each with a reason, and the numbers stay."""

from dataclasses import replace

import pytest

from enrol.core.corrections import (
    Correction,
    CorrectionReason,
    changes,
    corrected,
    corrections_of,
    read_reasons,
    write_corrections,
)
from enrol.core.priority import HANOI_2018
from enrol.core.results import compute
from tests.unit.core.zones import KEY, entry, plan

FROZEN = [entry("R1", "AB", band=2), entry("R2", "AB", band=3), entry("R3", "B", band=3)]
BETTER = replace(FROZEN[1].facts, permanent_in_zone=True)
CORRECTION = Correction("R2", BETTER, CorrectionReason.RESIDENCE)


def results(entries):
    plans = [plan("A", 1), plan("B", 1)]
    return compute(entries=entries, seat_plans=plans, distances={}, rules=HANOI_2018, key=KEY)


def test_a_corrected_fact_moves_children_and_leaves_their_numbers():
    counted = corrected(entries=FROZEN, corrections=[CORRECTION])
    before, after = results(FROZEN).results, results(counted).results
    moved = changes(before=before.placements, after=after.placements)
    told = [(change.code, change.before.school, change.after.school) for change in moved]
    assert told == [("R1", "A", "B"), ("R2", "B", "A")]
    assert [p.number for p in before.placements] == [p.number for p in after.placements]


def test_corrections_are_read_back_out_of_the_two_lists():
    counted = corrected(entries=FROZEN, corrections=[CORRECTION])
    data = write_corrections([CORRECTION])
    assert data == b"code,reason\nR2,residence\n"
    assert corrections_of(frozen=FROZEN, counted=counted, reasons=read_reasons(data)) == [
        CORRECTION
    ]


@pytest.mark.parametrize(
    "counted",
    [
        FROZEN[:2],
        [*FROZEN[:2], replace(FROZEN[2], wishes=("A",))],
        [*FROZEN[:2], replace(FROZEN[2], family="R1")],
        [*FROZEN[:2], replace(FROZEN[2], submission_hash="1" * 64)],
        [*FROZEN[:2], replace(FROZEN[2], facts=BETTER)],
    ],
)
def test_anything_but_a_fact_with_its_reason_is_refused(counted):
    with pytest.raises(ValueError, match=r"R|registrations"):
        corrections_of(frozen=FROZEN, counted=counted, reasons=[])


def test_a_correction_must_correct_something_once():
    with pytest.raises(ValueError, match="twice"):
        corrected(entries=FROZEN, corrections=[CORRECTION, CORRECTION])
    with pytest.raises(ValueError, match="nothing to correct"):
        corrected(entries=FROZEN, corrections=[replace(CORRECTION, facts=FROZEN[1].facts)])
    with pytest.raises(ValueError, match="nothing to correct"):
        corrected(entries=FROZEN, corrections=[replace(CORRECTION, code="R9")])
    with pytest.raises(ValueError, match="not a valid"):
        read_reasons(b"code,reason\nR2,whim\n")
