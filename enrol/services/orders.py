"""What one run computes from and how: read in few packed values, computed without a transaction."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from enrol.core.allocation import allocate_zone
from enrol.core.certificate import Certificate, certify_leftovers, certify_zone
from enrol.core.explanation import explain_leftovers
from enrol.core.leftovers import Distances, allocate_leftovers, distances_from_zones
from enrol.core.lottery import draw_key
from enrol.core.model import Entry, SeatPlan
from enrol.core.outcome import FreeSeats, LeftoverOutcome, ZoneOutcome
from enrol.core.priority import RuleSet, rules_from_json
from enrol.core.sealing import entry_from_json
from enrol.services.frozen_files import frozen_distances
from enrol.services.reasons import SHOWN, wish_values
from enrol.services.refusals import NotFound
from enrol.store import intakes, run_inputs
from enrol.store.db import Transaction
from enrol.store.placements import Fill, Outcome
from enrol.store.run_inputs import DrawnRules, School
from enrol.store.runs import Run


@dataclass(frozen=True, slots=True)
class Order:
    """A run with all it needs, read in one transaction."""

    run: Run
    entries: list[Entry]
    schools: list[School]
    distances: Distances
    rules: RuleSet
    key: bytes

    @property
    def plans(self) -> list[SeatPlan]:
        """The seats of the zone's schools."""
        return [school.plan(zone=self.run.zone or "") for school in self.schools]

    @property
    def free(self) -> list[FreeSeats]:
        """The seats that the first stage left."""
        return [FreeSeats(s.code, s.seats) for s in self.schools]


def order_of(tx: Transaction, *, run: Run) -> Order:
    """Return what a run needs. Raises NotFound when its draw is not confirmed."""
    drawn = run_inputs.drawn_rules(tx, draw_id=run.draw_id)
    if drawn is None:
        raise NotFound
    if run.intake_zone_id is None:
        packed = run_inputs.leftover_entries(tx, draw_id=run.draw_id, outcome=run.outcome)
        schools = run_inputs.free_schools(tx, draw_id=run.draw_id, outcome=run.outcome)
    else:
        packed = run_inputs.zone_entries(tx, intake_zone_id=run.intake_zone_id, outcome=run.outcome)
        schools = run_inputs.zone_schools(tx, intake_zone_id=run.intake_zone_id)
    entries = [entry_from_json(item) for item in json.loads(packed)]
    rules = rules_from_json(dict(drawn.rules))
    return Order(
        run=run,
        entries=entries,
        schools=schools,
        distances=_distances(tx, run=run, entries=entries, rules=rules),
        rules=rules,
        key=key_of(drawn),
    )


def _distances(tx: Transaction, *, run: Run, entries: list[Entry], rules: RuleSet) -> Distances:
    if run.stage == 1:
        return {}
    intake = intakes.intake_of(tx, intake_id=run.intake_id)
    if intake is None:
        raise NotFound
    table = frozen_distances(tx, intake=intake)
    return distances_from_zones(table=table, entries=entries, rules=rules)


def key_of(drawn: DrawnRules) -> bytes:
    """Return the draw key K."""
    return draw_key(
        seed=bytes.fromhex(drawn.seed),
        public_value=drawn.public_value,
        list_hash=bytes.fromhex(drawn.list_hash),
    )


def computed(order: Order) -> tuple[ZoneOutcome | LeftoverOutcome, Certificate]:
    """Return the outcome with the certificate that checks it by another route."""
    entries, rules, key = order.entries, order.rules, order.key
    if order.run.stage == 1:
        plans = order.plans
        zone = allocate_zone(entries=entries, seat_plans=plans, rules=rules, key=key)
        return zone, certify_zone(
            entries=entries, seat_plans=plans, rules=rules, key=key, placements=zone.placements
        )
    free, distances = order.free, order.distances
    left = allocate_leftovers(entries=entries, free=free, distances=distances, rules=rules, key=key)
    return left, certify_leftovers(
        entries=entries,
        free=free,
        distances=distances,
        rules=rules,
        key=key,
        placements=left.placements,
    )


def rows_of(order: Order, outcome: ZoneOutcome | LeftoverOutcome) -> Outcome:
    """Return the outcome as the store writes it."""
    left = {free.school: free.seats for free in outcome.free_seats}
    return Outcome(
        placements=outcome.placements,
        fills=[Fill(s.code, s.seats, s.seats - left.get(s.code, s.seats)) for s in order.schools],
        cut_offs=outcome.cut_offs,
        waiting=outcome.waiting,
        explanations=list(_explanations(order, outcome)),
        ids={school.code: school.school_id for school in order.schools},
    )


def _explanations(
    order: Order, outcome: ZoneOutcome | LeftoverOutcome
) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Yield the reasons of a second stage; those of a zone are worked out when they are shown."""
    if order.run.stage == 1:
        return
    for explanation in explain_leftovers(
        entries=order.entries,
        free=order.free,
        distances=order.distances,
        rules=order.rules,
        key=order.key,
        placements=outcome.placements,
        beginning=SHOWN,
    ):
        yield explanation.code, [wish_values(wish) for wish in explanation.wishes]
