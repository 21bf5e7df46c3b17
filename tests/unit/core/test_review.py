"""Statuses and verdicts: what officers may do, and what a new submission leaves standing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.decided import FACT_NAMES, facts_as_decided
from enrol.core.review import (
    REASONS,
    UNDECIDED,
    Status,
    Verdict,
    after_decision,
    after_resubmission,
    can_move,
    carry_over,
    refusal_of,
)

statuses = st.sampled_from(list(Status))
live = st.sampled_from([status for status in Status if status is not Status.WITHDRAWN])
places = st.fixed_dictionaries({"unit": st.sampled_from("ab"), "group": st.sampled_from("12")})
sendings = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(["T1", "T2"]),
        "residences": st.dictionaries(
            st.sampled_from(["permanent", "temporary", "current"]), places
        ),
        "wishes": st.lists(st.sampled_from(["S1", "S2"]), min_size=1, unique=True),
    }
)
fact_values = {name: st.booleans() for name in FACT_NAMES[:3]} | {
    name: st.lists(st.sampled_from(["S1", "S2"]), unique=True) for name in FACT_NAMES[3:]
}


def _facts(status):
    return st.fixed_dictionaries(
        {
            name: st.fixed_dictionaries(
                {"value": value, "status": status, "source": st.just("family")}
            )
            for name, value in fact_values.items()
        }
    )


decided_facts = _facts(st.sampled_from(["declared", "verified", "contradicted"]))
stated_facts = _facts(st.just("declared"))


@given(live, st.sampled_from(list(Verdict)))
def test_a_decision_leads_only_where_files_may_go(status, verdict):
    then = after_decision(status, verdict)

    assert then is status or can_move(status, then)


@given(st.sampled_from([Verdict.CONTRADICTED, Verdict.UNDONE]))
def test_an_accepted_file_is_looked_at_again_when_a_fact_turns_out_otherwise(verdict):
    assert after_decision(Status.ELIGIBLE, verdict) is Status.VERIFYING
    assert after_decision(Status.ELIGIBLE, Verdict.VERIFIED) is Status.ELIGIBLE


@given(live, st.sampled_from(list(Verdict)))
def test_deciding_twice_changes_nothing_more(status, verdict):
    once = after_decision(status, verdict)

    assert after_decision(once, verdict) is once


def test_nobody_returns_from_withdrawn():
    assert not any(can_move(Status.WITHDRAWN, status) for status in Status)
    with pytest.raises(ValueError, match="withdrawn"):
        after_decision(Status.WITHDRAWN, Verdict.VERIFIED)


@given(statuses, statuses)
def test_every_live_file_can_be_withdrawn_and_nothing_moves_to_where_it_is(status, other):
    assert can_move(status, Status.WITHDRAWN) is (status is not Status.WITHDRAWN)
    assert not can_move(other, other)


def test_what_is_undecided_can_be_accepted_and_refused():
    for status in UNDECIDED:
        assert can_move(status, Status.ELIGIBLE)
        assert can_move(status, Status.INELIGIBLE)


@given(st.sampled_from(FACT_NAMES), st.sampled_from(list(Verdict)), st.text(max_size=20))
def test_a_reason_belongs_to_its_verdict(fact, verdict, other):
    for reason in REASONS[verdict]:
        assert refusal_of(fact=fact, verdict=verdict, reason=reason) is None
    if other not in REASONS[verdict]:
        assert refusal_of(fact=fact, verdict=verdict, reason=other) == "reason"
    assert refusal_of(fact="height", verdict=verdict, reason=REASONS[verdict][0]) == "fact"


@given(decided_facts, sendings)
def test_the_same_again_keeps_every_decision(before, sent):
    after = {name: {**fact, "status": "declared"} for name, fact in before.items()}

    carried = carry_over(before=before, after=after, sent_before=sent, sent_after=sent)

    assert carried.facts == before
    assert carried.dropped == ()
    assert not carried.is_other


@given(decided_facts, stated_facts, sendings, sendings)
def test_a_decision_never_outlives_the_value_it_was_about(before, after, sent, sent_anew):
    carried = carry_over(before=before, after=after, sent_before=sent, sent_after=sent_anew)

    for name in FACT_NAMES:
        fact = carried.facts[name]
        assert fact["value"] == after[name]["value"]
        if fact["status"] != "declared":
            assert before[name] == fact
    decided = {name for name in FACT_NAMES if before[name]["status"] != "declared"}
    assert decided == set(carried.kept) | set(carried.dropped)
    assert not set(carried.kept) & set(carried.dropped)
    assert carried.is_other or not carried.dropped


@given(decided_facts, sendings)
def test_another_zone_drops_what_was_found_about_residences(before, sent):
    after = {name: {**fact, "status": "declared"} for name, fact in before.items()}
    moved = {**sent, "zone": "T9"}

    carried = carry_over(before=before, after=after, sent_before=sent, sent_after=moved)

    assert all(carried.facts[name]["status"] == "declared" for name in FACT_NAMES[:3])
    assert carried.is_other


@given(decided_facts, stated_facts, sendings, sendings, live)
def test_a_file_sent_anew_goes_only_where_it_may(before, after, sent, sent_anew, status):
    carried = carry_over(before=before, after=after, sent_before=sent, sent_after=sent_anew)
    for composed in (Status.SUBMITTED, Status.VERIFYING):
        then = after_resubmission(before=status, composed=composed, carried=carried)
        assert then in (Status.SUBMITTED, Status.VERIFYING, Status.ELIGIBLE)
        if then is Status.ELIGIBLE:
            assert status is Status.ELIGIBLE
            assert not carried.is_other


@given(decided_facts)
def test_contradicted_facts_do_not_count(facts):
    counted = facts_as_decided(zone="T1", stated=facts)

    for name in FACT_NAMES:
        if facts[name]["status"] == "contradicted":
            assert not getattr(counted, name)
