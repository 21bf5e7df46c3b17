"""Residences confirmed in bulk by the police and group leaders: their list in.

A list that comes back is read, compared and shown; only then is it applied, as a whole. Files that
changed since the list went out are named and left alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.residence_lists import (
    Answer,
    Fault,
    Filled,
    Outcome,
    Standing,
    judge_all,
    read_rows,
)
from enrol.core.review import Source, Verdict
from enrol.services import authority
from enrol.services.authority import Grasp
from enrol.services.files_in_charge import ListFrozen
from enrol.services.ports import ResidenceSheets
from enrol.services.refusals import NotFound, Refusal
from enrol.services.ward_reach import ward_of, wards_of
from enrol.store import clock, decisions, journal, locks, residence_lists
from enrol.store.db import Transaction, transaction
from enrol.store.decisions import Decision
from enrol.store.intakes import IntakeRecord
from enrol.store.journal import Noted
from enrol.store.residence_lists import ListRecord
from enrol.store.wards import Ward

__all__ = [
    "Difference",
    "EmptyList",
    "ListFrozen",
    "ListRecord",
    "ListRefused",
    "Ward",
    "apply_list",
    "drop_list",
    "list_page",
    "receive_list",
]

MOST_FAULTS = 200
_NOT_FROZEN = (Phase.ANNOUNCED, Phase.OPEN)


class ListRefused(Refusal):
    """Rows of a list cannot be taken, so nothing of it was; ``faults`` as (line, fault)."""

    def __init__(self, faults: Sequence[tuple[int, Fault]]) -> None:
        super().__init__()
        self.faults = tuple(faults)


class EmptyList(Refusal):
    """No row of the list has a verdict."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list and what it does, or did."""

    filled: Filled
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """A list that came back, compared with the files as they stand (or as it was applied)."""

    record: ListRecord
    intake: IntakeRecord
    ward: Ward
    rows: tuple[ListRow, ...]
    counts: Mapping[Outcome, int]
    can_apply: bool


