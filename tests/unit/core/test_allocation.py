"""Stage 1 against an independent reading of the rules: small zones, every possible placement."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core.allocation import allocate_zone
from enrol.core.lottery import number, number_for_school
from enrol.core.model import CutOff, Entry, SeatPlan
from enrol.core.outcome import FreeSeats, WaitingList
from enrol.core.priority import HANOI_2018, LOTTERY_ONLY, RuleSet, is_in_zone, priority_key
from tests.unit.core.zones import (
    KEY,
    OWN_NUMBERS,
    SIBLING_FIRST,
    entries,
    entry,
    plan,
    rule_sets,
    seat_plans,
)

Placed = Mapping[str, str | None]


def place_in_queue(child: Entry, school: str, rules: RuleSet) -> tuple[int | str, ...]:
    drawn = (
        number_for_school(key=KEY, code=child.family, school=school)
        if rules.per_school_numbers
        else number(key=KEY, code=child.family)
    )
    return priority_key(entry=child, school=school, number=drawn, rules=rules)


def chosen(seats: SeatPlan, applicants: Sequence[Entry], rules: RuleSet) -> set[str]:
    """The school's choice, written down as the rule reads and not as the engine works."""
    queue = sorted(applicants, key=lambda child: place_in_queue(child, seats.school, rules))
    taken: list[Entry] = []
    if rules.reserves:
        for reserve in seats.reserves:
            members = [c for c in queue if reserve.policy in c.facts.policies and c not in taken]
            taken += members[: min(reserve.seats, seats.seats - reserved_so_far(seats, reserve))]
    others = [child for child in queue if child not in taken]
    taken += others[: seats.seats - len(taken)]
    return {child.code for child in taken}


def reserved_so_far(seats: SeatPlan, until: object) -> int:
    earlier = itertools.takewhile(lambda reserve: reserve is not until, seats.reserves)
    return min(seats.seats, sum(reserve.seats for reserve in earlier))


def is_stable(
    placed: Placed, children: Sequence[Entry], plans: Sequence[SeatPlan], rules: RuleSet
) -> bool:
    for seats in plans:
        holders = [child for child in children if placed[child.code] == seats.school]
        envious = [
            child
            for child in children
            if seats.school in child.wishes and is_better(child, seats.school, placed[child.code])
        ]
        if chosen(seats, holders + envious, rules) != {child.code for child in holders}:
            return False
    return True


def is_better(child: Entry, school: str, than: str | None) -> bool:
    return than is None or child.wishes.index(school) < child.wishes.index(than)


def all_placements(children: Sequence[Entry], plans: Sequence[SeatPlan]) -> Iterator[Placed]:
    offered = {seats.school for seats in plans}
    options = [[None, *(s for s in child.wishes if s in offered)] for child in children]
    for schools in itertools.product(*options):
        yield {child.code: school for child, school in zip(children, schools, strict=True)}


def in_zone(children: Sequence[Entry], rules: RuleSet) -> list[Entry]:
    return [child for child in children if is_in_zone(facts=child.facts, rules=rules)]


def schools_of(outcome) -> dict[str, str | None]:
    return {placement.code: placement.school for placement in outcome.placements}


@settings(max_examples=150, deadline=None)
@given(entries(most=5), seat_plans(), rule_sets)
def test_is_the_stable_placement_that_is_best_for_every_child(children, plans, rules):
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)

    residents = in_zone(children, rules)
    placed = {child.code: schools_of(outcome)[child.code] for child in residents}
    stable = [p for p in all_placements(residents, plans) if is_stable(p, residents, plans, rules)]
    assert placed in stable
    for other in stable:
        for child in residents:
            school = other[child.code]
            assert school == placed[child.code] or not (
                school is not None and is_better(child, school, placed[child.code])
            )


@settings(deadline=None)
@given(entries(most=12), seat_plans(), rule_sets)
def test_no_school_has_more_children_than_seats_and_free_seats_are_counted(children, plans, rules):
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)

    schools = list(schools_of(outcome).values())
    for seats, free in zip(plans, outcome.free_seats, strict=True):
        assert free == FreeSeats(seats.school, seats.seats - schools.count(seats.school))
        assert free.seats >= 0


@settings(deadline=None)
@given(entries(most=10), seat_plans(), rule_sets, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(children, plans, rules, random):
    shuffled, other_plans = list(children), list(plans)
    random.shuffle(shuffled)
    random.shuffle(other_plans)

    assert allocate_zone(
        entries=shuffled, seat_plans=other_plans, rules=rules, key=KEY
    ) == allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)


