"""Totals of an intake by ward and hour, out of the counters that the relay takes: no page counts.

Whoever shows them also says when they were taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from shapely.geometry import shape

from enrol.core.actors import Actor
from enrol.core.zone_drawing import Drawing, Outline, draw
from enrol.services import authority
from enrol.services.refusals import NotFound
from enrol.store import boundaries, intakes, ward_totals
from enrol.store.db import transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.ward_totals import ZoneSeats

__all__ = ["Totals", "WardTotal", "totals_of", "ward_drawing"]

MOST_HOURS = 72
"""The chart shows the latest hours; the table beside it the same ones."""
COARSENESS = 0.002
"""Degrees (about 200 m) that a ward's corner may be off: the city's map stays light."""


@dataclass(frozen=True, slots=True)
class WardTotal:
    """A ward's registrations and seats; ``short`` are its zones with more of the first."""

    unit: str
    name: str
    name_en: str
    registrations: int
    seats: int
    zones: int
    short: tuple[str, ...]

    @property
    def load(self) -> float:
        """Registrations a seat; 0 without seats."""
        return self.registrations / self.seats if self.seats else 0.0


@dataclass(frozen=True, slots=True)
class Totals:
    """The wards of the officer's units, by name, and the hours of the whole intake.

    ``taken_at`` is None before the first snapshot: then nothing was counted yet.
    """

    intake: IntakeRecord
    taken_at: datetime | None
    wards: tuple[WardTotal, ...]
    hours: tuple[tuple[datetime, int], ...]

    @property
    def registrations(self) -> int:
        """All registrations of these wards."""
        return sum(ward.registrations for ward in self.wards)

    @property
    def seats(self) -> int:
        """All seats of these wards."""
        return sum(ward.seats for ward in self.wards)

    @property
    def shortest_first(self) -> tuple[WardTotal, ...]:
        """The wards, those with the most registrations a seat first."""
        return tuple(sorted(self.wards, key=lambda ward: (-ward.load, ward.name)))


def totals_of(*, actor: Actor, intake_id: int) -> Totals:
    """Return an intake's totals for officers of units, each with the own wards. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        lines = ward_totals.zone_seats(tx, intake_id=intake_id, unit_ids=grasp.reach.unit_ids)
        taken = intakes.snapshot_of(tx, name=f"intake/{intake_id}")
    body: Mapping[str, Any] = taken.body if taken else {}
    return Totals(
        intake=grasp.intake,
        taken_at=taken.taken_at if taken else None,
        wards=tuple(_wards(lines, body.get("zones", {}))),
        hours=_hours(body.get("hours", ())),
    )


def ward_drawing() -> Drawing | None:
    """Return the wards of today on one light map, by code; None when no ground is known.

    It changes only with the wards themselves: pages keep it.
    """
    with transaction() as tx:
        grounds = boundaries.unit_boundaries(tx, kind="ward")
    outlines = [Outline(code, ring) for code, ground in grounds for ring in _rings(ground)]
    return draw(outlines=outlines, schools=(), groups=())


def _wards(lines: Sequence[ZoneSeats], counts: Mapping[str, int]) -> Iterator[WardTotal]:
    for _unit_id, found in groupby(lines, key=lambda line: line.unit_id):
        ward = list(found)
        yield WardTotal(
            unit=ward[0].unit,
            name=ward[0].unit_name,
            name_en=ward[0].unit_name_en,
            registrations=sum(counts.get(line.zone, 0) for line in ward),
            seats=sum(line.seats for line in ward),
            zones=len(ward),
            short=tuple(line.zone for line in ward if counts.get(line.zone, 0) > line.seats),
        )


def _hours(counted: Sequence[Sequence[Any]]) -> tuple[tuple[datetime, int], ...]:
    """Return the latest hours without a gap: one that had nothing stands with 0."""
    counts = {datetime.fromisoformat(at): count for at, count in counted}
    if not counts:
        return ()
    last, first = max(counts), min(counts)
    span = min(MOST_HOURS, int((last - first) / timedelta(hours=1)) + 1)
    instants = (last - timedelta(hours=back) for back in reversed(range(span)))
    return tuple((at, counts.get(at, 0)) for at in instants)


def _rings(ground: dict[str, Any]) -> list[list[tuple[float, float]]]:
    found = shape(ground).simplify(COARSENESS, preserve_topology=True)
    return [
        [(y, x) for x, y, *_ in part.exterior.coords]
        for part in getattr(found, "geoms", [found])
        if part.geom_type == "Polygon" and not part.is_empty
    ]
