"""Odds: what many rehearsal draws would give, counted as the real engine would decide each."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core.allocation import allocate_zone
from enrol.core.odds import draw_keys, odds
from enrol.core.priority import HANOI_2018, LOTTERY_ONLY
from tests.unit.core.zones import entries, entry, plan, rule_sets, seat_plans

SEED = b"rehearsal seed of a test"


def of(outcome, code):
    return next(child for child in outcome.children if child.code == code)


@settings(deadline=None, max_examples=60)
@given(entries(most=8), seat_plans(), rule_sets)
def test_every_draw_is_decided_as_the_allocation_would(children, plans, rules):
    found = odds(entries=children, seat_plans=plans, rules=rules, seed=SEED, draws=7)

    outcomes = [
        allocate_zone(entries=children, seat_plans=plans, rules=rules, key=key)
        for key in draw_keys(seed=SEED, draws=7)
    ]
    ranks = Counter(
        (placement.code, placement.rank)
        for outcome in outcomes
        for placement in outcome.placements
        if placement.school is not None
    )
    for child in found.children:
        expected = [ranks[child.code, rank] for rank in range(1, len(child.granted) + 1)]
        assert list(child.granted) == expected
    lefts = [len(outcome.leftover) for outcome in outcomes]
    assert (found.left_total, found.left_least, found.left_most) == (
        sum(lefts),
        min(lefts),
        max(lefts),
    )


@settings(deadline=None, max_examples=60)
@given(entries(most=8), seat_plans(), rule_sets, st.integers(1, 9))
def test_the_counts_of_every_child_sum_to_the_draws(children, plans, rules, draws):
    found = odds(entries=children, seat_plans=plans, rules=rules, seed=SEED, draws=draws)

    assert [child.code for child in found.children] == sorted(e.code for e in children)
    assert all(sum(child.granted) + child.left == draws for child in found.children)
    assert all(child.left == draws for child in found.children if not child.in_zone)
    in_zone = sum(child.left for child in found.children if child.in_zone)
    assert in_zone == found.left_total


@settings(deadline=None, max_examples=40)
@given(entries(most=8), seat_plans(), rule_sets, st.randoms())
def test_the_order_of_the_input_does_not_matter(children, plans, rules, chance):
    found = odds(entries=children, seat_plans=plans, rules=rules, seed=SEED, draws=5)
    mixed, turned = list(children), list(plans)
    chance.shuffle(mixed)
    chance.shuffle(turned)

    assert odds(entries=mixed, seat_plans=turned, rules=rules, seed=SEED, draws=5) == found


def test_a_first_band_alone_at_a_school_always_wins():
    children = [entry("R1", "A", band=1), entry("R2", "A", band=2), entry("R3", "A", band=2)]

    found = odds(entries=children, seat_plans=[plan("A", 1)], rules=HANOI_2018, seed=SEED, draws=50)

    assert of(found, "R1").granted == (50,)
    assert of(found, "R2").left == of(found, "R3").left == 50
    assert (found.left_least, found.left_most, found.left_total) == (2, 2, 100)


def test_equal_children_share_the_seats_about_evenly():
    children = [entry(f"R{place}", "A") for place in range(4)]

    found = odds(
        entries=children, seat_plans=[plan("A", 2)], rules=LOTTERY_ONLY, seed=SEED, draws=400
    )

    assert all(130 < child.left < 270 for child in found.children)


@settings(deadline=None, max_examples=60)
@given(entries(least=1, most=8), seat_plans(), rule_sets, st.randoms())
def test_the_order_of_ones_own_wishes_does_not_change_how_often_none_is_granted(
    children, plans, rules, chance
):
    """The sentence on the family's page: order decides which wish, never whether one."""
    first, rest = children[0], children[1:]
    wishes = list(first.wishes)
    chance.shuffle(wishes)
    other = type(first)(first.code, first.family, first.submission_hash, first.facts, tuple(wishes))

    as_stated = odds(entries=children, seat_plans=plans, rules=rules, seed=SEED, draws=6)
    turned = odds(entries=(other, *rest), seat_plans=plans, rules=rules, seed=SEED, draws=6)

    assert of(as_stated, first.code).left == of(turned, first.code).left


@settings(deadline=None, max_examples=60)
@given(entries(least=1, most=8), seat_plans(), rule_sets, st.sampled_from("ABC"))
def test_one_more_wish_at_the_end_takes_nothing_from_those_above(children, plans, rules, school):
    """The other sentence: a school added at the end is looked at only when all above refused."""
    first, rest = children[0], children[1:]
    if school in first.wishes:
        return
    longer = type(first)(
        first.code, first.family, first.submission_hash, first.facts, (*first.wishes, school)
    )

    before = odds(entries=children, seat_plans=plans, rules=rules, seed=SEED, draws=6)
    after = odds(entries=(longer, *rest), seat_plans=plans, rules=rules, seed=SEED, draws=6)

    assert of(after, first.code).granted[:-1] == of(before, first.code).granted
    assert of(after, first.code).left <= of(before, first.code).left


def test_another_seed_is_another_rehearsal_and_the_same_seed_the_same():
    children = [entry(f"R{place}", "A") for place in range(6)]
    one, again, other = (
        odds(entries=children, seat_plans=[plan("A", 3)], rules=LOTTERY_ONLY, seed=s, draws=20)
        for s in (b"one", b"one", b"other")
    )

    assert one == again
    assert one != other


def test_no_draw_is_refused():
    with pytest.raises(ValueError, match="at least one draw"):
        odds(entries=[], seat_plans=[], rules=HANOI_2018, seed=SEED, draws=0)


def test_a_zone_without_anybody_or_without_seats():
    empty = odds(entries=[], seat_plans=[plan("A", 2)], rules=HANOI_2018, seed=SEED, draws=3)
    no_seats = odds(entries=[entry("R1", "A")], seat_plans=[], rules=HANOI_2018, seed=SEED, draws=3)

    assert (empty.children, empty.seats, empty.left_most) == ((), 2, 0)
    assert of(no_seats, "R1").left == 3
