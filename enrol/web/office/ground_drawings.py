"""The outlines of zones that an import changes, now and as they would be, as light drawings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enrol.core.zone_drawing import Drawing, Outline, draw

NOW, THEN = "now", "then"


@dataclass(frozen=True, slots=True)
class GroundDrawing:
    """A changed zone (the plain values of ``import_rows.grounds``) with its drawing."""

    zone: Mapping[str, Any]
    drawing: Drawing | None


def ground_drawings(tables: Sequence[Mapping[str, Any]]) -> list[GroundDrawing]:
    """Return a drawing for each changed zone that an import's results name."""
    changed = [zone for table in tables for zone in table.get("grounds", ())]
    return [GroundDrawing(zone, _drawn(zone)) for zone in changed]


def _drawn(zone: Mapping[str, Any]) -> Drawing | None:
    return draw(
        outlines=[
            Outline(name, [(latitude, longitude) for latitude, longitude in ring])
            for name, rings in ((NOW, zone["before"]), (THEN, zone["after"]))
            for ring in rings
        ],
        schools=[],
        groups=[(label, latitude, longitude) for label, latitude, longitude in zone["groups"]],
    )
