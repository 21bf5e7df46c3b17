import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.decided import (
    FACT_NAMES,
    RESIDENCE_FACTS,
    STATUSES,
    facts_as_decided,
    with_distances,
)
from enrol.core.model import Facts
from enrol.core.priority import PRESETS, band

SCHOOLS = ("TH001", "TH002", "TH003")


def fact(value: object, status: str = "declared") -> dict[str, object]:
    return {"value": value, "status": status, "source": "register"}


def decided(**stated: object) -> Facts:
    return facts_as_decided(zone="Z1", stated=stated)


def test_what_was_declared_counts_until_it_is_contradicted() -> None:
    assert decided(permanent_in_zone=fact(True)).permanent_in_zone
    assert decided(permanent_in_zone=fact(True, "verified")).permanent_in_zone
    assert not decided(permanent_in_zone=fact(True, "contradicted")).permanent_in_zone
    assert not decided(permanent_in_zone=fact(False, "verified")).permanent_in_zone


def test_a_contradicted_list_is_empty() -> None:
    assert decided(sibling_schools=fact(["TH002", "TH001"])).sibling_schools == ("TH001", "TH002")
    assert decided(sibling_schools=fact(["TH001"], "contradicted")).sibling_schools == ()
    assert decided(policies=fact(["invalid_child"], "contradicted")).policies == ()


def test_unknown_distances_are_left_out() -> None:
    facts = with_distances(facts=decided(), wishes=("B", "A", "C"), distances=(40, -1, 0))

    assert facts.distances == (("B", 40), ("C", 0))


def test_a_fact_never_stated_is_not_there() -> None:
    assert decided() == Facts(zone="Z1")


@pytest.mark.parametrize(
    "stated",
    [
        {"permanent_in_zone": True},
        {"permanent_in_zone": {"value": True}},
        {"permanent_in_zone": fact("yes")},
        {"permanent_in_zone": fact(1)},
        {"permanent_in_zone": fact(True, "maybe")},
        {"policies": fact("war_invalid")},
        {"policies": fact([1])},
    ],
)
def test_a_malformed_fact_is_refused_by_name(stated: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(stated))):
        decided(**stated)


def test_distances_must_match_the_wishes() -> None:
    with pytest.raises(ValueError):
        with_distances(facts=decided(), wishes=("A",), distances=())


flags = st.booleans()
lists = st.lists(st.sampled_from(SCHOOLS), max_size=3)
statuses = st.sampled_from(STATUSES)
documents = st.fixed_dictionaries(
    {},
    optional={
        name: st.builds(fact, flags if name in RESIDENCE_FACTS else lists, statuses)
        for name in FACT_NAMES
    },
)


@given(documents, st.sampled_from(FACT_NAMES))
def test_contradicting_a_fact_never_gains_a_better_band(
    stated: dict[str, dict[str, object]], name: str
) -> None:
    rules = PRESETS["hanoi-2018"]
    contradicted = stated | (
        {name: stated[name] | {"status": "contradicted"}} if name in stated else {}
    )

    before = band(facts=decided(**stated), rules=rules)
    after = band(facts=decided(**contradicted), rules=rules)

    assert after >= before
