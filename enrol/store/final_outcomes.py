"""What counts as final in an intake: the corrected list, and where its final run placed everybody.

Everything here is read set by set, for a whole intake or a zone of it. Nothing says whether the
final results are public: ask the intake's phase.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, collate, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from enrol.core.model import CutOff, Placement
from enrol.core.outcome import WaitingList
from enrol.core.results import Results, ZoneCutOff, ZoneWaiting
from enrol.store.db import Transaction
from enrol.store.frozen_entries import BATCH
from enrol.store.runs import DONE, FINAL
from enrol.store.tables.corrections import corrections
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.registrations import frozen_entries
from enrol.store.tables.runs import cut_offs, placements, runs, waiting_lists
from enrol.store.tables.schools import schools
from enrol.store.tables.units import zones


@dataclass(frozen=True, slots=True)
class CountedCorrection:
    """One correction as it counts: why, and the corrected entry as canonical JSON."""

    code: str
    reason: str
    entry: str


def is_computed(tx: Transaction, *, intake_id: int) -> bool:
    """Tell whether the final run of an intake is done, with its second stage."""
    query = select(runs.c.id).where(
        runs.c.intake_id == intake_id,
        runs.c.outcome == FINAL,
        runs.c.stage == 2,
        runs.c.state == DONE,
    )
    return tx.execute(query).first() is not None


def is_opened(tx: Transaction, *, intake_id: int) -> bool:
    """Tell whether the final run of an intake has begun: from then on nothing is corrected."""
    query = select(runs.c.id).where(runs.c.intake_id == intake_id, runs.c.outcome == FINAL)
    return tx.execute(query.limit(1)).first() is not None


def counted_lines(tx: Transaction, *, intake_id: int) -> Iterator[str]:
    """Yield the entries that count, canonical JSON each, in code order: the frozen ones with the
    corrected in their places.
    """
    query = (
        select(func.coalesce(corrections.c.entry, frozen_entries.c.entry))
        .select_from(frozen_entries)
        .outerjoin(corrections, _counts())
        .where(frozen_entries.c.intake_id == intake_id)
        .order_by(frozen_entries.c.position)
        .execution_options(stream_results=True, yield_per=BATCH)
    )
    yield from tx.execute(query).scalars()


def counted_entry(tx: Transaction, *, intake_id: int, code: str) -> str | None:
    """Return one entry as it counts, canonical JSON; None for a code that is not in the list."""
    query = (
        select(func.coalesce(corrections.c.entry, frozen_entries.c.entry))
        .select_from(frozen_entries)
        .outerjoin(corrections, _counts())
        .where(frozen_entries.c.intake_id == intake_id, frozen_entries.c.code == code)
    )
    found: str | None = tx.execute(query).scalar_one_or_none()
    return found


def corrections_of(tx: Transaction, *, intake_id: int) -> list[CountedCorrection]:
    """Return the corrections that count, in code order."""
    query = (
        select(corrections.c.code, corrections.c.reason, corrections.c.entry)
        .where(corrections.c.intake_id == intake_id, corrections.c.replaced_at.is_(None))
        .order_by(collate(corrections.c.code, "C"))
    )
    return [CountedCorrection(*row) for row in tx.execute(query)]


def results_of(tx: Transaction, *, draw_id: int, outcome: str = FINAL) -> Results:
    """Return what a draw's runs decided, as it is published: where each registration ended in code
    order, cut-offs and waiting lists zone by zone, then of the second stage.
    """
    return Results(
        placements=tuple(_placements(tx, draw_id, outcome)),
        cut_offs=tuple(_cut_offs(tx, draw_id, outcome)),
        waiting=tuple(_waiting(tx, draw_id, outcome)),
    )


def placements_by_code(
    tx: Transaction, *, draw_id: int, codes: Sequence[str], outcome: str = FINAL
) -> dict[str, Placement]:
    """Return where these registrations ended, by code; unknown ones are left out."""
    return {
        placement.code: placement
        for placement in _placements(tx, draw_id, outcome, placements.c.code.in_(codes))
    }


def _counts() -> ColumnElement[bool]:
    return and_(
        corrections.c.intake_id == frozen_entries.c.intake_id,
        corrections.c.code == frozen_entries.c.code,
        corrections.c.replaced_at.is_(None),
    )


def _placements(
    tx: Transaction, draw_id: int, outcome: str, *conditions: ColumnElement[bool]
) -> Iterator[Placement]:
    """Yield one line a registration: the second stage has the last word."""
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
        .where(runs.c.draw_id == draw_id, runs.c.outcome == outcome, *conditions)
        .ext(distinct_on(collate(placements.c.code, "C")))
        .order_by(collate(placements.c.code, "C"), runs.c.stage.desc())
        .execution_options(stream_results=True, yield_per=BATCH)
    )
    for row in tx.execute(query):
        yield Placement(*row)


def _cut_offs(tx: Transaction, draw_id: int, outcome: str) -> Iterator[ZoneCutOff]:
    query = (
        select(
            zones.c.code,
            schools.c.code,
            cut_offs.c.band,
            cut_offs.c.number,
            cut_offs.c.admitted,
        )
        .select_from(cut_offs)
        .join(runs, runs.c.id == cut_offs.c.run_id)
        .join(schools, schools.c.id == cut_offs.c.school_id)
        .outerjoin(intake_zones, intake_zones.c.id == runs.c.intake_zone_id)
        .outerjoin(zones, zones.c.id == intake_zones.c.zone_id)
        .where(runs.c.draw_id == draw_id, runs.c.outcome == outcome)
        .order_by(
            runs.c.stage, collate(zones.c.code, "C"), collate(schools.c.code, "C"), cut_offs.c.band
        )
    )
    for zone, *cut_off in tx.execute(query):
        yield ZoneCutOff(zone, CutOff(*cut_off))


def _waiting(tx: Transaction, draw_id: int, outcome: str) -> Iterator[ZoneWaiting]:
    query = (
        select(zones.c.code, schools.c.code, waiting_lists.c.codes)
        .select_from(waiting_lists)
        .join(runs, runs.c.id == waiting_lists.c.run_id)
        .join(schools, schools.c.id == waiting_lists.c.school_id)
        .outerjoin(intake_zones, intake_zones.c.id == runs.c.intake_zone_id)
        .outerjoin(zones, zones.c.id == intake_zones.c.zone_id)
        .where(runs.c.draw_id == draw_id, runs.c.outcome == outcome)
        .order_by(runs.c.stage, collate(zones.c.code, "C"), collate(schools.c.code, "C"))
    )
    for zone, school, codes in tx.execute(query):
        yield ZoneWaiting(zone, WaitingList(school, tuple(codes)))


@dataclass(frozen=True, slots=True)
class Difference:
    """A registration that ends elsewhere in the final results; schools are codes, None: no seat."""

    code: str
    zone: str
    before: str | None
    after: str | None
    band_before: int
    band_after: int
    is_corrected: bool


_ENDS = """
  SELECT DISTINCT ON (code) code, school_id, band
    FROM placements JOIN runs ON runs.id = placements.run_id
   WHERE runs.draw_id = :draw AND runs.outcome = '{outcome}'
   ORDER BY code, stage DESC"""
_DIFFERENT = f"""
  FROM ({_ENDS.format(outcome="provisional")}) AS before
  JOIN ({_ENDS.format(outcome="final")}) AS after USING (code)
 WHERE before.school_id IS DISTINCT FROM after.school_id"""
_MOVED = text(f"SELECT count(*) {_DIFFERENT}")
_DIFFERENCES = text(
    f"""
