"""Which approvals of a second officer a step of an intake still lacks: judged under its lock."""

from dataclasses import dataclass
from enum import StrEnum

from enrol.services.refusals import Refusal
from enrol.store import approvals
from enrol.store.approvals import WaitingPlan, ZoneList
from enrol.store.db import Transaction
from enrol.store.intakes import IntakeRecord


class ApprovedStep(StrEnum):
    """A step of an intake that waits for approvals."""

    ANNOUNCE = "announce"
    CLOSE = "close"
    DRAW = "draw"


class ApprovalsMissing(Refusal):
    """So many seat plans or lists of zones still wait for a second officer."""

    def __init__(self, *, step: ApprovedStep, plans: int, lists: int) -> None:
        super().__init__(step, plans, lists)
        self.step = step
        self.plans = plans
        self.lists = lists


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a step lacks, by ward."""

    plans: tuple[WaitingPlan, ...]
    lists: tuple[ZoneList, ...]

    @property
    def count(self) -> int:
        """Return how many approvals are lacking."""
        return len(self.plans) + len(self.lists)


def lacking(tx: Transaction, *, intake: IntakeRecord, step: ApprovedStep) -> Lacking:
    """Return the approvals that a step lacks; none where the intake asks for none."""
    if not intake.needs_approvals:
        return Lacking((), ())
    if step is ApprovedStep.DRAW:
        lists = approvals.zone_lists(tx, intake_id=intake.intake_id)
        return Lacking((), tuple(one for one in lists if one.digest is None))
    return Lacking(tuple(approvals.waiting_plans(tx, intake_id=intake.intake_id)), ())


def refuse_unapproved(tx: Transaction, *, intake: IntakeRecord, step: ApprovedStep) -> None:
    """Raise ApprovalsMissing unless every approval is there or the city went without, by reason.

    The caller holds the intake's exclusive lock: nobody states seats in between.
    """
    missing = lacking(tx, intake=intake, step=step)
    if not missing.count:
        return
    done_without = {one.step for one in approvals.overrides(tx, intake_id=intake.intake_id)}
    if step not in done_without:
        raise ApprovalsMissing(step=step, plans=len(missing.plans), lists=len(missing.lists))
