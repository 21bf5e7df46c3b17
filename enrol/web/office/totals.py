"""All intakes on one page with their dates; totals of one by ward and hour, and the city's map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, Response, current_app

from enrol.core.zone_drawing import Drawing
from enrol.services import planning, totalling
from enrol.services.totalling import Totals, WardTotal
from enrol.web.charts import bars_over_time
from enrol.web.clocks import clock
from enrol.web.kept import Kept
from enrol.web.locale import format_number
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page

MAP_SECONDS = 600.0
MOST_LABELS = 12
SHADES = ((1.2, "0.65"), (1.0, "0.4"), (0.8, "0.15"))
"""From so many registrations a seat on, a ward is drawn so dark."""
_NAME = "enrol_ward_map"


@dataclass(frozen=True, slots=True)
class WardShape:
    """A ward on the map: its corners, how dark it is and what it is called."""

    points: str
    shade: str
    words: str


@dataclass(frozen=True, slots=True)
class Label:
    """The number of a ward in the table, at its place on the map."""

    number: int
    x: int
    y: int


def register(app: Flask) -> None:
    """Let the process keep the map of the wards."""
    app.extensions[_NAME] = Kept(read=totalling.ward_drawing, seconds=MAP_SECONDS)


@blueprint.get("/lich")
def calendar() -> Response:
    return staff_page("office/calendar.html", desk=planning.desk_of(actor=officer()), words=words)


@blueprint.get("/<int:intake_id>/tong-hop")
def totals(intake_id: int) -> Response:
    found = totalling.totals_of(actor=officer(), intake_id=intake_id)
    kept: Kept[Drawing | None] = current_app.extensions[_NAME]
    drawing = kept.now()
    return staff_page(
        "office/totals.html",
        found=found,
        drawing=drawing,
        shapes=_shapes(drawing, found) if drawing else (),
        labels=_labels(drawing, found.shortest_first) if drawing else (),
        chart=bars_over_time(found.hours, every=-(-len(found.hours) // 5) or 1),
        says=_says(found),
        clock=clock,
        words=words,
        is_rehearsal=found.intake.is_rehearsal,
    )


def _shapes(drawing: Drawing, found: Totals) -> list[WardShape]:
    by_unit: Mapping[str, WardTotal] = {ward.unit: ward for ward in found.wards}
    return [
        WardShape(points=points, shade=_shade(by_unit.get(unit)), words=_told(by_unit.get(unit)))
        for unit, points in drawing.outlines
    ]


def _shade(ward: WardTotal | None) -> str:
    load = ward.load if ward else 0.0
    return next((shade for least, shade in SHADES if load >= least), "0")


def _told(ward: WardTotal | None) -> str:
    if ward is None:
        return ""
    return _(
        "%(name)s: %(registrations)s registrations, %(seats)s seats",
        name=words.either(ward.name, ward.name_en),
        registrations=format_number(ward.registrations),
        seats=format_number(ward.seats),
    )


def _labels(drawing: Drawing, wards: Sequence[WardTotal]) -> list[Label]:
    """Number the wards that run short, as the table does, in the middle of their ground."""
    places: dict[str, tuple[int, int]] = {}
    for unit, points in drawing.outlines:
        corners = [tuple(map(int, point.split(","))) for point in points.split()]
        across, down = [x for x, _y in corners], [y for _x, y in corners]
        places[unit] = ((min(across) + max(across)) // 2, (min(down) + max(down)) // 2)
    return [
        Label(number, *places[ward.unit])
        for number, ward in enumerate(wards[:MOST_LABELS], start=1)
        if ward.load >= 1 and ward.unit in places
    ]


def _says(found: Totals) -> str:
    total = sum(count for _at, count in found.hours)
    return _(
        "Registrations by hour: %(total)s in the hours shown. The table below says the same.",
        total=format_number(total),
    )
