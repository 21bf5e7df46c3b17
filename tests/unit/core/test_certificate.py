"""The certificate passes what the engine gives and catches every kind of planted fault."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from enrol.core.allocation import allocate_zone
from enrol.core.certificate import (
    certificate_to_json,
    certify_leftovers,
    certify_zone,
)
from enrol.core.intake_certificate import certify_intake
from enrol.core.leftovers import allocate_leftovers
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.outcome import FreeSeats
from enrol.core.priority import HANOI_2018
from enrol.core.seating import Violation, ViolationKind
from tests.unit.core.zones import KEY, entries, entry, plan, rule_sets, seat_plans

CHILDREN = (
    entry("R1", "AB", band=1),
    entry("R2", "AB", band=2),
    entry("R3", "AB", band=3, policies=("disability",)),
    entry("R4", "A", band=4),
)
PLANS = (plan("A", 1), plan("B", 1))


def placed(
    children: Sequence[Entry] = CHILDREN, plans: Sequence[SeatPlan] = PLANS
) -> tuple[Placement, ...]:
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=HANOI_2018, key=KEY)
    return outcome.placements


def violation(
    placements: Sequence[Placement],
    *,
    children: Sequence[Entry] = CHILDREN,
    plans: Sequence[SeatPlan] = PLANS,
) -> Violation | None:
    certificate = certify_zone(
        entries=children, seat_plans=plans, rules=HANOI_2018, key=KEY, placements=placements
    )
    assert certificate.holds == (certificate.violation is None)
    return certificate.violation


def moved(code: str, school: str | None, placements: Sequence[Placement]) -> list[Placement]:
    """Return the placements with one child elsewhere, its rank told correctly."""
    by_code = {child.code: child for child in CHILDREN}

    def rank(wishes: tuple[str, ...]) -> int | None:
        return wishes.index(school) + 1 if school in wishes else None

    return [
        replace(p, school=school, rank=rank(by_code[code].wishes)) if p.code == code else p
        for p in placements
    ]


@settings(deadline=None)
@given(entries(most=10), seat_plans(), rule_sets)
def test_holds_for_what_the_engine_places_in_a_zone(children, plans, rules):
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)

    certificate = certify_zone(
        entries=children, seat_plans=plans, rules=rules, key=KEY, placements=outcome.placements
    )

    assert certificate.violation is None
    assert certificate.placed == outcome.totals.seated
    assert certificate.refusals == sum(len(waiting.codes) for waiting in outcome.waiting)
    assert (certificate.entries, certificate.seats) == (len(children), outcome.totals.seats)


@settings(deadline=None)
@given(entries(most=10), st.integers(0, 3), st.integers(0, 3), rule_sets, st.booleans())
def test_holds_for_both_stages_of_an_intake(children, seats, elsewhere, rules, known):
    plans = [plan("A", seats), replace(plan("C", elsewhere), zone="Z2")]
    distances = {"R1": (("C", 300), ("A", 900))} if known else {}
    placements = both_stages(children, plans, distances, rules)

    certificate = certify_intake(
        entries=children,
        seat_plans=plans,
        distances=distances,
        rules=rules,
        key=KEY,
        placements=placements,
    )

    assert certificate.violation is None
    assert certificate.placed == sum(p.school is not None for p in placements)
    assert (certificate.schools, certificate.seats) == (2, seats + elsewhere)


def both_stages(children, plans, distances, rules) -> list[Placement]:
    first = allocate_zone(entries=children, seat_plans=plans[:1], rules=rules, key=KEY)
    left = {*first.leftover, *first.outside}
    second = allocate_leftovers(
        entries=[child for child in children if child.code in left],
        free=[*first.free_seats, FreeSeats(plans[1].school, plans[1].seats)],
        distances=distances,
        rules=rules,
        key=KEY,
    )
    return [p for p in first.placements if p.code not in left] + list(second.placements)


@settings(deadline=None)
@given(entries(most=6), seat_plans(), rule_sets, st.data())
def test_any_one_child_moved_to_another_of_its_options_is_caught(children, plans, rules, data):
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)
    assume(children)
    child = data.draw(st.sampled_from(children))
    school = data.draw(st.sampled_from([None, "A", "B", "C"]))
    before = {p.code: p for p in outcome.placements}[child.code]
    assume(before.school != school)
    rank = child.wishes.index(school) + 1 if school in child.wishes else None
    others = [p for p in outcome.placements if p.code != child.code]

    certificate = certify_zone(
        entries=children,
        seat_plans=plans,
        rules=rules,
        key=KEY,
        placements=[*others, replace(before, school=school, rank=rank)],
    )

    assert not certificate.holds


def test_catches_a_registration_without_placement():
    assert violation(placed()[1:]) == Violation(ViolationKind.MISSING, "R1")


def test_catches_a_child_placed_twice():
    second = replace(placed()[0], school="B", rank=2)

    assert violation([*placed(), second]) == Violation(ViolationKind.TWICE, "R1")


def test_catches_a_placement_of_nobody():
    stranger = replace(placed()[0], code="R0")

    assert violation([*placed(), stranger]) == Violation(ViolationKind.UNKNOWN, "R0")


@pytest.mark.parametrize("change", [{"band": 2}, {"number": "0" * 64}, {"rank": 2}, {"stage": 2}])
def test_catches_a_record_that_does_not_follow_from_the_facts(change):
    first, *others = placed()

    assert violation([replace(first, **change), *others]) == Violation(
        ViolationKind.WRONG_RECORD, "R1", "A"
    )


def test_catches_a_child_from_outside_in_a_zone_seat():
    found = violation(moved("R4", "A", placed()))

    assert found == Violation(ViolationKind.NOT_ELIGIBLE, "R4", "A")


def test_catches_a_school_the_child_did_not_wish():
    children = (entry("R1", "A"),)
    first = replace(placed(children)[0], school="B", rank=None)

    assert violation([first], children=children) == Violation(ViolationKind.NOT_ELIGIBLE, "R1", "B")


def test_catches_one_child_too_many():
    found = violation(moved("R3", "B", placed()))

    assert found == Violation(ViolationKind.OVER_CAPACITY, school="B")


def test_catches_an_empty_seat_that_somebody_wanted():
    found = violation(moved("R2", None, placed()))

    assert found == Violation(ViolationKind.EMPTY_SEAT, "R2", "B")


def test_catches_a_child_passed_over():
    swapped = moved("R1", "B", moved("R2", "A", placed()))

    assert violation(swapped) == Violation(ViolationKind.PASSED_OVER, "R1", "A", "R2")


def test_catches_a_reserve_that_was_not_respected():
    plans = (plan("A", 1, ("disability", 1)), plan("B", 1))
    ignored = placed()  # as if there were no reserve

    assert violation(ignored, plans=plans) == Violation(ViolationKind.RESERVE, "R3", "A", "R1")


def test_catches_a_reserved_seat_beyond_the_reserve():
    children = (
        entry("R1", "A", band=1),
        entry("R2", "A", band=2, policies=("disability",)),
        entry("R3", "A", band=3, policies=("disability",)),
    )
    reserved = (plan("A", 2, ("disability", 2)),)

    found = violation(
        placed(children, reserved), children=children, plans=(plan("A", 2, ("disability", 1)),)
    )

    assert found == Violation(ViolationKind.RESERVE, "R1", "A", "R3")


def test_catches_an_outsider_before_a_leftover_child():
    children = (entry("R1", "A", band=3), entry("R2", "C", band=4))
    right = allocate_leftovers(
        entries=children, free=[FreeSeats("C", 1)], distances={}, rules=HANOI_2018, key=KEY
    )
    first, second = right.placements
    wrong = [replace(first, school=None), replace(second, school="C", rank=1)]

    certificates = [
        certify_leftovers(
            entries=children,
            free=[FreeSeats("C", 1)],
            distances={},
            rules=HANOI_2018,
            key=KEY,
            placements=placements,
        )
        for placements in (right.placements, wrong)
    ]

    assert [certificate.violation for certificate in certificates] == [
        None,
        Violation(ViolationKind.PASSED_OVER, "R1", "C", "R2"),
    ]


@pytest.mark.parametrize("stage", [1, 2])
def test_a_leftover_child_cannot_be_hidden_from_the_second_stage(stage):
    children = [entry("R1", "A"), entry("R2", "A")]
    plans = [plan("A", 1), replace(plan("C", 1), zone="Z2")]
    right = both_stages(children, plans, {}, HANOI_2018)
    hidden = [
        replace(p, school=None, rank=None, stage=stage) if p.school == "C" else p for p in right
    ]

    certificate = certify_intake(
        entries=children,
        seat_plans=plans,
        distances={},
        rules=HANOI_2018,
        key=KEY,
        placements=hidden,
    )

    assert certificate.violation is not None


def test_a_certificate_is_plain_data_in_json():
    good = certify_zone(
        entries=CHILDREN, seat_plans=PLANS, rules=HANOI_2018, key=KEY, placements=placed()
    )
    bad = certify_zone(
        entries=CHILDREN, seat_plans=PLANS, rules=HANOI_2018, key=KEY, placements=placed()[1:]
    )

    assert json.loads(json.dumps(certificate_to_json(good))) == {
        "entries": 4,
        "schools": 2,
        "seats": 2,
        "placed": 2,
        "refusals": 3,
        "violation": None,
    }
    assert certificate_to_json(bad)["violation"] == {
        "kind": "missing",
        "code": "R1",
        "school": None,
        "other": None,
    }