@settings(deadline=None)
@given(entries(most=10), seat_plans(), st.permutations("ABC"))
def test_other_names_for_the_schools_give_the_same_placements(children, plans, names):
    renamed = dict(zip("ABCX", [*names, "X"], strict=True))
    others = [
        replace(
            child,
            wishes=tuple(renamed[s] for s in child.wishes),
            facts=replace(
                child.facts,
                sibling_schools=tuple(renamed[s] for s in child.facts.sibling_schools),
                distances=tuple((renamed[s], m) for s, m in child.facts.distances),
            ),
        )
        for child in children
    ]
    other_plans = [replace(seats, school=renamed[seats.school]) for seats in plans]

    before = allocate_zone(entries=children, seat_plans=plans, rules=SIBLING_FIRST, key=KEY)
    after = allocate_zone(entries=others, seat_plans=other_plans, rules=SIBLING_FIRST, key=KEY)

    assert schools_of(after) == {
        code: school and renamed[school] for code, school in schools_of(before).items()
    }


@settings(deadline=None)
@given(entries(most=10), seat_plans(reserves=False), rule_sets, st.sampled_from("ABC"))
def test_one_more_seat_hurts_nobody(children, plans, rules, school):
    more = [replace(p, seats=p.seats + 1) if p.school == school else p for p in plans]

    before = schools_of(allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY))
    after = schools_of(allocate_zone(entries=children, seat_plans=more, rules=rules, key=KEY))

    for child in children:
        had = before[child.code]
        assert had == after[child.code] or is_better(child, after[child.code], had)


@settings(deadline=None)
@given(entries(most=10), seat_plans(), rule_sets)
def test_every_child_is_seated_left_over_or_outside_exactly_once(children, plans, rules):
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)

    seated = [p.code for p in outcome.placements if p.school is not None]
    residents = {child.code for child in in_zone(children, rules)}
    assert sorted([*seated, *outcome.leftover, *outcome.outside]) == sorted(
        child.code for child in children
    )
    assert set(outcome.outside).isdisjoint(residents)
    assert set(outcome.leftover) | set(seated) == residents
    assert [p.code for p in outcome.placements] == sorted(child.code for child in children)
    totals = outcome.totals
    assert (totals.seated, totals.unplaced) == (len(seated), len(outcome.leftover))
    assert (totals.entries, totals.outside) == (len(children), len(outcome.outside))


@settings(deadline=None)
@given(entries(most=10), seat_plans(), rule_sets)
def test_the_waiting_list_has_those_who_wished_the_school_above_what_they_got(
    children, plans, rules
):
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)

    got = schools_of(outcome)
    for seats, waiting in zip(plans, outcome.waiting, strict=True):
        envious = [
            child
            for child in in_zone(children, rules)
            if seats.school in child.wishes and is_better(child, seats.school, got[child.code])
        ]
        envious.sort(key=lambda child: place_in_queue(child, seats.school, rules))
        assert waiting == WaitingList(seats.school, tuple(child.code for child in envious))


@settings(deadline=None)
@given(entries(most=10), seat_plans(reserves=False), rule_sets)
def test_the_cut_off_is_the_last_admitted_child_of_the_band(children, plans, rules):
    outcome = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)

    by_code = {child.code: child for child in children}
    expected = []
    for seats in plans:
        admitted = [p for p in outcome.placements if p.school == seats.school]
        for band in sorted({p.band for p in admitted}):
            queue = sorted(
                (p for p in admitted if p.band == band),
                key=lambda p: place_in_queue(by_code[p.code], p.school, rules),
            )
            expected.append(CutOff(seats.school, band, queue[-1].number, len(queue)))
    assert outcome.cut_offs == tuple(expected)


def test_a_reserved_seat_goes_to_its_policy_before_a_better_number():
    children = [entry("R1", "A", band=1), entry("R2", "A", band=2, policies=("disability",))]

    outcome = allocate_zone(
        entries=children, seat_plans=[plan("A", 1, ("disability", 1))], rules=HANOI_2018, key=KEY
    )

    assert schools_of(outcome) == {"R1": None, "R2": "A"}
    assert outcome.waiting == (WaitingList("A", ("R1",)),)


def test_unused_reserved_seats_flow_back():
    children = [entry("R1", "A"), entry("R2", "A"), entry("R3", "A", policies=("disability",))]

    outcome = allocate_zone(
        entries=children, seat_plans=[plan("A", 3, ("disability", 3))], rules=HANOI_2018, key=KEY
    )

    assert set(schools_of(outcome).values()) == {"A"}


