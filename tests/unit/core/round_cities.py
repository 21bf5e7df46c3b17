"""Small intakes with final results, and random answers to them, for the tests of rounds."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from enrol.core.claims import Law
from enrol.core.holdings import Holdings, first_holdings, queues_of
from enrol.core.leftovers import Distances
from enrol.core.model import Entry, SeatPlan
from enrol.core.priority import RuleSet, is_in_zone
from enrol.core.results import Results, compute
from enrol.core.rounds import Answer, Answered
from tests.unit.core.zones import KEY, entries, rule_sets, seat_plans

ON = "2026-07-20"


@dataclass(frozen=True)
class Intake:
    """Two zones, A B C and D E, with the state after the final results."""

    entries: tuple[Entry, ...]
    plans: tuple[SeatPlan, ...]
    rules: RuleSet
    first: Holdings
    results: Results
    distances: Distances

    @property
    def law(self) -> Law:
        return Law(self.rules, KEY)

    def queues(self, holdings: Holdings, *late: tuple[tuple[Entry, ...], Law]):
        groups = [(self.entries, self.law), *late]
        return queues_of(holdings=holdings, groups=groups, seat_plans=self.plans)


def intake_of(children, plans, rules) -> Intake:
    """Return the intake with what the engine gives it."""
    distances = {
        entry.code: (("A", 3), ("D", 1))
        for entry in children
        if is_in_zone(facts=entry.facts, rules=rules)
    }
    results = compute(
        entries=children, seat_plans=plans, distances=distances, rules=rules, key=KEY
    ).results
    first = first_holdings(
        entries=children,
        seat_plans=plans,
        distances=distances,
        results=results,
        law=Law(rules, KEY),
    )
    return Intake(tuple(children), tuple(plans), rules, first, results, distances)


@st.composite
def intakes(draw: st.DrawFn) -> Intake:
    here = draw(entries(most=7))
    there = [
        replace(entry, code=f"S{entry.code}", facts=replace(entry.facts, zone="Z2"))
        for entry in draw(entries(schools="DEA", most=5))
    ]
    plans = [
        *draw(seat_plans()),
        *(replace(plan, zone="Z2") for plan in draw(seat_plans(schools="DE"))),
    ]
    return intake_of((*here, *there), plans, draw(rule_sets))


@st.composite
def answers(draw: st.DrawFn, holdings: Holdings, *, ends: bool = False) -> list[Answered]:
    """Draw lawful answers; with ``ends`` the deadline takes every seat that is left unanswered."""
    given = []
    for code in sorted(set(holdings.holds) | set(holdings.wants)):
        holds, wants = code in holdings.holds, code in holdings.wants
        lawful = [Answer.DECLINE] + [Answer.ACCEPT] * holds + [Answer.STAY] * (holds and wants)
        answer = draw(st.sampled_from([None, *lawful]))
        if answer is None and ends and code in holdings.unanswered:
            answer = Answer.UNCLAIMED
        if answer is not None:
            given.append(Answered(code, answer, ON))
    return given
