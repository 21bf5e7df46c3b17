"""Running the allocation: one run a zone, then one over all zones for the children left over.

A run is two short transactions with the computation between them, so that no lock is held while
it computes: the first takes the run's next epoch and reads everything in a few packed values, the
second writes the outcome if that epoch is still the latest. Killed anywhere, run twice or by two
workers at once, it leaves the same rows once.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

from enrol.core.actors import Actor, System
from enrol.core.certificate import Certificate, certificate_to_json
from enrol.core.digests import outcome_digest
from enrol.core.intake import Phase
from enrol.core.outcome import LeftoverOutcome, ZoneOutcome
from enrol.core.settlement import Settlement
from enrol.core.settlement_digest import settlement_digest
from enrol.services.frozen_lists import refuse_altered_list
from enrol.services.orders import Order, order_of, rows_of
from enrol.services.orders import computed as matched
from enrol.services.phases import locked_intake, refuse_unless_in
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound
from enrol.services.zone_orders import ZoneOrder, settled, zone_orders_of
from enrol.store import (
    draws,
    intakes,
    journal,
    locks,
    opened_runs,
    outbox,
    placements,
    runs,
    settlements,
)
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.journal import Noted
from enrol.store.placements import Outcome
from enrol.store.runs import Finished, Run
from enrol.store.settlements import SettledZone

AnyOutcome: TypeAlias = ZoneOutcome | LeftoverOutcome | Settlement

STARTED = (Phase.DRAWN, Phase.ALLOCATED, Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


class Superseded(Exception):
    """A later start of the same run has taken over; this one wrote nothing."""


class Uncertified(Exception):
    """The outcome failed its own certificate: a fault of the engine, nothing was written."""


@dataclass(frozen=True, slots=True)
class Started:
    """How many runs there are, and how many of them were staged as not yet done."""

    runs: int
    staged: int


@dataclass(frozen=True, slots=True)
class Done:
    """A run whose outcome stands; ``is_new`` when this call wrote it."""

    run_id: int
    draw_id: int
    outcome_digest: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Computed:
    order: Order | ZoneOrder
    outcome: AnyOutcome
    certificate: Certificate
    digest: str
    rows: Outcome | None

    @property
    def run(self) -> Run:
        return self.order.run


def start_allocation(*, actor: Actor, intake_id: int) -> Started:
    """Open one run a zone for the drawn intake and stage them; harmless to repeat.

    The frozen list is hashed again first. Takes the intake's exclusive lock. Raises NotFound,
    WrongPhase before the draw, ListAltered.
    """
    with transaction() as tx:
        intake = _led(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, *STARTED)
        draw = draws.draw_of(tx, intake_id=intake_id)
        if draw is None or not draw.is_confirmed:
            raise NotFound
        if intake.phase is Phase.DRAWN:
            refuse_altered_list(tx, intake=intake)
            opened = opened_runs.open_missing(tx, draw_id=draw.draw_id)
        all_runs = runs.runs_of_draw(tx, draw_id=draw.draw_id)
        waiting = [run.run_id for run in all_runs if run.stage == 1 and not run.is_done]
        outbox.stage(tx, job="allocate_zone", queue=JOBS["allocate_zone"], arguments=waiting)
        if intake.phase is Phase.DRAWN and waiting:
            journal.record(
                tx,
                actor=actor,
                action="allocation.started",
                intake_id=intake_id,
                subject=intake.code,
                detail={"runs": len(all_runs), "opened": opened, "list_hash": draw.list_hash},
            )
    return Started(runs=len(all_runs), staged=len(waiting))


def run_zone(*, run_id: int) -> Done:
    """Allocate the seats of one zone, or of one intake's second stage; see ``run_zones``."""
    (done,) = run_zones(run_ids=[run_id])
    return done


