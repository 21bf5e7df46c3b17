"""Finding zone and schools by an address, and the page of each school: out of what is kept."""

from collections.abc import Sequence

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from enrol.core.map_points import read_point
from enrol.services.locating import Near, Places, PublicGroup
from enrol.services.refusals import NotFound
from enrol.web.asking import changes_nothing
from enrol.web.locale import gettext as _
from enrol.web.public.kept import current_figures, current_notice, current_places, ward_at
from enrol.web.public.pages import calendar, groups_by_ward
from enrol.web.public.routes import blueprint, kept_a_minute

__all__ = ["blueprint"]

LONGEST = 100


@blueprint.route("/tim-truong", methods=["GET", "POST"])
@changes_nothing
def find_school() -> ResponseReturnValue:
    """Look up a ward and residential group, or a point.

    A point is sent in the body: an address kept somewhere on the way would say where a child lives;
    for the same reason nobody keeps the answer.
    """
    places = current_places()
    if request.method == "POST" and places is not None:
        return _at_point(places, request.form.get("point", "")[:500])
    ward, label = request.args.get("phuong", "")[:40], request.args.get("to", "")[:60]
    text = request.args.get("q", "")[:LONGEST]
    wards = places.wards_named(text) if places else []
    chosen = places.ward(ward) if places and ward else (wards[0] if len(wards) == 1 else None)
    group = places.group(chosen.code, label) if places and chosen and label else None
    return _page(
        "public/find_school.html",
        is_announced=places is not None,
        q=text,
        wards=wards,
        chosen=chosen,
        groups=places.groups_in(chosen.code) if places and chosen else (),
        label=label,
        group=group,
        schools=places.schools_of(group.zone) if places and group else (),
        point="",
        problems={},
    )


def _at_point(places: Places, text: str) -> Response:
    point = read_point(text)
    if point is None:
        is_asked = "lang" not in request.form
        wrong = _("Type the point as two numbers, such as 21.0285, 105.8542")
        body = render_template(
            "public/find_school.html",
            has_form=True,
            is_announced=True,
            q="",
            wards=(),
            chosen=None,
            groups=(),
            label="",
            group=None,
            schools=(),
            point=text,
            problems={"point": wrong} if is_asked else {},
        )
        return make_response(body, 422 if is_asked else 200)
    latitude, longitude = point
    near = places.near(latitude=latitude, longitude=longitude)
    code = ward_at(latitude=latitude, longitude=longitude)
    body = render_template(
        "public/found_at_point.html",
        has_form=True,
        point=text,
        ward=places.ward(code) if code else None,
        near=near,
        zones=_zones(places, near),
    )
    return make_response(body)


@blueprint.get("/truong-hoc/<school>")
def school_page(school: str) -> Response:
    places, notice = current_places(), current_notice()
    found = places.school(school) if places else None
    if places is None or notice is None or found is None:
        raise NotFound
    return _page(
        "public/school.html",
        notice=notice,
        school=found,
        groups=groups_by_ward(places.groups_of(found.zone)),
        neighbours=[one for one in places.schools_of(found.zone) if one.code != found.code],
        dates=calendar(notice),
        figures=current_figures(),
    )


@blueprint.get("/thu-tuc")
def procedure() -> Response:
    found = current_notice()
    return _page("public/procedure.html", notice=found, dates=calendar(found) if found else ())


def _zones(places: Places, near: Sequence[Near]) -> list[tuple[PublicGroup, Sequence[object]]]:
    """Return the zones of the groups near, the nearest first, each with its schools."""
    zones: dict[str, PublicGroup] = {}
    for one in near:
        zones.setdefault(one.group.zone, one.group)
    return [(group, places.schools_of(zone)) for zone, group in zones.items()]


def _page(template: str, **values: object) -> Response:
    return kept_a_minute(make_response(render_template(template, **values)))
