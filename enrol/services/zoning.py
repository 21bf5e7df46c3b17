"""The zones an officer answers for: what lies in them, and a light drawing of where."""

from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import shape

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.zone_drawing import Drawing, Outline, draw
from enrol.services import authority
from enrol.services.refusals import NotFound
from enrol.store import zone_pages
from enrol.store.db import transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.zone_pages import ZoneLine

__all__ = ["ZonePage", "zone_page"]

ZONES_A_PAGE = 20
COARSENESS = 0.0003
"""Degrees (about 30 m) that a corner may be off on the drawing: a page stays small."""


@dataclass(frozen=True, slots=True)
class ZonePage:
    """A page of zones; ``drawing`` shows these, None when no place is known. ``older`` begins the
    next page. ``can_move`` says whether groups may still change zones.
    """

    intake: IntakeRecord
    zones: tuple[ZoneLine, ...]
    drawing: Drawing | None
    can_move: bool
    further: tuple[str, str] | None


def zone_page(*, actor: Actor, intake_id: int, after: tuple[str, str] = ("", "")) -> ZonePage:
    """Return the zones of the officer's units in an intake. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        found = zone_pages.zone_lines(
            tx,
            intake_id=intake_id,
            unit_ids=grasp.reach.unit_ids,
            after=after,
            limit=ZONES_A_PAGE + 1,
        )
    lines = tuple(found[:ZONES_A_PAGE])
    is_longer = len(found) > ZONES_A_PAGE
    return ZonePage(
        intake=grasp.intake,
        zones=lines,
        drawing=_drawing(lines),
        can_move=grasp.intake.phase in (Phase.DRAFT, Phase.ANNOUNCED, Phase.OPEN),
        further=(lines[-1].unit_name, lines[-1].code) if is_longer else None,
    )


def _drawing(lines: Sequence[ZoneLine]) -> Drawing | None:
    return draw(
        outlines=[Outline(line.code, ring) for line in lines for ring in _rings(line)],
        schools=[
            (school.code, school.latitude, school.longitude)
            for line in lines
            for school in line.schools
        ],
        groups=[
            (group.label, group.latitude, group.longitude)
            for line in lines
            for group in line.groups
            if group.latitude is not None and group.longitude is not None
        ],
    )


def _rings(line: ZoneLine) -> list[list[tuple[float, float]]]:
    """Return the outer rings of a zone as (latitude, longitude), with few corners."""
    if line.boundary is None:
        return []
    found = shape(line.boundary).simplify(COARSENESS, preserve_topology=True)
    parts = getattr(found, "geoms", [found])
    return [
        [(y, x) for x, y, *_ in part.exterior.coords]
        for part in parts
        if part.geom_type == "Polygon" and not part.is_empty
    ]