def test_reserves_fill_in_the_stated_order_and_a_member_uses_a_reserved_seat_first():
    both = entry("R1", "A", band=1, policies=("disability", "martyr"))
    one = entry("R2", "A", band=2, policies=("disability",))
    plain = entry("R3", "A", band=1)

    def admitted(*reserves: tuple[str, int]) -> set[str]:
        outcome = allocate_zone(
            entries=[both, one, plain],
            seat_plans=[plan("A", 2, *reserves)],
            rules=HANOI_2018,
            key=KEY,
        )
        return {code for code, school in schools_of(outcome).items() if school}

    assert admitted(("martyr", 1), ("disability", 1)) == {"R1", "R2"}
    assert admitted(("disability", 1), ("martyr", 1)) == {"R1", "R3"}


def test_more_reserved_seats_than_seats_do_not_make_seats():
    children = [entry(f"R{i}", "A", policies=("disability", "martyr")) for i in range(4)]

    outcome = allocate_zone(
        entries=children,
        seat_plans=[plan("A", 2, ("disability", 2), ("martyr", 2))],
        rules=HANOI_2018,
        key=KEY,
    )

    assert outcome.totals.seated == 2


def test_rules_without_reserves_leave_them_aside():
    children = [entry("R1", "A", band=1), entry("R2", "A", band=2, policies=("disability",))]

    outcome = allocate_zone(
        entries=children,
        seat_plans=[plan("A", 1, ("disability", 1))],
        rules=replace(HANOI_2018, reserves=False),
        key=KEY,
    )

    assert schools_of(outcome) == {"R1": "A", "R2": None}


def test_twins_share_a_number_and_the_registration_code_breaks_the_tie():
    twins = [entry("R2", "A", family="F"), entry("R1", "A", family="F")]

    outcome = allocate_zone(entries=twins, seat_plans=[plan("A", 1)], rules=LOTTERY_ONLY, key=KEY)

    first, second = outcome.placements
    assert first.number == second.number == number(key=KEY, code="F")
    assert (first.school, second.school) == ("A", None)


def test_twins_stand_side_by_side_in_every_queue():
    children = [entry(f"R{i:02}", "A", family=f"F{i % 10}") for i in range(20)]

    outcome = allocate_zone(
        entries=children, seat_plans=[plan("A", 0)], rules=LOTTERY_ONLY, key=KEY
    )

    queue = outcome.waiting[0].codes
    families = {child.code: child.family for child in children}
    assert all(families[a] == families[b] for a, b in zip(queue[::2], queue[1::2], strict=True))


def test_a_child_from_outside_does_not_compete_in_its_zone():
    outcome = allocate_zone(
        entries=[entry("R1", "A", band=4)], seat_plans=[plan("A", 1)], rules=HANOI_2018, key=KEY
    )

    assert outcome.outside == ("R1",)
    assert outcome.leftover == ()
    assert outcome.placements[0].school is None
    assert outcome.free_seats == (FreeSeats("A", 1),)


def test_a_wish_for_a_school_of_another_zone_is_left_aside():
    outcome = allocate_zone(
        entries=[entry("R1", "XA")], seat_plans=[plan("A", 1)], rules=HANOI_2018, key=KEY
    )

    assert (outcome.placements[0].school, outcome.placements[0].rank) == ("A", 2)


def test_the_number_of_a_placement_is_the_one_that_counted_at_the_school():
    outcome = allocate_zone(
        entries=[entry("R1", "A", family="F")],
        seat_plans=[plan("A", 1)],
        rules=OWN_NUMBERS,
        key=KEY,
    )

    expected = number_for_school(key=KEY, code="F", school="A")
    assert outcome.placements[0].number == expected
    assert outcome.cut_offs == (CutOff("A", 1, expected, 1),)


@pytest.mark.parametrize(
    ("children", "plans", "reason"),
    [
        ([entry("R1", "A"), entry("R1", "A")], [plan("A", 1)], "R1 stands twice"),
        ([entry("R1", "AA")], [plan("A", 1)], "wishes a school twice"),
        ([entry("R1", "A")], [plan("A", 1), plan("A", 2)], "two seat plans"),
        ([entry("R1", "A")], [plan("A", -1)], "negative number of seats"),
        ([entry("R1", "A")], [plan("A", 1, ("martyr", -1))], "negative number of seats"),
        ([entry("R1", "A", distances=(("A", -5),))], [plan("A", 1)], "negative distance"),
        ([entry("R1", "A")], [replace(plan("A", 1), zone="Z2")], "one zone at a time"),
    ],
)
def test_refuses_input_that_contradicts_itself(children, plans, reason):
    with pytest.raises(ValueError, match=reason):
        allocate_zone(entries=children, seat_plans=plans, rules=SIBLING_FIRST, key=KEY)