SELECT found.code, zones.code, old.code, new.code, found.band_before, found.band_after,
       EXISTS (SELECT FROM corrections WHERE corrections.intake_id = draws.intake_id
                AND corrections.code = found.code AND replaced_at IS NULL)
  FROM (SELECT code, before.school_id AS left_id, after.school_id AS taken_id,
               before.band AS band_before, after.band AS band_after {_DIFFERENT}
          AND code COLLATE "C" > :after
         ORDER BY code COLLATE "C" LIMIT :most) AS found
  JOIN draws ON draws.id = :draw
  JOIN frozen_entries ON frozen_entries.intake_id = draws.intake_id
    AND frozen_entries.code = found.code
  JOIN intake_zones ON intake_zones.id = frozen_entries.intake_zone_id
  JOIN zones ON zones.id = intake_zones.zone_id
  LEFT JOIN schools AS old ON old.id = found.left_id
  LEFT JOIN schools AS new ON new.id = found.taken_id
 ORDER BY found.code COLLATE "C" """  # noqa: S608
)


def moved_count(tx: Transaction, *, draw_id: int) -> int:
    """Return how many registrations end elsewhere in the final results."""
    return int(tx.execute(_MOVED, {"draw": draw_id}).scalar_one())


def differences(tx: Transaction, *, draw_id: int, after: str = "", most: int) -> list[Difference]:
    """Return whom the final run leads elsewhere than the first, in code order, after a code.

    A band that changed without moving the child is no difference.
    """
    values = {"draw": draw_id, "after": after, "most": most}
    return [Difference(*row) for row in tx.execute(_DIFFERENCES, values)]
