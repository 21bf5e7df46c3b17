import dataclasses
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core import priority
from enrol.core.model import Entry, Facts
from enrol.core.priority import (
    HANOI_2018,
    LOTTERY_ONLY,
    NEAREST_SCHOOL,
    PRESETS,
    RESIDENCE_2026,
    Band,
    RuleSet,
    policies_that_count,
)
from enrol.core.sealing import canonical_json

presets = st.sampled_from(list(PRESETS.values()))
facts_strategy = st.builds(
    Facts,
    zone=st.sampled_from([None, "Z1"]),
    permanent_in_zone=st.booleans(),
    temporary_in_zone=st.booleans(),
    current_in_zone=st.booleans(),
    sibling_schools=st.sampled_from([(), ("S1",)]),
    policies=st.sampled_from([(), ("resettled",)]),
    distances=st.sampled_from([(), (("S1", 300),), (("S1", 1200), ("S2", 90))]),
)


def entry(code="AR1", **facts):
    return Entry(code, code, "0" * 64, Facts(**{"zone": "Z1", **facts}), ("S1",))


@pytest.mark.parametrize(
    ("permanent", "current", "expected"),
    [(True, True, 1), (True, False, 2), (False, True, 3), (False, False, 4)],
)
def test_hanoi_2018_has_the_four_groups(permanent, current, expected):
    facts = Facts(zone="Z1", permanent_in_zone=permanent, current_in_zone=current)

    assert priority.band(facts=facts, rules=HANOI_2018) == expected
    assert priority.is_in_zone(facts=facts, rules=HANOI_2018) == (expected < 4)
    assert HANOI_2018.bands[expected - 1].name == f"DT{expected}"


@pytest.mark.parametrize(
    ("permanent", "temporary", "current", "expected"),
    [(True, False, False, 1), (False, True, False, 1), (False, False, True, 2)],
)
def test_residence_2026_counts_permanent_and_temporary_alike(
    permanent, temporary, current, expected
):
    facts = Facts("Z1", permanent, temporary, current)

    assert priority.band(facts=facts, rules=RESIDENCE_2026) == expected
    assert priority.is_in_zone(facts=facts, rules=RESIDENCE_2026) == (expected == 1)


def test_without_a_known_zone_nobody_is_in_it():
    facts = Facts(None, True, True, True)

    for rules in PRESETS.values():
        assert not priority.is_in_zone(facts=facts, rules=rules)
    assert priority.band(facts=facts, rules=HANOI_2018) == 4


def test_a_policy_can_make_a_band():
    rules = RuleSet(
        name="resettled-first",
        version="1",
        bands=(Band("resettled", ("policy:resettled", "residence")), Band("other")),
        order=("band", "number"),
        residence=("current",),
    )
    resettled = Facts("Z1", current_in_zone=True, policies=("resettled",))

    assert priority.band(facts=resettled, rules=rules) == 1
    assert priority.band(facts=dataclasses.replace(resettled, policies=()), rules=rules) == 2
    assert priority.band(facts=dataclasses.replace(resettled, zone=None), rules=rules) == 2


def test_nearest_school_puts_distance_before_the_number_and_unknown_distance_last():
    def key(number, **facts):
        child = entry(current_in_zone=True, **facts)
        return priority.priority_key(entry=child, school="S1", number=number, rules=NEAREST_SCHOOL)

    near, far = key("f", distances=(("S1", 300),)), key("0", distances=(("S1", 301),))
    unknown = key("0", distances=(("S2", 1),))

    assert near < far < unknown


def test_a_sibling_counts_at_that_school_only():
    rules = dataclasses.replace(LOTTERY_ONLY, order=("sibling", "number"))
    child = entry(sibling_schools=("S1",))

    assert priority.priority_key(entry=child, school="S1", number="f", rules=rules)[0] == 0
    assert priority.priority_key(entry=child, school="S2", number="f", rules=rules)[0] == 1


def test_the_order_of_a_preset_is_the_order_of_its_key():
    child = entry(current_in_zone=True, permanent_in_zone=True)

    assert priority.priority_key(entry=child, school="S1", number="ab", rules=HANOI_2018) == (
        (1, "ab", "AR1")
    )
    assert priority.priority_key(entry=child, school="S1", number="ab", rules=LOTTERY_ONLY) == (
        ("ab", "AR1")
    )


