"""Stage 2: leftover children are led to the nearest free school, then others are admitted."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core.allocation import allocate_zone
from enrol.core.leftovers import allocate_leftovers
from enrol.core.lottery import number, number_for_school
from enrol.core.model import Placement
from enrol.core.outcome import FreeSeats, WaitingList
from enrol.core.priority import HANOI_2018, UNKNOWN_DISTANCE, is_in_zone, priority_key
from tests.unit.core.zones import KEY, entries, entry, plan, rule_sets

SCHOOLS = "ABC"
free_seats = st.lists(st.builds(FreeSeats, st.sampled_from(SCHOOLS), st.integers(0, 3)), max_size=4)
metres = st.dictionaries(
    st.sampled_from([f"R{place}" for place in range(10)]),
    st.dictionaries(st.sampled_from(SCHOOLS), st.integers(0, 5)).map(lambda d: tuple(d.items())),
)


def choices(child, free, distances, rules):
    """The schools a child may get, in its order, and the metres that count."""
    offered = {some.school for some in free}
    with_seats = {some.school for some in free if some.seats}
    known = {**dict(distances.get(child.code, ())), **dict(child.facts.distances)}
    if not is_in_zone(facts=child.facts, rules=rules):
        return [school for school in child.wishes if school in offered], known
    far = 10**12
    return sorted(sorted(with_seats), key=lambda school: known.get(school, far)), known


def place_in_queue(child, school, known, rules):
    drawn = (
        number_for_school(key=KEY, code=child.family, school=school)
        if rules.per_school_numbers
        else number(key=KEY, code=child.family)
    )
    measured = replace(child.facts, distances=((school, known.get(school, UNKNOWN_DISTANCE)),))
    counted = replace(child, facts=measured)
    outside = not is_in_zone(facts=child.facts, rules=rules)
    return outside, priority_key(entry=counted, school=school, number=drawn, rules=rules)


@settings(deadline=None)
@given(entries(most=10), free_seats, metres, rule_sets)
def test_nobody_is_refused_where_a_seat_is_free_or_held_by_one_who_stands_behind(
    children, free, distances, rules
):
    outcome = allocate_leftovers(
        entries=children, free=free, distances=distances, rules=rules, key=KEY
    )

    got = {placement.code: placement.school for placement in outcome.placements}
    left = {some.school: some.seats for some in outcome.free_seats}
    options = {child.code: choices(child, free, distances, rules) for child in children}
    for child in children:
        listed, known = options[child.code]
        for school in listed[: listed.index(got[child.code]) if got[child.code] else None]:
            mine = place_in_queue(child, school, known, rules)
            holders = [other for other in children if got[other.code] == school]
            assert left[school] == 0
            assert all(
                place_in_queue(other, school, options[other.code][1], rules) < mine
                for other in holders
            )


@settings(deadline=None)
@given(entries(most=10), free_seats, metres, rule_sets)
def test_an_in_zone_child_is_unplaced_only_when_the_intake_has_too_few_seats(
    children, free, distances, rules
):
    outcome = allocate_leftovers(
        entries=children, free=free, distances=distances, rules=rules, key=KEY
    )

    residents = [c.code for c in children if is_in_zone(facts=c.facts, rules=rules)]
    seats = sum(some.seats for some in free)
    assert len(outcome.unplaced) == max(0, len(residents) - seats) == outcome.totals.unplaced
    assert set(outcome.unplaced) <= set(residents)


@settings(deadline=None)
@given(entries(most=10), free_seats, metres, rule_sets)
def test_seats_are_kept_count_of_and_every_child_is_named_once(children, free, distances, rules):
    outcome = allocate_leftovers(
        entries=children, free=free, distances=distances, rules=rules, key=KEY
    )

    assert [p.code for p in outcome.placements] == sorted(child.code for child in children)
    assert all(placement.stage == 2 for placement in outcome.placements)
    assert all(some.seats >= 0 for some in outcome.free_seats)
    placed = sum(placement.school is not None for placement in outcome.placements)
    left = sum(some.seats for some in outcome.free_seats)
    assert placed + left == sum(some.seats for some in free) == outcome.totals.seats
    assert placed == outcome.totals.seated + outcome.totals.rerouted


@settings(deadline=None)
@given(entries(most=10), free_seats, metres, rule_sets)
def test_only_children_from_outside_wait_and_they_wait_in_queue_order(
    children, free, distances, rules
):
    outcome = allocate_leftovers(
        entries=children, free=free, distances=distances, rules=rules, key=KEY
    )

    got = {placement.code: placement.school for placement in outcome.placements}
    outside = [c for c in children if not is_in_zone(facts=c.facts, rules=rules)]
    for waiting in outcome.waiting:
        queue = []
        for child in outside:
            listed, known = choices(child, free, distances, rules)
            mine = listed[: listed.index(got[child.code]) if got[child.code] else None]
            if waiting.school in mine:
                queue.append((place_in_queue(child, waiting.school, known, rules), child.code))
        assert waiting.codes == tuple(code for _, code in sorted(queue))


@settings(deadline=None)
@given(entries(most=10), free_seats, metres, rule_sets, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(children, free, distances, rules, random):
    shuffled, other_free = list(children), list(free)
    random.shuffle(shuffled)
    random.shuffle(other_free)
    other_metres = {code: list(reversed(known)) for code, known in reversed(distances.items())}

    assert allocate_leftovers(
        entries=shuffled, free=other_free, distances=other_metres, rules=rules, key=KEY
    ) == allocate_leftovers(entries=children, free=free, distances=distances, rules=rules, key=KEY)


@settings(deadline=None)
@given(entries(most=10), st.integers(0, 3), st.integers(0, 3), rule_sets)
def test_after_both_stages_every_in_zone_child_has_a_seat_a_proposal_or_is_named(
    children, seats, elsewhere, rules
):
    first = allocate_zone(entries=children, seat_plans=[plan("A", seats)], rules=rules, key=KEY)
    waiting = {*first.leftover, *first.outside}
    second = allocate_leftovers(
        entries=[child for child in children if child.code in waiting],
        free=[*first.free_seats, FreeSeats("C", elsewhere)],
        distances={},
        rules=rules,
        key=KEY,
    )

    seated = [p.code for p in (*first.placements, *second.placements) if p.school is not None]
    residents = {c.code for c in children if is_in_zone(facts=c.facts, rules=rules)}
    assert len(seated) == len(set(seated))
    assert residents <= {*seated, *second.unplaced}


def test_a_leftover_child_is_rerouted_to_the_nearest_school_and_comes_before_outsiders():
    children = [entry("R1", "A", band=1), entry("R2", "BC", band=4)]

    outcome = allocate_leftovers(
        entries=children,
        free=[FreeSeats("A", 0), FreeSeats("B", 1), FreeSeats("C", 1)],
        distances={"R1": (("B", 700), ("C", 900))},
        rules=HANOI_2018,
        key=KEY,
    )

    rerouted, admitted = outcome.placements
    assert rerouted == Placement("R1", "B", None, 1, number(key=KEY, code="R1"), 2)
    assert (admitted.school, admitted.rank) == ("C", 2)
    assert outcome.waiting == (
        WaitingList("A", ()),
        WaitingList("B", ("R2",)),
        WaitingList("C", ()),
    )


def test_a_child_from_outside_waits_also_at_a_full_school():
    outcome = allocate_leftovers(
        entries=[entry("R1", "AX", band=4)],
        free=[FreeSeats("A", 0)],
        distances={},
        rules=HANOI_2018,
        key=KEY,
    )

    assert outcome.placements[0].school is None
    assert outcome.unplaced == ()
    assert outcome.waiting == (WaitingList("A", ("R1",)),)


def test_a_home_without_known_distances_still_gets_a_seat():
    outcome = allocate_leftovers(
        entries=[entry("R1", "A")],
        free=[FreeSeats("C", 1), FreeSeats("B", 1)],
        distances={},
        rules=HANOI_2018,
        key=KEY,
    )

    assert outcome.placements[0].school == "B"


def test_refuses_a_negative_number_of_free_seats():
    with pytest.raises(ValueError, match="negative number of seats"):
        allocate_leftovers(
            entries=[], free=[FreeSeats("A", -1)], distances={}, rules=HANOI_2018, key=KEY
        )
