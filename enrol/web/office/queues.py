"""The review queue of a ward: its units, their files, the same step for ticked ones."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from enrol.services import review_queues
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import files, queues
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page

files.add_file_pages(blueprint)


@blueprint.get("/<int:intake_id>/xet-duyet")
def units(intake_id: int) -> ResponseReturnValue:
    intake, found = review_queues.desks_of_units(actor=officer(), intake_id=intake_id)
    if len(found) == 1:
        address = url_for("office.queue", intake_id=intake_id, unit_id=found[0].unit_id)
        return redirect(address, code=303)
    return staff_page(
        "office/units.html", intake=intake, units=found, is_rehearsal=intake.is_rehearsal
    )


@blueprint.get("/<int:intake_id>/xet-duyet/<int:unit_id>")
def queue(intake_id: int, unit_id: int) -> ResponseReturnValue:
    filters = queues.asked_filters()
    found = review_queues.unit_queue(
        actor=officer(),
        intake_id=intake_id,
        unit_id=unit_id,
        filters=filters,
        after=queues.page_begins_after(),
    )
    return queues.queue_page(
        found,
        filters=filters,
        back=(url_for("office.intake", intake_id=intake_id), _("Intake")),
        many=url_for("office.many", intake_id=intake_id),
    )


@blueprint.route("/<int:intake_id>/nhieu-ho-so", methods=["GET", "POST"])
def many(intake_id: int) -> ResponseReturnValue:
    return queues.many_page(intake_id, back_to=url_for("office.units", intake_id=intake_id))
