"""Live figures for everybody: out of snapshots, with their time, never counted for a page."""

from flask import Response, make_response, render_template

from enrol.web.charts import bars_over_time
from enrol.web.clocks import chart_words, clock
from enrol.web.public.kept import current_figures
from enrol.web.public.routes import blueprint, kept_a_minute

__all__ = ["blueprint"]


@blueprint.get("/so-lieu")
def live_figures() -> Response:
    found = current_figures()
    page = render_template(
        "public/figures.html",
        figures=found,
        chart=bars_over_time(found.minutes) if found else None,
        says=chart_words(found.minutes) if found else "",
        clock=clock,
    )
    response = kept_a_minute(make_response(page))
    response.headers["Cache-Control"] = "public, max-age=10"
    return response
