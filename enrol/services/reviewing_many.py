"""The same step for many files at once: counted first, confirmed, then done in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from enrol.core.actors import Actor
from enrol.core.decided import DECLARED, FACT_NAMES
from enrol.core.intake import Phase
from enrol.core.reach import Reach
from enrol.core.review import Source, Status, Verdict, can_move
from enrol.services import authority
from enrol.services.files_in_charge import ListFrozen
from enrol.services.refusals import NotFound
from enrol.store import decisions, journal, locks, review_queue, reviews, rolls
from enrol.store.db import Transaction, transaction
from enrol.store.decisions import Decision
from enrol.store.intakes import IntakeRecord
from enrol.store.review_queue import QueueRow

MOST = 200
"""Files ticked at once: four pages."""


class ManyStep(StrEnum):
    """What can be done for ticked files together."""

    ACCEPT = "accept"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What pressing the button would do: these (code, version), and those it would leave out."""

    intake: IntakeRecord
    files: tuple[tuple[str, int], ...]
    left_out: tuple[str, ...]


def look_at_ticked(*, actor: Actor, intake_id: int, codes: Sequence[str], step: ManyStep) -> Ticked:
    """Return what the step would do for the ticked files.

    Codes that are not the officer's to decide count as not there. Raises NotFound, ListFrozen.
    """
    with transaction() as tx:
        intake, rows = _rows(tx, actor=actor, intake_id=intake_id, codes=codes)
        fit = [row for row in rows if _fits(row, step)]
        return Ticked(
            intake=intake,
            files=tuple((row.code, row.version) for row in fit),
            left_out=tuple(row.code for row in rows if not _fits(row, step)),
        )


def do_for_ticked(
    *,
    actor: Actor,
    intake_id: int,
    files: Sequence[tuple[str, int]],
    step: ManyStep,
    reason: str = "seen_in_vneid",
) -> int:
    """Do the step for files as they were read, each as (code, version); returns for how many.

    One statement for all. Files that changed meanwhile are left out. ``reason`` is that of the
    verdict when facts are verified. Raises NotFound, ListFrozen.
    """
    read = dict(files)
    with transaction() as tx:
        locks.lock_intake_shared(tx, intake_id)
        _intake, rows = _rows(tx, actor=actor, intake_id=intake_id, codes=list(read))
        fit = [row for row in rows if _fits(row, step) and row.version == read[row.code]]
        done = _do(tx, actor=actor, rows=fit, step=step, reason=reason)
        action = "file.accepted" if step is ManyStep.ACCEPT else "facts.verified"
        noted = [
            journal.Noted(action, intake_id, row.code, {"together": len(done)})
            for row in fit
            if row.registration_id in done
        ]
        journal.record_all(tx, actor=actor, noted=noted)
        return len(done)


def _do(
    tx: Transaction, *, actor: Actor, rows: Sequence[QueueRow], step: ManyStep, reason: str
) -> frozenset[int]:
    if step is ManyStep.ACCEPT:
        files = [(row.registration_id, row.version) for row in rows]
        return reviews.rule(
            tx, files=files, status=Status.ELIGIBLE, reason=None, note=None, actor=actor
        )
    asked = [
        Decision(row.registration_id, row.version, fact, Verdict.VERIFIED, reason, Source.OFFICER)
        for row in rows
        for fact in _open_facts(row)
    ]
    return decisions.record_many(tx, decisions=asked, actor=actor)


def _rows(
    tx: Transaction, *, actor: Actor, intake_id: int, codes: Sequence[str]
) -> tuple[IntakeRecord, list[QueueRow]]:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    if grasp.intake.phase not in (Phase.ANNOUNCED, Phase.OPEN):
        raise ListFrozen
    rows = review_queue.rows_of(tx, intake_id=intake_id, codes=list(codes)[:MOST])
    own = grasp.reach.own_school_ids
    units = {one.school_id: one.unit_id for one in rolls.school_names(tx, school_ids=list(own))}
    mine = [row for row in rows if _is_in_charge(row, reach=grasp.reach, units=units)]
    if not mine:
        raise NotFound
    return grasp.intake, mine


def _is_in_charge(row: QueueRow, *, reach: Reach, units: dict[int, int]) -> bool:
    return reach.leads(row.unit_id) or units.get(row.first_school_id) == row.unit_id


def _fits(row: QueueRow, step: ManyStep) -> bool:
    status = Status(row.status)
    if step is ManyStep.ACCEPT:
        return can_move(status, Status.ELIGIBLE)
    return status is not Status.WITHDRAWN and bool(_open_facts(row))


def _open_facts(row: QueueRow) -> list[str]:
    """Return the facts that the family stated and nobody has decided."""
    return [
        name
        for name in FACT_NAMES
        if (fact := row.facts.get(name)) and fact["value"] and fact["status"] == DECLARED
    ]
