"""Settling a zone in one pass gives what deferred acceptance gives, and its certificate bites."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.allocation import allocate_zone
from enrol.core.certificate import certify_zone
from enrol.core.lottery import number, numbers
from enrol.core.model import Entry, Facts, Reserve, SeatPlan
from enrol.core.priority import HANOI_2018, LOTTERY_ONLY, NEAREST_SCHOOL, RESIDENCE_2026
from enrol.core.roll import Packed, Roll, roll_of
from enrol.core.roll_certificate import certify_settlement, drawn_again
from enrol.core.sealing import entry_to_json
from enrol.core.settlement import NOWHERE, has_one_order, settle

KEY = bytes(range(32))
SCHOOLS = ["A", "B", "C", "D,\\", 'E"']
RULES = st.sampled_from([HANOI_2018, RESIDENCE_2026, LOTTERY_ONLY])


def packed(entries) -> Packed:
    """Spell entries as the store's packed columns are spelled."""
    rows = []
    for entry in sorted(entries, key=lambda entry: entry.code):
        stated = entry_to_json(entry)
        facts = {name: value for name, value in stated["facts"].items() if name != "distances"}
        stated = (entry.family, facts, stated["wishes"])
        rows.append((entry.code, *(json.dumps(each, ensure_ascii=False) for each in stated)))
    return Packed(*("\n".join(column) for column in zip(*rows, strict=True))) if rows else NOBODY


NOBODY = Packed("", "", "", "")


@st.composite
def cities(draw):
    names = draw(st.permutations(SCHOOLS[: draw(st.integers(1, 5))]))
    plans = [SeatPlan(name, "Z", draw(st.integers(0, 3))) for name in names]
    entries = []
    for child in range(draw(st.integers(0, 14))):
        code = f"AR{child:04}"
        flags = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
        wishes = draw(st.lists(st.sampled_from([*SCHOOLS, "elsewhere"]), unique=True))
        family = draw(st.sampled_from([code, "twins"]))
        entries.append(Entry(code, family, "0" * 64, Facts("Z", *flags), tuple(wishes)))
    return draw(st.permutations(entries)), plans


@given(cities(), RULES)
def test_settling_is_deferred_acceptance(city, rules):
    entries, plans = city
    roll = roll_of(packed(entries))

    settled = settle(roll=roll, seat_plans=plans, rules=rules, key=KEY)
    expected = allocate_zone(entries=entries, seat_plans=plans, rules=rules, key=KEY)

    assert settled.outcome() == expected
    assert certify_settlement(
        roll=roll, seat_plans=plans, rules=rules, key=KEY, settlement=settled
    ) == certify_zone(
        entries=entries, seat_plans=plans, rules=rules, key=KEY, placements=expected.placements
    )


@given(cities(), RULES, st.randoms(use_true_random=False))
def test_whatever_is_altered_is_judged_as_the_full_certificate_judges(city, rules, chance):
    entries, plans = city
    roll = roll_of(packed(entries))
    settled = settle(roll=roll, seat_plans=plans, rules=rules, key=KEY)
    altered = replace(settled, **alteration(settled, roll, chance))

    found = certify_settlement(
        roll=roll, seat_plans=plans, rules=rules, key=KEY, settlement=altered
    )
    expected = certify_zone(
        entries=entries, seat_plans=plans, rules=rules, key=KEY, placements=altered.placements()
    )

    assert found == expected


def alteration(settled, roll: Roll, chance: random.Random) -> dict[str, object]:
    """Change one child's school, with the rank that would belong to it, or its band or number."""
    if not roll.codes:
        return {}
    child = chance.randrange(len(roll.codes))
    schools, ranks = list(settled.schools), list(settled.ranks)
    schools[child] = chance.randrange(NOWHERE, len(settled.names))
    wishes = roll.wishes[roll.lists[child]]
    name = None if schools[child] == NOWHERE else settled.names[schools[child]]
    ranks[child] = wishes.index(name) + 1 if name in wishes else 0
    bands, drawn = list(settled.bands), list(settled.numbers)
    what = chance.randrange(4)
    if what == 1:
        bands[child] += 1
    elif what == 2:
        drawn[child] = "0" * 64
    elif what == 3:
        ranks[child] += 1
    return {"schools": schools, "ranks": ranks, "bands": bands, "numbers": drawn}


def test_many_numbers_are_those_drawn_one_by_one():
    codes = ["AR20260701000001X", "Đ", ""]

    for key in (KEY, b"k" * 64, b"k" * 65):
        one_by_one = [number(key=key, code=code) for code in codes]
        assert numbers(key=key, codes=codes) == one_by_one
        assert [*drawn_again(key=key, codes=codes)] == one_by_one


def test_only_rules_with_one_order_for_all_schools_settle():
    plain = [SeatPlan("A", "Z", 1)]
    reserved = [SeatPlan("A", "Z", 1, (Reserve("P", 1),))]

    assert has_one_order(rules=HANOI_2018, seat_plans=plain)
    assert not has_one_order(rules=HANOI_2018, seat_plans=reserved)
    assert has_one_order(rules=replace(HANOI_2018, reserves=False), seat_plans=reserved)
    assert not has_one_order(rules=NEAREST_SCHOOL, seat_plans=plain)
    assert not has_one_order(rules=replace(HANOI_2018, per_school_numbers=True), seat_plans=plain)
    with pytest.raises(ValueError, match="alike"):
        settle(roll=roll_of(NOBODY), seat_plans=plain, rules=NEAREST_SCHOOL, key=KEY)


def test_rolls_out_of_order_or_of_another_form_are_refused():
    first, second = (Entry(c, c, "0" * 64, Facts("Z"), ("A",)) for c in ("AR1", "AR2"))
    twice = Entry("AR1", "AR1", "0" * 64, Facts("Z"), ("A", "A"))

    whole = packed([first])
    for columns in (
        packed([first, first]),
        Packed(*(f"{two}\n{one}" for one, two in zip(whole, packed([second]), strict=True))),
        whole._replace(facts=whole.facts.replace("{", "[", 1)),
        whole._replace(facts=whole.facts.replace('"zone"', '"area"')),
        whole._replace(wishes=whole.wishes + "\n[]"),
        whole._replace(families="AR1"),
        whole._replace(families='"AR1"\n"AR2"'),
        packed([twice]),
        Packed("AR1", '"AR1"', "{}", "{}"),
    ):
        with pytest.raises(ValueError):
            roll_of(columns)


def test_a_child_of_another_zone_is_refused():
    stray = Entry("AR1", "AR1", "0" * 64, Facts("Y", True, True, True), ("A",))

    with pytest.raises(ValueError, match="one zone"):
        settle(
            roll=roll_of(packed([stray])),
            seat_plans=[SeatPlan("A", "Z", 1)],
            rules=HANOI_2018,
            key=KEY,
        )
