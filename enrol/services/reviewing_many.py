"""The same step for many files at once: counted first, confirmed, then done in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from enrol.core.actors import Actor
from enrol.core.decided import DECLARED, FACT_NAMES
from enrol.core.intake import Phase
from enrol.core.message_texts import FILE_ACCEPTED, INFO_ASKED
from enrol.core.names import clean_text
from enrol.core.reach import Reach
from enrol.core.review import ASKED_FOR, Source, Status, Verdict, can_move, refusal_of
from enrol.services import authority, due_dates
from enrol.services.asking_families import (
    LONGEST_MESSAGE,
    AnswerTooSoon,
    ReasonMissing,
    refuse_day,
)
from enrol.services.files_in_charge import ListFrozen
from enrol.services.refusals import NotFound
from enrol.store import (
    asking_many,
    decisions,
    journal,
    locks,
    messages,
    review_queue,
    reviews,
    rolls,
)
from enrol.store.db import Transaction, transaction
from enrol.store.decisions import Decision
from enrol.store.intakes import IntakeRecord
from enrol.store.review_queue import QueueRow

__all__ = ["AnswerTooSoon", "ListFrozen", "ManyStep", "ReasonMissing", "Ticked"]
__all__ += ["ask_ticked", "contradict_ticked", "do_for_ticked", "look_at_ticked"]
__all__ += ["refuse_a_day_not_offered"]

MOST = 200
"""Files ticked at once: four pages."""


class ManyStep(StrEnum):
    """What can be done for ticked files together."""

    ACCEPT = "accept"
    VERIFY = "verify"
    CONTRADICT = "contradict"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What pressing the button would do: these (code, version), and those it would leave out."""

    intake: IntakeRecord
    files: tuple[tuple[str, int], ...]
    left_out: tuple[str, ...]


def look_at_ticked(
    *, actor: Actor, intake_id: int, codes: Sequence[str], step: ManyStep, fact: str = ""
) -> Ticked:
    """Return what the step would do for the ticked files; ``fact`` is the one to contradict.

    Codes that are not the officer's to decide count as not there. Raises NotFound, ListFrozen.
    """
    with transaction() as tx:
        intake, rows = _rows(tx, actor=actor, intake_id=intake_id, codes=codes)
        fit = [row for row in rows if _fits(row, step, fact)]
        return Ticked(
            intake=intake,
            files=tuple((row.code, row.version) for row in fit),
            left_out=tuple(row.code for row in rows if not _fits(row, step, fact)),
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
        fit = [row for row in rows if _fits(row, step, "") and row.version == read[row.code]]
        done = _do(tx, actor=actor, rows=fit, step=step, reason=reason)
        action = "file.accepted" if step is ManyStep.ACCEPT else "facts.verified"
        if step is ManyStep.ACCEPT:
            messages.stage(tx, event=FILE_ACCEPTED, ids=sorted(done))
        noted = [
            journal.Noted(action, intake_id, row.code, {"together": len(done)})
            for row in fit
            if row.registration_id in done
        ]
        journal.record_all(tx, actor=actor, noted=noted)
        return len(done)


def contradict_ticked(
    *,
    actor: Actor,
    intake_id: int,
    files: Sequence[tuple[str, int]],
    fact: str,
    reason: str,
) -> int:
    """Mark a fact of files as not right, each file as (code, version); returns of how many.

    Only where the family stated it and nobody has decided. One statement for all. Raises NotFound,
    also for a reason that does not belong to the fact's verdict, and ListFrozen.
    """
    if refusal_of(fact=fact, verdict=Verdict.CONTRADICTED, reason=reason) is not None:
        raise NotFound
    with transaction() as tx:
        rows = _as_read(tx, actor=actor, intake_id=intake_id, files=files)
        fit = [row for row in rows if _fits(row, ManyStep.CONTRADICT, fact)]
        done = decisions.record_many(
            tx,
            decisions=[
                Decision(
                    row.registration_id,
                    row.version,
                    fact,
                    Verdict.CONTRADICTED,
                    reason,
                    Source.OFFICER,
                )
                for row in fit
            ],
            actor=actor,
        )
        detail: dict[str, str | int] = {"fact": fact, "reason": reason, "together": len(done)}
        _note(tx, actor, "fact.contradicted", intake_id, rows=fit, done=done, detail=detail)
        return len(done)


def ask_ticked(
    *,
    actor: Actor,
    intake_id: int,
    files: Sequence[tuple[str, int]],
    asked_for: str,
    message: str,
    due_on: date,
) -> int:
    """Ask the families of files, each as (code, version), for the same thing until a day; returns
    how many were asked. Each reads it on its home page and is told as when it is asked alone.

    Files that wait for their family already are left out. Raises NotFound, ListFrozen,
    ReasonMissing, AnswerTooSoon.
    """
    said = clean_text(message)[:LONGEST_MESSAGE]
    if asked_for not in ASKED_FOR or not said:
        raise ReasonMissing
    with transaction() as tx:
        rows = _as_read(tx, actor=actor, intake_id=intake_id, files=files)
        refuse_day(due_dates.terms_of(tx, intake_id=intake_id), due_on)
        fit = [row for row in rows if _fits(row, ManyStep.ASK, "")]
        done = asking_many.ask_many(
            tx,
            files=[(row.registration_id, row.version) for row in fit],
            asked_for=asked_for,
            message=said,
            due_on=due_on,
            actor=actor,
        )
        messages.stage(tx, event=INFO_ASKED, ids=sorted(done))
        detail: dict[str, str | int] = {
            "asked_for": asked_for,
            "on": due_on.isoformat(),
            "together": len(done),
        }
        _note(tx, actor, "family.asked", intake_id, rows=fit, done=done, detail=detail)
        return len(done)


def refuse_a_day_not_offered(*, actor: Actor, intake_id: int, due_on: date) -> None:
    """Raise AnswerTooSoon for a day until which families cannot be asked. Raises NotFound."""
    with transaction() as tx:
        authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        refuse_day(due_dates.terms_of(tx, intake_id=intake_id), due_on)


def _as_read(
    tx: Transaction, *, actor: Actor, intake_id: int, files: Sequence[tuple[str, int]]
) -> list[QueueRow]:
    """Return the files that are as the officer read them, under the intake's shared lock."""
    read = dict(files)
    locks.lock_intake_shared(tx, intake_id)
    _intake, rows = _rows(tx, actor=actor, intake_id=intake_id, codes=list(read))
    return [row for row in rows if row.version == read[row.code]]


def _note(
    tx: Transaction,
    actor: Actor,
    action: str,
    intake_id: int,
    *,
    rows: Sequence[QueueRow],
    done: frozenset[int],
    detail: Mapping[str, str | int],
) -> None:
    noted = [
        journal.Noted(action, intake_id, row.code, detail)
        for row in rows
        if row.registration_id in done
    ]
    journal.record_all(tx, actor=actor, noted=noted)


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


def _fits(row: QueueRow, step: ManyStep, fact: str) -> bool:
    status = Status(row.status)
    if step is ManyStep.ASK:
        return can_move(status, Status.NEEDS_INFO)
    if step is ManyStep.CONTRADICT:
        return status is not Status.WITHDRAWN and fact in _open_facts(row)
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
