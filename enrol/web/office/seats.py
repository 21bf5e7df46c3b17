"""Seats of the schools: the table, and stating one school's seats anew."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.intake import Phase
from enrol.services import overseeing, planning
from enrol.services.refusals import NotFound
from enrol.web.asking import asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page
from enrol.web.staff.seat_forms import SeatsForm


@blueprint.get("/<int:intake_id>/chi-tieu")
def seats(intake_id: int) -> Response:
    page = planning.seats_of(actor=officer(), intake_id=intake_id)
    view = overseeing.overview_of(actor=officer(), intake_id=intake_id)
    wishes = view.counters.body.get("first_wishes", {}) if view.counters else {}
    return staff_page(
        "office/seats.html",
        page=page,
        wishes=wishes,
        counted_at=view.counters.taken_at if view.counters else None,
        has_rolls=page.intake.phase
        in (Phase.ALLOCATED, Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED),
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )


@blueprint.route("/<int:intake_id>/chi-tieu/<int:school_id>", methods=["GET", "POST"])
@asks_again
def school_seats(intake_id: int, school_id: int) -> ResponseReturnValue:
    page = planning.seats_of(actor=officer(), intake_id=intake_id)
    line = next((line for line in page.lines if line.school_id == school_id), None)
    if line is None or school_id not in page.editable:
        raise NotFound
    form = SeatsForm(request.form)
    form.reserved = sum(count for _policy, count in line.reserves)
    form.needs_reason = page.intake.phase is not Phase.DRAFT
    if form.is_good():
        planning.change_seats(
            actor=officer(),
            intake_id=intake_id,
            school_id=school_id,
            seats=form.seats_number,
            classes=form.classes_number,
            reason=form.reason.data or "",
        )
        flash(_("The seats were saved."), "success")
        return redirect(url_for("office.seats", intake_id=intake_id), code=303)
    return staff_page(
        "office/school_seats.html",
        page=page,
        line=line,
        needs_reason=form.needs_reason,
        most_in_a_class=planning.MOST_IN_A_CLASS,
        values=typed({"seats": str(line.seats), "classes": str(line.classes or "")}),
        problems=form.problems(),
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )
