"""Open statistics: what a publication comes to, school by school, for everybody to read.

Counted once, by a worker, when something was published. What is kept has its small counts taken
out already, so no page and no file can show one, and no page counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from enrol.core.suppression import Table, protected_line, protected_table
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound
from enrol.store import draws, outbox, ratings, statistics
from enrol.store.db import transaction
from enrol.store.statistics import IntakeFigures, SchoolCounts, SchoolFigures, SchoolLine, Ward

__all__ = [
    "WISHES",
    "CityStatistics",
    "IntakeFigures",
    "SchoolLine",
    "SchoolStatistics",
    "Ward",
    "WardStatistics",
    "city_statistics",
    "intake_lines",
    "school_statistics",
    "stage_due",
    "sum_up",
    "ward_statistics",
]

JOB = "sum_up"
AT_ONCE = 20
WISHES = 4
"""Admitted to the first wish, the second, a later one, or re-routed to a school not wished for."""
_LATER, _REROUTED = 2, 3


@dataclass(frozen=True, slots=True)
class CityStatistics:
    """All intakes, the newest first, and the wards of the newest."""

    intakes: tuple[IntakeFigures, ...]
    wards: tuple[Ward, ...]


@dataclass(frozen=True, slots=True)
class WardStatistics:
    """The schools of a ward in the newest intake."""

    intake: IntakeFigures
    schools: tuple[SchoolLine, ...]


@dataclass(frozen=True, slots=True)
class SchoolStatistics:
    """A school in every intake with statistics, the newest first; never empty."""

    intakes: tuple[SchoolLine, ...]


def stage_due() -> int:
    """Stage the publications that are not summed up yet, each once; returns how many. For the
    relay.
    """
    with transaction() as tx:
        due = statistics.uncounted(tx, limit=AT_ONCE)
        outbox.stage(tx, job=JOB, queue=JOBS[JOB], arguments=due)
    return len(due)


def sum_up(*, publication_id: int) -> bool:
    """Count a publication, take small counts out, keep the rest; True when this call did.

    Older statistics of the intake go, so that nobody subtracts one from the other here. Families
    of the intake get their right to rate the service (``rating``). Run twice or at once, the same
    stands. Raises NotFound.
    """
    with transaction() as tx:
        found = statistics.publication_of(tx, publication_id=publication_id)
        if found is None:
            raise NotFound
        intake_id, is_official, outcome = found
        draw = draws.draw_of(tx, intake_id=intake_id)
        if not is_official or draw is None:
            return False
        counted = statistics.count_schools(
            tx, intake_id=intake_id, draw_id=draw.draw_id, outcome=outcome
        )
        whole, lines = protected(counted)
        ratings.give_rights(tx, intake_id=intake_id)
        return statistics.keep(
            tx, publication_id=publication_id, intake_id=intake_id, whole=whole, lines=lines
        )


def city_statistics() -> CityStatistics:
    """Return what is published of all intakes."""
    with transaction() as tx:
        found = statistics.intake_figures(tx)
        wards = statistics.wards(tx, publication_id=found[0].publication_id) if found else []
        return CityStatistics(intakes=tuple(found), wards=tuple(wards))


def ward_statistics(*, unit_code: str) -> WardStatistics:
    """Return the schools of a ward in the newest intake. Raises NotFound."""
    with transaction() as tx:
        found = statistics.intake_figures(tx)
        lines = (
            statistics.of_ward(tx, publication_id=found[0].publication_id, unit_code=unit_code)
            if found
            else []
        )
        if not lines:
            raise NotFound
        return WardStatistics(intake=found[0], schools=tuple(lines))


def school_statistics(*, code: str) -> SchoolStatistics:
    """Return a school in every intake. Raises NotFound."""
    with transaction() as tx:
        lines = statistics.of_school(tx, code=code)
        if not lines:
            raise NotFound
        return SchoolStatistics(intakes=tuple(lines))


def intake_lines(*, code: str) -> tuple[SchoolLine, ...]:
    """Return every school of an intake. Raises NotFound."""
    with transaction() as tx:
        lines = statistics.of_intake(tx, code=code)
        if not lines:
            raise NotFound
        return tuple(lines)


def protected(counted: Sequence[SchoolCounts]) -> tuple[SchoolFigures, list[SchoolFigures]]:
    """Return the whole and every school with small counts taken out (``core.suppression``)."""
    bands = max((band for school in counted for _rank, band, _n in school.placed), default=1)
    table = protected_table([_parts(school, bands) for school in counted])
    first = [school.wished_first for school in counted]
    shown = protected_line(first)
    wished = shown or tuple(None if count else 0 for count in first)
    lines = [
        SchoolFigures(
            school_id=school.school_id,
            seats=school.seats,
            admitted=row.total,
            wished_first=asked,
            wishes=row.parts[0],
            bands=row.parts[1],
        )
        for school, row, asked in zip(counted, table.rows, wished, strict=True)
    ]
    return _whole(table, lines, wished_first=sum(first) if shown else None, bands=bands), lines


def _whole(
    table: Table, lines: Sequence[SchoolFigures], *, wished_first: int | None, bands: int
) -> SchoolFigures:
    wishes, in_bands = table.sums or ((0,) * WISHES, (0,) * bands)
    return SchoolFigures(
        school_id=0,
        seats=sum(line.seats for line in lines),
        admitted=table.total,
        wished_first=wished_first,
        wishes=wishes,
        bands=in_bands,
    )


def _parts(school: SchoolCounts, bands: int) -> tuple[list[int], list[int]]:
    by_wish, by_band = [0] * WISHES, [0] * bands
    for rank, band, children in school.placed:
        by_wish[_REROUTED if rank is None else min(rank - 1, _LATER)] += children
        by_band[band - 1] += children
    return by_wish, by_band