@given(presets, facts_strategy)
def test_every_child_has_a_band(rules, facts):
    assert 1 <= priority.band(facts=facts, rules=rules) <= len(rules.bands)


@given(presets, facts_strategy, facts_strategy)
def test_only_the_same_registration_has_an_equal_key(rules, one_facts, other_facts):
    one = Entry("AR1", "F", "0" * 64, one_facts, ())
    other = Entry("AR2", "F", "0" * 64, other_facts, ())
    keys = [
        priority.priority_key(entry=child, school="S1", number="same", rules=rules)
        for child in (one, other)
    ]

    assert keys[0] != keys[1]
    assert (keys[0] < keys[1]) != (keys[1] < keys[0])


@given(presets, facts_strategy, st.sampled_from(["permanent_in_zone", "current_in_zone"]))
def test_gaining_a_residence_never_worsens_a_band(rules, facts, flag):
    without = dataclasses.replace(facts, **{flag: False})
    gained = dataclasses.replace(facts, **{flag: True})

    assert priority.band(facts=gained, rules=rules) <= priority.band(facts=without, rules=rules)


@pytest.mark.parametrize("rules", PRESETS.values(), ids=PRESETS)
def test_rules_survive_their_json(rules):
    document = json.loads(canonical_json(priority.rules_to_json(rules)))

    assert priority.rules_from_json(document) == rules


def test_every_part_of_the_rules_changes_their_hash():
    changes = [
        {"name": "other"},
        {"version": "2"},
        {"bands": HANOI_2018.bands[1:]},
        {"order": ("band", "sibling", "number")},
        {"residence": ("permanent",)},
        {"per_school_numbers": True},
        {"reserves": False},
    ]
    hashes = {priority.rules_hash(dataclasses.replace(HANOI_2018, **change)) for change in changes}

    assert len(hashes | {priority.rules_hash(HANOI_2018)}) == len(changes) + 1


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"bands": ()},
        {"bands": (Band("a", ("permanent",)),)},
        {"bands": (Band("a", ("permanent",)), Band("a"))},
        {"bands": (Band("a", ("arrived_early",)), Band("b"))},
        {"bands": (Band("a", ("policy:",)), Band("b"))},
        {"order": ()},
        {"order": ("number", "band")},
        {"order": ("band", "time", "number")},
        {"order": ("band", "band", "number")},
        {"order": ("number",)},
        {"residence": ()},
        {"residence": ("owned",)},
    ],
)
def test_rules_that_do_not_order_every_child_are_refused(change):
    with pytest.raises(ValueError):
        dataclasses.replace(HANOI_2018, **change)


@pytest.mark.parametrize(
    "document", [None, [], {}, {**priority.rules_to_json(HANOI_2018), "reserves": 1}]
)
def test_rules_from_json_refuses_anything_else(document):
    with pytest.raises(ValueError):
        priority.rules_from_json(document)


def test_the_description_names_what_a_page_explains():
    described = priority.describe(HANOI_2018)

    assert [(band.rank, band.name, band.in_zone) for band in described.bands] == [
        (1, "DT1", True),
        (2, "DT2", True),
        (3, "DT3", True),
        (4, "DT4", False),
    ]
    assert described.order == ("band", "number", "code")
    assert described.hash == priority.rules_hash(HANOI_2018)


def test_presets_have_different_names_and_hashes():
    pairs = itertools.combinations(PRESETS.values(), 2)

    assert set(PRESETS) == {"hanoi-2018", "residence-2026", "nearest-school", "lottery-only"}
    assert all(priority.rules_hash(one) != priority.rules_hash(other) for one, other in pairs)


def test_only_policies_of_bands_and_reserves_count():
    bands = (Band("a", ("policy:orphan",)), Band("b"))
    rules = RuleSet("p", "1", bands, ("band", "number"), ("current",))

    assert policies_that_count(rules=rules) == {"orphan"}
    assert policies_that_count(rules=rules, reserved=["disability"]) == {"orphan", "disability"}
    closed = dataclasses.replace(rules, reserves=False)
    assert policies_that_count(rules=closed, reserved=["disability"]) == {"orphan"}
