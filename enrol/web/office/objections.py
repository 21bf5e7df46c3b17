"""The inbox of objections for wards and the city, and what families thought of the service."""

from datetime import date

from flask import Response, request, url_for

from enrol.services import answering_objections, rating
from enrol.services.answering_objections import FILTERS, OPEN
from enrol.services.refusals import NotFound
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.objection_words import ground_word, outcome_tag
from enrol.web.office.blueprint import blueprint
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page

__all__ = ["blueprint"]


@blueprint.get("/<int:intake_id>/khieu-nai")
def objections(intake_id: int) -> Response:
    show = request.args.get("loc", OPEN)
    if show not in FILTERS:
        raise NotFound
    found = answering_objections.inbox(
        actor=officer(), intake_id=intake_id, show=show, after=_begins_after()
    )
    more = None
    if found.after:
        day, number = found.after
        more = url_for(
            "office.objections", intake_id=intake_id, loc=show, sau=f"{day.isoformat()}.{number}"
        )
    return staff_page(
        "office/objections.html",
        inbox=found,
        show=show,
        filters=[(one, _filter_word(one)) for one in FILTERS],
        more=more,
        ground_word=ground_word,
        outcome_tag=outcome_tag,
        is_rehearsal=found.intake.is_rehearsal,
    )


@blueprint.get("/<int:intake_id>/hai-long")
def ratings(intake_id: int) -> Response:
    found = rating.ratings_of(actor=officer(), intake_id=intake_id)
    return staff_page("office/ratings.html", found=found, is_rehearsal=found.intake.is_rehearsal)


def _begins_after() -> tuple[date, int] | None:
    """Return the place in the order after which the page begins; None for a made-up one."""
    day, dot, number = request.args.get("sau", "")[:40].partition(".")
    if not dot:
        return None
    try:
        return date.fromisoformat(day), row_number(number)
    except ValueError:
        return None


def _filter_word(show: str) -> str:
    return {
        "open": _("Not answered yet"),
        "overdue": _("Overdue"),
        "answered": _("Answered"),
        "all": _("All"),
    }[show]