def run_zones(*, run_ids: Sequence[int]) -> list[Done]:
    """Allocate the seats of several zones (or second stages), all of them or none, in the same two
    transactions: what a zone costs in round trips and commits is paid once for all.

    A run that is done is returned as it stands. Outcomes are written by COPY behind the runs' locks
    and only for the latest epochs. Raises NotFound for an unknown run, Superseded, StoreBusy
    (another worker is writing), Uncertified, and SeatsExceeded by the database's own count.
    """
    with transaction() as tx:
        if not locks.lock_runs(tx, run_ids):
            raise NotFound
        started = runs.start(tx, run_ids=run_ids)
        orders = _orders(tx, started=started)
        finished = _finished(tx, run_ids=set(run_ids) - {run.run_id for run in started})
    found = [_computed(order) for order in orders]
    if found:
        with transaction() as tx:
            if not runs.hold(tx, epochs={one.run.run_id: one.run.epoch for one in found}):
                raise Superseded
            _keep(tx, found=found)
    new = [Done(one.run.run_id, one.run.draw_id, one.digest, is_new=True) for one in found]
    return sorted([*finished, *new], key=lambda done: done.run_id)


def computed(order: Order | ZoneOrder) -> tuple[AnyOutcome, Certificate]:
    """Return the outcome with the certificate that checks it by another route."""
    return settled(order) if isinstance(order, ZoneOrder) else matched(order)


def _computed(order: Order | ZoneOrder) -> _Computed:
    outcome, certificate = computed(order)
    if not certificate.holds:
        raise Uncertified
    rows = None
    if isinstance(order, Order) and not isinstance(outcome, Settlement):
        rows = rows_of(order, outcome)
    return _Computed(order, outcome, certificate, _digest(outcome), rows)


def _orders(tx: Transaction, *, started: Sequence[Run]) -> list[Order | ZoneOrder]:
    together = zone_orders_of(tx, runs=started)
    return [together.get(run.run_id) or order_of(tx, run=run) for run in started]


def _finished(tx: Transaction, *, run_ids: Collection[int]) -> list[Done]:
    return [
        Done(run.run_id, run.draw_id, run.outcome_digest or "", is_new=False)
        for run in (runs.runs_of(tx, run_ids=run_ids) if run_ids else [])
    ]


def _digest(outcome: AnyOutcome) -> str:
    if isinstance(outcome, Settlement):
        return settlement_digest(outcome)
    return outcome_digest(outcome.placements)


def _keep(tx: Transaction, *, found: Sequence[_Computed]) -> None:
    """Write outcomes, mark their runs done and tell the journal."""
    _save(tx, found=found)
    runs.finish(
        tx,
        finished=[
            Finished(
                run_id=one.run.run_id,
                outcome_digest=one.digest,
                totals={
                    **asdict(one.outcome.totals),
                    "certificate": certificate_to_json(one.certificate),
                },
            )
            for one in found
        ],
    )
    journal.record_all(
        tx,
        actor=System(),
        noted=[
            Noted(
                action="run.done",
                intake_id=one.run.intake_id,
                subject=one.run.zone or "stage 2",
                detail={
                    "run_id": one.run.run_id,
                    "epoch": one.run.epoch,
                    "outcome_digest": one.digest,
                },
            )
            for one in found
        ],
    )


def _save(tx: Transaction, *, found: Sequence[_Computed]) -> None:
    zones = []
    for one in found:
        if isinstance(one.outcome, Settlement):
            offered = {s.code: (s.school_id, s.seats) for s in one.order.schools}
            zones.append(SettledZone(one.run.run_id, one.outcome, offered))
        elif one.rows is not None:
            placements.save(tx, run_id=one.run.run_id, outcome=one.rows)
    if zones:
        settlements.save(tx, zones=zones)


def _led(tx: Transaction, *, actor: Actor, intake_id: int) -> IntakeRecord:
    if not isinstance(actor, System):
        return locked_intake(tx, actor=actor, intake_id=intake_id)
    locks.lock_intake_exclusive(tx, intake_id)
    intake = intakes.intake_of(tx, intake_id=intake_id)
    if intake is None:
        raise NotFound
    return intake
