"""A zone's run in columns, for rules under which all its schools order children alike."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from enrol.core.certificate import Certificate
from enrol.core.model import SeatPlan
from enrol.core.priority import RuleSet, rules_from_json
from enrol.core.roll import Roll, roll_of
from enrol.core.roll_certificate import certify_settlement
from enrol.core.settlement import Settlement, has_one_order, settle
from enrol.services.orders import key_of
from enrol.services.refusals import NotFound
from enrol.store import run_inputs
from enrol.store.db import Transaction
from enrol.store.run_inputs import School, ZoneInput
from enrol.store.runs import Run


@dataclass(frozen=True, slots=True)
class ZoneOrder:
    """A run of one zone with all it needs, read in one transaction."""

    run: Run
    roll: Roll
    schools: list[School]
    plans: list[SeatPlan]
    rules: RuleSet
    key: bytes


def zone_orders_of(tx: Transaction, *, runs: Sequence[Run]) -> dict[int, ZoneOrder]:
    """Return what runs of zones need, by run id, read in one statement a draw and
    outcome; second stages and
    runs under other rules are left out.

    Raises NotFound when a draw is not confirmed.
    """
    zones: dict[tuple[int, str], dict[int, Run]] = defaultdict(dict)
    for run in runs:
        if run.intake_zone_id is not None:
            zones[run.draw_id, run.outcome][run.intake_zone_id] = run
    orders: dict[int, ZoneOrder] = {}
    for (draw_id, outcome), asked in zones.items():
        found = run_inputs.zone_inputs(
            tx, draw_id=draw_id, intake_zone_ids=list(asked), outcome=outcome
        )
        if len(found) < len(asked):
            raise NotFound
        for intake_zone_id, run in asked.items():
            order = _zone_order(run, found[intake_zone_id])
            if order is not None:
                orders[run.run_id] = order
    return orders


def _zone_order(run: Run, found: ZoneInput) -> ZoneOrder | None:
    rules = rules_from_json(dict(found.drawn.rules))
    plans = [school.plan(zone=run.zone or "") for school in found.schools]
    if not has_one_order(rules=rules, seat_plans=plans):
        return None
    return ZoneOrder(
        run=run,
        roll=roll_of(found.roll),
        schools=found.schools,
        plans=plans,
        rules=rules,
        key=key_of(found.drawn),
    )


def settled(order: ZoneOrder) -> tuple[Settlement, Certificate]:
    """Return the settlement with the certificate that checks it by another route."""
    settlement = settle(roll=order.roll, seat_plans=order.plans, rules=order.rules, key=order.key)
    return settlement, certify_settlement(
        roll=order.roll,
        seat_plans=order.plans,
        rules=order.rules,
        key=order.key,
        settlement=settlement,
    )
