"""Every reason is true: what it says would have changed the result does change it."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from enrol.core.allocation import allocate_zone
from enrol.core.explanation import (
    Change,
    Explanation,
    Position,
    Reason,
    explain_leftovers,
    explain_zone,
)
from enrol.core.leftovers import allocate_leftovers
from enrol.core.lottery import number
from enrol.core.outcome import FreeSeats
from enrol.core.priority import HANOI_2018, LOTTERY_ONLY, NEAREST_SCHOOL
from tests.unit.core.zones import (
    KEY,
    SIBLING_FIRST,
    entries,
    entry,
    plan,
    rule_sets,
    seat_plans,
)

REFUSED = {
    Reason.BAND,
    Reason.SIBLING,
    Reason.DISTANCE,
    Reason.NUMBER,
    Reason.CODE,
    Reason.RESERVED,
    Reason.NO_SEATS,
}


# Not every zone that is drawn refuses somebody.
choosy = settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def explained(children, plans, rules) -> dict[str, Explanation]:
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)
    explanations = explain_zone(
        entries=children, seat_plans=plans, rules=rules, key=KEY, placements=outcome.placements
    )
    return {explanation.code: explanation for explanation in explanations}


def school_of(code, children, plans, rules) -> str | None:
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)
    return next(p.school for p in outcome.placements if p.code == code)


def is_at_least(child, school, got) -> bool:
    return got is not None and child.wishes.index(got) <= child.wishes.index(school)


def drawn_for(code: str) -> str:
    return number(key=KEY, code=code)


def family_below(limit: str) -> str:
    return next(f"N{i}" for i in range(10**6) if drawn_for(f"N{i}") < limit)


@settings(deadline=None)
@given(entries(most=10), seat_plans(), rule_sets)
def test_every_wish_of_every_child_has_the_reason_that_fits_its_placement(children, plans, rules):
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)
    explanations = explained(children, plans, rules)

    waiting = {w.school: w.codes for w in outcome.waiting}
    for child, placement in zip(
        sorted(children, key=lambda c: c.code), outcome.placements, strict=True
    ):
        wishes = explanations[child.code].wishes
        assert [(w.rank, w.school) for w in wishes] == list(enumerate(child.wishes, start=1))
        for wish in wishes:
            assert (wish.reason is Reason.GRANTED) == (wish.school == placement.school)
            is_waiting = child.code in waiting.get(wish.school, ())
            assert (wish.reason in REFUSED) == is_waiting
            assert (wish.reason is Reason.OTHER_ZONE) == (wish.school == "X")
            assert wish.position.band == placement.band
            if is_waiting:
                place = waiting[wish.school].index(child.code) + 1
                assert wish.changes[-1] == Change("seats", place)


@choosy
@given(entries(least=4, most=8), seat_plans(), rule_sets, st.data())
def test_as_many_more_seats_as_it_says_are_enough(children, plans, rules, data):
    plans = [within_its_seats(p) for p in plans]
    child, wish = refused_wish(children, plans, rules, data)
    more = [
        replace(p, seats=p.seats + wish.changes[-1].value) if p.school == wish.school else p
        for p in plans
    ]

    assert is_at_least(child, wish.school, school_of(child.code, children, more, rules))


def within_its_seats(plan):
    """Return the plan with reserves that fit: one cut short would grow with the seats."""
    left = plan.seats
    reserves = []
    for reserve in plan.reserves:
        reserves.append(replace(reserve, seats=min(reserve.seats, left)))
        left -= reserves[-1].seats
    return replace(plan, reserves=tuple(reserves))


def refused_wish(children, plans, rules, data):
    by_code = {child.code: child for child in children}
    refused = [
        (by_code[explanation.code], wish)
        for explanation in explained(children, plans, rules).values()
        for wish in explanation.wishes
        if wish.reason in REFUSED
    ]
    assume(refused)
    return data.draw(st.sampled_from(refused))


@choosy
@given(
    entries(least=4, most=8), seat_plans(), st.sampled_from((HANOI_2018, LOTTERY_ONLY)), st.data()
)
def test_a_number_below_the_one_it_names_is_enough_and_no_other_is(children, plans, rules, data):
    child, wish = refused_wish(children, plans, rules, data)
    limits = [change.value for change in wish.changes if change.criterion == "number"]
    drawn = data.draw(st.sampled_from([f"N{i}" for i in range(40)]))
    if limits:
        drawn = data.draw(st.sampled_from([drawn, family_below(limits[0])]))
    assume(drawn_for(drawn) != wish.position.number)

    others = [replace(c, family=drawn) if c is child else c for c in children]
    got = school_of(child.code, others, plans, rules)

    if limits and drawn_for(drawn) < limits[0]:
        # With reserves a child that is displaced may come back for another group's seat.
        assert is_at_least(child, wish.school, got) or any(p.reserves for p in plans)
    else:
        assert got != wish.school


@choosy
@given(entries(least=4, most=8), seat_plans(reserves=False), st.integers(1, 3), st.data())
def test_the_band_it_names_is_enough_and_no_worse_one_is(children, plans, band, data):
    child, wish = refused_wish(children, plans, HANOI_2018, data)
    limits = [change.value for change in wish.changes if change.criterion == "band"]
    facts = replace(child.facts, permanent_in_zone=band in (1, 2), current_in_zone=band in (1, 3))

    others = [replace(c, facts=facts) if c is child else c for c in children]
    got = school_of(child.code, others, plans, HANOI_2018)

    if any(band <= limit for limit in limits):
        assert is_at_least(child, wish.school, got)
    else:
        assert got != wish.school


@choosy
@given(entries(schools="A", least=4, most=8), st.integers(0, 2), st.integers(0, 4), st.data())
def test_the_distance_it_names_is_enough_and_no_longer_one_is(children, seats, metres, data):
    plans = [plan("A", seats)]
    child, wish = refused_wish(children, plans, NEAREST_SCHOOL, data)
    limits = [change.value for change in wish.changes if change.criterion == "distance"]
    facts = replace(child.facts, distances=(("A", metres),))

    others = [replace(c, facts=facts) if c is child else c for c in children]
    got = school_of(child.code, others, plans, NEAREST_SCHOOL) == "A"

    assert got == any(metres <= limit for limit in limits)


@choosy
@given(entries(schools="A", least=4, most=8), st.integers(0, 2), st.data())
def test_a_sibling_at_the_school_is_enough_when_it_says_so(children, seats, data):
    plans = [plan("A", seats)]
    child, wish = refused_wish(children, plans, SIBLING_FIRST, data)
    assume("A" not in child.facts.sibling_schools)
    facts = replace(child.facts, sibling_schools=("A",))

    others = [replace(c, facts=facts) if c is child else c for c in children]
    got = school_of(child.code, others, plans, SIBLING_FIRST) == "A"

    assert got == (Change("sibling", 1) in wish.changes)


def test_tells_the_band_and_number_of_the_last_child_admitted():
    children = [entry("R1", "A", band=1), entry("R2", "A", band=2)]

    (wish,) = explained(children, [plan("A", 1)], HANOI_2018)["R2"].wishes

    assert wish.reason is Reason.BAND
    assert wish.position == Position(2, sibling=False, distance=None, number=drawn_for("R2"))
    assert wish.last == Position(1, sibling=False, distance=None, number=drawn_for("R1"))
    level = 1 if drawn_for("R2") < drawn_for("R1") else 0
    assert wish.changes == ((Change("band", 1),) * level + (Change("seats", 1),))


def test_a_member_is_measured_by_its_reserve_and_others_by_the_open_seats():
    children = [
        entry("R1", "A", band=1),
        entry("R2", "A", band=2, policies=("disability",)),
        entry("R3", "A", band=3, policies=("disability",)),
        entry("R4", "A", band=2),
    ]

    found = explained(children, [plan("A", 2, ("disability", 1))], HANOI_2018)

    assert found["R3"].wishes[0].last.band == 2
    assert found["R4"].wishes[0].last.band == 1


@pytest.mark.parametrize(
    ("plans", "reason"),
    [
        ([plan("A", 0)], Reason.NO_SEATS),
        ([plan("A", 1, ("disability", 1))], Reason.RESERVED),
        ([plan("B", 1)], Reason.OTHER_ZONE),
    ],
)
def test_tells_why_there_was_no_seat_to_compete_for(plans, reason):
    children = [entry("R1", "A"), entry("R2", "A", band=3, policies=("disability",))]

    (wish,) = explained(children, plans, HANOI_2018)["R1"].wishes

    assert (wish.reason, wish.last) == (reason, None)


def test_tells_that_a_higher_wish_was_granted_and_that_an_outsider_must_wait():
    children = [entry("R1", "AB"), entry("R2", "A", band=4)]

    found = explained(children, [plan("A", 2), plan("B", 1)], HANOI_2018)

    assert [w.reason for w in found["R1"].wishes] == [Reason.GRANTED, Reason.HIGHER_WISH]
    assert [w.reason for w in found["R2"].wishes] == [Reason.OUTSIDE]


def test_twins_are_told_that_the_registration_code_decided():
    twins = [entry("R1", "A", family="F"), entry("R2", "A", family="F")]

    (wish,) = explained(twins, [plan("A", 1)], LOTTERY_ONLY)["R2"].wishes

    assert wish.reason is Reason.CODE
    assert wish.changes == (Change("number", drawn_for("F")), Change("seats", 1))


def test_explains_a_rerouting_and_a_refusal_from_outside():
    children = [entry("R1", "A"), entry("R2", "A"), entry("R3", "BA", band=4)]
    free = [FreeSeats("A", 0), FreeSeats("B", 1), FreeSeats("C", 1)]
    distances = dict.fromkeys(("R1", "R2"), (("B", 500), ("C", 800)))
    given_ = {"entries": children, "free": free, "distances": distances, "rules": HANOI_2018}
    outcome = allocate_leftovers(**given_, key=KEY)

    found = {e.code: e for e in explain_leftovers(**given_, key=KEY, placements=outcome.placements)}

    first, second = sorted(("R1", "R2"), key=drawn_for)
    assert [(w.school, w.rank, w.reason) for w in found[first].wishes] == [
        ("B", None, Reason.GRANTED)
    ]
    assert [(w.school, w.reason) for w in found[second].wishes] == [
        ("B", Reason.NUMBER),
        ("C", Reason.GRANTED),
    ]
    assert [(w.school, w.reason) for w in found["R3"].wishes] == [
        ("B", Reason.LEFTOVER_FIRST),
        ("A", Reason.NO_SEATS),
    ]
    assert found["R3"].stage == 2
