"""What if: the same children and numbers with other seats or rules, and nothing else."""

from hypothesis import given, settings

from enrol.core.allocation import allocate_zone
from enrol.core.imagined import Change, Seated, imagine_zone, summed
from enrol.core.priority import HANOI_2018, LOTTERY_ONLY
from tests.unit.core.zones import KEY, entries, entry, plan, rule_sets, seat_plans


def imagine(children, plans, *, seats=None, rules=HANOI_2018, other=None):
    return imagine_zone(
        entries=children,
        seat_plans=plans,
        rules=rules,
        imagined_plans=seats or plans,
        imagined_rules=other or rules,
        key=KEY,
    )


@settings(deadline=None, max_examples=50)
@given(entries(), seat_plans(), rule_sets)
def test_imagining_what_stands_changes_nobody(children, plans, rules):
    found = imagine(children, plans, rules=rules)

    assert found.changes == ()
    assert found.before == found.after


@settings(deadline=None, max_examples=50)
@given(entries(), seat_plans(), seat_plans(), rule_sets, rule_sets)
def test_both_sides_are_what_the_engine_gives(children, plans, others, rules, other):
    found = imagine(children, plans, seats=others, rules=rules, other=other)
    before = allocate_zone(entries=children, seat_plans=plans, rules=rules, key=KEY)
    after = allocate_zone(entries=children, seat_plans=others, rules=other, key=KEY)

    moved = {change.code: change for change in found.changes}
    for old, new in zip(before.placements, after.placements, strict=True):
        change = moved.get(old.code)
        assert (change is None) == ((old.school, old.rank) == (new.school, new.rank))
        if change:
            assert (change.before.school, change.after.school) == (old.school, new.school)
    assert (found.before, found.after) == (before.totals, after.totals)


def test_one_more_seat_takes_in_the_next_child():
    children = [entry("R1", "A", band=1), entry("R2", "A", band=2)]

    found = imagine(children, [plan("A", 1)], seats=[plan("A", 2)])

    assert found.changes == (Change("R2", Seated(None, None), Seated("A", 1)),)
    assert (found.before.unplaced, found.after.unplaced) == (1, 0)


def test_other_rules_can_turn_the_queue():
    children = [entry(f"R{place}", "A", band=1 + place % 2) for place in range(8)]

    found = imagine(children, [plan("A", 4)], other=LOTTERY_ONLY)

    gained = [change.code for change in found.changes if change.before.school is None]
    lost = [change.code for change in found.changes if change.after.school is None]
    assert len(gained) == len(lost) > 0
    assert all(int(code[1:]) % 2 for code in gained)


def test_totals_add_up():
    one = imagine([entry("R1", "A")], [plan("A", 2)]).before

    assert summed([one, one]).seats == 4
    assert summed([one, one]).seated == 2
    assert summed([]).entries == 0
