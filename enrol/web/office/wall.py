"""The wall screen of an office: big figures that renew themselves, without a script."""

from flask import Response, request

from enrol.core.intake import ShownPhase
from enrol.services import figures
from enrol.services.figures import Figures
from enrol.web.charts import bars_over_time
from enrol.web.clocks import chart_words, clock
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page

REFRESH_SECONDS = 5
MOST_ZONES = 12
WIDTH, HEIGHT = 600, 410
LATE_SECONDS = 60
"""Work undone for longer, or figures older than this, are shown as a trouble."""


@blueprint.get("/<int:intake_id>/man-hinh")
def wall(intake_id: int) -> Response:
    window, found = figures.office_figures(actor=officer(), intake_id=intake_id)
    age = (window.at - found.taken_at).total_seconds() if found else 0.0
    return staff_page(
        "office/wall.html",
        window=window,
        figures=found,
        zones=found.zones_by_load[:MOST_ZONES] if found else (),
        chart=bars_over_time(found.minutes, width=WIDTH, height=HEIGHT) if found else None,
        says=chart_words(found.minutes) if found else "",
        clock=clock,
        phase=_phase_words(found),
        is_stale=age > LATE_SECONDS,
        is_late=found is not None and found.oldest_seconds > LATE_SECONDS,
        is_rehearsal=window.is_rehearsal,
    )


@blueprint.after_request
def renew(response: Response) -> Response:
    """Let the wall screen come back by itself, also after a page that said that we are busy."""
    if request.endpoint == "office.wall" and response.status_code != 303:
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    return response


def _phase_words(found: Figures | None) -> str:
    words = {
        ShownPhase.ANNOUNCED: _("Announced, not open yet"),
        ShownPhase.OPEN: _("Registration is open"),
        ShownPhase.UNDER_REVIEW: _("Registration has ended"),
    }
    return words.get(found.shown, "") if found else ""
