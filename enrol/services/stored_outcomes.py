"""What the runs of an intake decided, hashed again from the rows before anybody relies on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enrol.core.digests import intake_digest, outcome_digest
from enrol.services.refusals import NotFound, Refusal
from enrol.store import draws, final_outcomes, placements, runs
from enrol.store.db import Transaction
from enrol.store.runs import Run


class OutcomeAltered(Refusal):
    """Stored placements no longer have the digest they were stored with: nothing is published."""


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """The runs in their order, the digest over them (64 hex digits), and their totals added up."""

    runs: Sequence[Run]
    digest: str
    totals: Mapping[str, int]

    @property
    def of_zones(self) -> list[int]:
        """The runs of the first stage."""
        return [run.run_id for run in self.runs if run.stage == 1]

    @property
    def of_whole(self) -> list[int]:
        """The run of the second stage."""
        return [run.run_id for run in self.runs if run.stage == 2]


def stored_outcome(
    tx: Transaction, *, intake_id: int, outcome: str = runs.PROVISIONAL
) -> StoredOutcome:
    """Hash every stored placement of these results and return what stands.

    Raises NotFound, also before there are such runs, and OutcomeAltered.
    """
    draw = draws.draw_of(tx, intake_id=intake_id)
    if draw is None:
        raise NotFound
    all_runs = runs.runs_of_draw(tx, draw_id=draw.draw_id, outcome=outcome)
    if not all_runs:
        raise NotFound
    for run in all_runs:
        stored = placements.placements_of(tx, run_id=run.run_id)
        if outcome_digest(stored) != run.outcome_digest:
            raise OutcomeAltered
    totals = runs.totals_of_draw(tx, draw_id=draw.draw_id, outcome=outcome)
    if outcome == runs.FINAL:
        totals |= differing_totals(tx, intake_id=intake_id, draw_id=draw.draw_id)
    return StoredOutcome(
        runs=all_runs,
        digest=intake_digest(run.outcome_digest or "" for run in all_runs),
        totals=totals,
    )


def differing_totals(tx: Transaction, *, intake_id: int, draw_id: int) -> dict[str, int]:
    """Return how the final results differ from the first: corrections, and children who moved."""
    return {
        "corrections": len(final_outcomes.corrections_of(tx, intake_id=intake_id)),
        "moved": final_outcomes.moved_count(tx, draw_id=draw_id),
    }
