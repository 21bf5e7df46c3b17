"""What every page of staff is drawn with."""

from typing import Any

from flask import Response, g, make_response, render_template, request, url_for

from enrol.core.actors import CITY_OFFICER, SCHOOL_OFFICER, WARD_OFFICER, Officer
from enrol.web.locale import gettext as _


def staff_page(template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page with the officer's name and navigation."""
    actor: Officer = g.officer
    problems = values.get("problems") or {}
    body = render_template(
        template,
        **{"problems": problems, **values},
        staff_name=actor.full_name,
        nav=_navigation(actor),
    )
    return make_response(body, 422 if problems and status == 200 else status)


_ELSEWHERE = {
    "staff.counter": "counter",
    "staff.entry": "counter",
    "staff.entry_new": "counter",
    "staff.printed": "counter",
    "staff.reset": "counter",
    "staff.counter_objection": "counter",
    "staff.printed_objection": "counter",
    "staff.counter_contact": "counter",
    "staff.flags": "office",
    "staff.data_requests": "data",
    "staff.data_request": "data",
    "staff.hand_over": "data",
}
"""Pages that stand under another heading than their address says."""
_OF_AN_INTAKE = ("staff.lists", "staff.export", "staff.messages")


def _navigation(actor: Officer) -> list[tuple[str, str, bool]]:
    places = []
    if actor.has_role(CITY_OFFICER) or actor.has_role(WARD_OFFICER):
        places.append(("office", url_for("office.desk"), _("Intakes")))
    if actor.has_role(SCHOOL_OFFICER):
        places.append(("schools", url_for("schools.desk"), _("My school")))
    if places:
        places.append(("counter", url_for("staff.counter"), _("At the counter")))
    if actor.has_role(CITY_OFFICER) or actor.has_role(WARD_OFFICER):
        places.append(("data", url_for("staff.data_requests"), _("Requests about data")))
    places.append(("staff", url_for("staff.account"), _("My account")))
    here = _ELSEWHERE.get(request.endpoint or "", request.blueprint)
    if request.endpoint in _OF_AN_INTAKE:
        here = places[0][0]
    return [(address, text, name == here) for name, address, text in places]