def receive_list(
    *,
    actor: Actor,
    intake_id: int,
    unit_code: str,
    name: str,
    content: bytes,
    sheets: ResidenceSheets,
) -> int:
    """Read a list that came back and keep it for the officer to look at; returns its id.

    All rows or none: raises ListRefused with every bad row, EmptyList, NotFound and what the
    sheets raise for a file that is no list.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        ward = ward_of(wards_of(tx, grasp), unit_code)
        filled, faults = read_rows(sheets.read(name=name, content=content))
        standing = _standing(tx, intake_id=intake_id, unit_id=ward.unit_id, rows=filled)
        faults += judge_all(filled, standing)[1]
        if faults:
            raise ListRefused(sorted(faults)[:MOST_FAULTS])
        if not filled:
            raise EmptyList
        digest = hashlib.sha256(content).hexdigest()
        list_id = residence_lists.keep(
            tx,
            intake_id=intake_id,
            unit_id=ward.unit_id,
            brought_by=officer.staff_id,
            sha256=digest,
            rows=filled,
        )
        journal.record(
            tx,
            actor=actor,
            action="residence_list.brought",
            intake_id=intake_id,
            subject=ward.code,
            detail={"list": list_id, "rows": len(filled), "sha256": digest},
        )
        return list_id


def list_page(*, actor: Actor, list_id: int) -> Difference:
    """Return what a list would change now, or did; the reading is journalled. Raises NotFound."""
    with transaction() as tx:
        record, grasp, ward = _own(tx, actor=actor, list_id=list_id)
        kept = residence_lists.rows_of(tx, list_id=list_id)
        filled = [row.filled for row in kept]
        if record.state == "brought":
            standing = _standing(
                tx, intake_id=record.intake_id, unit_id=record.unit_id, rows=filled
            )
            outcomes = _outcomes(filled, standing)
        else:
            outcomes = {row.filled.line: row.outcome for row in kept if row.outcome is not None}
        journal.record(
            tx,
            actor=actor,
            action="residence_list.read",
            intake_id=record.intake_id,
            subject=ward.code,
            detail={"list": list_id, "rows": len(filled)},
        )
        return Difference(
            record=record,
            intake=grasp.intake,
            ward=ward,
            rows=tuple(ListRow(row, outcomes[row.line]) for row in filled if row.line in outcomes),
            counts={
                outcome: sum(found is outcome for found in outcomes.values()) for outcome in Outcome
            },
            can_apply=record.state == "brought" and grasp.intake.phase in _NOT_FROZEN,
        )


def apply_list(*, actor: Actor, list_id: int) -> None:
    """Record every verdict of a list whose file still stands as it went out; twice is once.

    One transaction under the intake's shared lock, the list's row and the files' rows: verdicts
    and their journal entries are all there or none is. Raises NotFound, ListFrozen.
    """
    with transaction() as tx:
        record = residence_lists.list_of(tx, list_id=list_id)
        if record is None:
            raise NotFound
        locks.lock_intake_shared(tx, record.intake_id)
        record, grasp, ward = _own(tx, actor=actor, list_id=list_id, hold=True)
        if record.state != "brought":
            return
        if grasp.intake.phase not in _NOT_FROZEN:
            raise ListFrozen
        rows = [row.filled for row in residence_lists.rows_of(tx, list_id=list_id)]
        standing = _standing(
            tx, intake_id=record.intake_id, unit_id=record.unit_id, rows=rows, hold=True
        )
        outcomes = _outcomes(rows, standing)
        applied = [row for row in rows if outcomes[row.line] is Outcome.APPLIED]
        decisions.record_many(
            tx,
            decisions=[_decision(row, standing[row.code, row.fact]) for row in applied],
            actor=actor,
        )
        residence_lists.end(
            tx, list_id=list_id, state="applied", at=clock.database_now(tx), outcomes=outcomes
        )
        _record_applied(tx, actor=actor, record=record, ward=ward, rows=applied, outcomes=outcomes)


def drop_list(*, actor: Actor, list_id: int) -> None:
    """Let go of a list that was not applied; twice is once. Raises NotFound."""
    with transaction() as tx:
        record, _grasp, ward = _own(tx, actor=actor, list_id=list_id, hold=True)
        if record.state != "brought":
            return
        at = clock.database_now(tx)
        residence_lists.end(tx, list_id=list_id, state="dropped", at=at, outcomes={})
        journal.record(
            tx,
            actor=actor,
            action="residence_list.dropped",
            intake_id=record.intake_id,
            subject=ward.code,
            detail={"list": list_id},
        )


def _own(
    tx: Transaction, *, actor: Actor, list_id: int, hold: bool = False
) -> tuple[ListRecord, Grasp, Ward]:
    record = residence_lists.list_of(tx, list_id=list_id, hold=hold)
    if record is None:
        raise NotFound
    grasp = authority.seen_intake(tx, actor=actor, intake_id=record.intake_id)
    for ward in wards_of(tx, grasp):
        if ward.unit_id == record.unit_id:
            return record, grasp, ward
    raise NotFound


def _standing(
    tx: Transaction, *, intake_id: int, unit_id: int, rows: Sequence[Filled], hold: bool = False
) -> dict[tuple[str, str], Standing]:
    codes = sorted({row.code for row in rows})
    return residence_lists.standing_of(
        tx, intake_id=intake_id, unit_id=unit_id, codes=codes, hold=hold
    )


def _outcomes(
    rows: Sequence[Filled], standing: Mapping[tuple[str, str], Standing]
) -> dict[int, Outcome]:
    outcomes, faults = judge_all(rows, standing)
    # A file that left the ward since the list came back is as stale as one that changed.
    return outcomes | {line: Outcome.STALE for line, _fault in faults}


def _decision(row: Filled, standing: Standing) -> Decision:
    is_match = row.answer is Answer.MATCH
    return Decision(
        registration_id=standing.registration_id,
        version=standing.version,
        fact=row.fact,
        verdict=Verdict.VERIFIED if is_match else Verdict.CONTRADICTED,
        reason="confirmed_by_police" if is_match else "not_resident",
        source=Source.RESIDENCE_LIST,
        note=row.note or None,
    )


def _record_applied(
    tx: Transaction,
    *,
    actor: Actor,
    record: ListRecord,
    ward: Ward,
    rows: Sequence[Filled],
    outcomes: Mapping[int, Outcome],
) -> None:
    noted = [
        Noted(
            action="fact.verified" if row.answer is Answer.MATCH else "fact.contradicted",
            intake_id=record.intake_id,
            subject=row.code,
            detail={"fact": row.fact, "source": "residence_list", "list": record.list_id},
        )
        for row in rows
    ]
    whole = Noted(
        action="residence_list.applied",
        intake_id=record.intake_id,
        subject=ward.code,
        detail={
            "list": record.list_id,
            "rows": len(rows),
            "stale": sum(outcome is Outcome.STALE for outcome in outcomes.values()),
        },
    )
    journal.record_all(tx, actor=actor, noted=[*noted, whole])
