"""Which zones will run short: registrations against seats, and the rehearsal draws."""

from flask import Response

from enrol.services import estimating
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


@blueprint.get("/<int:intake_id>/thieu-cho")
def shortages(intake_id: int) -> Response:
    found = estimating.shortages_of(actor=officer(), intake_id=intake_id)
    return staff_page(
        "office/shortages.html",
        found=found,
        draws=estimating.DRAWS,
        words=words,
        is_rehearsal=found.intake.is_rehearsal,
    )
