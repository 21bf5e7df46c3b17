"""What runs decided: written once by COPY behind the run's fence, read for pages and the bundle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import collate, select

from enrol.core.model import CutOff, Placement
from enrol.core.outcome import WaitingList
from enrol.store.db import Transaction, allow_minutes
from enrol.store.outcomes import copy_rows, write_by_school
from enrol.store.tables.runs import cut_offs, fills, placements, runs, waiting_lists
from enrol.store.tables.schools import schools


@dataclass(frozen=True, slots=True)
class Fill:
    """How many seats of a school a run could give and gave."""

    school: str
    seats: int
    taken: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a run writes. Schools are codes; ``ids`` translates them."""

    placements: Sequence[Placement]
    fills: Sequence[Fill]
    cut_offs: Sequence[CutOff]
    waiting: Sequence[WaitingList]
    explanations: Sequence[tuple[str, Sequence[Mapping[str, object]]]]
    ids: Mapping[str, int]


def save(tx: Transaction, *, run_id: int, outcome: Outcome) -> None:
    """Write an outcome; the caller holds the run (``runs.hold``).

    Raises SeatsExceeded when a school would hold more children than seats, or others than counted.
    """
    allow_minutes(tx)  # a second stage is of a whole city
    ids = outcome.ids
    copy_rows(
        tx,
        "placements (run_id, code, school_id, rank, band, number)",
        (
            (run_id, p.code, None if p.school is None else ids[p.school], p.rank, p.band, p.number)
            for p in outcome.placements
        ),
    )
    waiting = {waiting.school: waiting.codes for waiting in outcome.waiting}
    write_by_school(
        tx,
        run_ids=[run_id],
        fills=[
            (run_id, ids[fill.school], fill.seats, fill.taken, waiting.get(fill.school, ()))
            for fill in outcome.fills
        ],
        cut_offs=[(run_id, ids[c.school], c.band, c.number, c.admitted) for c in outcome.cut_offs],
    )
    copy_rows(
        tx,
        "explanations (run_id, code, wishes)",
        ((run_id, code, json.dumps(list(wishes))) for code, wishes in outcome.explanations),
    )


def placements_of(tx: Transaction, *, run_id: int) -> list[Placement]:
    """Return the placements of a run in code order."""
    query = (
        select(
            placements.c.code,
            schools.c.code,
            placements.c.rank,
            placements.c.band,
            placements.c.number,
            runs.c.stage,
        )
        .join(runs, runs.c.id == placements.c.run_id)
        .outerjoin(schools, schools.c.id == placements.c.school_id)
        .where(placements.c.run_id == run_id)
        .order_by(collate(placements.c.code, "C"))
    )
    return [Placement(*row) for row in tx.execute(query)]


def cut_offs_of(tx: Transaction, *, run_id: int) -> list[CutOff]:
    """Return the cut-offs of a run by school code and band."""
    query = (
        select(schools.c.code, cut_offs.c.band, cut_offs.c.number, cut_offs.c.admitted)
        .join(schools, schools.c.id == cut_offs.c.school_id)
        .where(cut_offs.c.run_id == run_id)
        .order_by(collate(schools.c.code, "C"), cut_offs.c.band)
    )
    return [CutOff(*row) for row in tx.execute(query)]


def fills_of(tx: Transaction, *, run_id: int) -> list[Fill]:
    """Return the fills of a run by school code."""
    query = (
        select(schools.c.code, fills.c.seats, fills.c.taken)
        .join(schools, schools.c.id == fills.c.school_id)
        .where(fills.c.run_id == run_id)
        .order_by(collate(schools.c.code, "C"))
    )
    return [Fill(*row) for row in tx.execute(query)]


def waiting_of(tx: Transaction, *, run_id: int) -> list[WaitingList]:
    """Return the waiting lists of a run by school code; schools nobody waits for are left out."""
    query = (
        select(schools.c.code, waiting_lists.c.codes)
        .join(schools, schools.c.id == waiting_lists.c.school_id)
        .where(waiting_lists.c.run_id == run_id)
        .order_by(collate(schools.c.code, "C"))
    )
    return [WaitingList(school, tuple(codes)) for school, codes in tx.execute(query)]
