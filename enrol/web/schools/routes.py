"""A school officer's pages: only the own school, and every look at a child is journalled."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.actors import SCHOOL_OFFICER
from enrol.services import confirming_enrolment, planning, review_queues, serving_schools
from enrol.services.refusals import NotFound
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.staff import files, queues, words
from enrol.web.staff.guard import officer, officers_only
from enrol.web.staff.pages import staff_page
from enrol.web.staff.seat_forms import SeatsForm

blueprint = Blueprint("schools", __name__, url_prefix="/nha-truong")
_guard = officers_only(SCHOOL_OFFICER)
files.add_file_pages(blueprint)


@blueprint.before_request
def guard() -> ResponseReturnValue | None:
    return _guard()


@blueprint.get("")
def desk() -> Response:
    actor = officer()
    return staff_page(
        "schools/desk.html",
        desk=planning.desk_of(actor=actor),
        schools=serving_schools.own_schools(actor=actor),
        words=words,
    )


@blueprint.get("/<int:intake_id>/<int:school_id>")
def school(intake_id: int, school_id: int) -> Response:
    found = serving_schools.school_desk(actor=officer(), intake_id=intake_id, school_id=school_id)
    return staff_page(
        "schools/school.html", desk=found, words=words, is_rehearsal=found.intake.is_rehearsal
    )


@blueprint.route("/<int:intake_id>/<int:school_id>/chi-tieu", methods=["GET", "POST"])
@asks_again
def propose_seats(intake_id: int, school_id: int) -> ResponseReturnValue:
    page = planning.seats_of(actor=officer(), intake_id=intake_id)
    line = next((line for line in page.lines if line.school_id == school_id), None)
    if line is None or school_id not in page.editable:
        raise NotFound
    form = SeatsForm(request.form)
    form.reserved = sum(count for _policy, count in line.reserves)
    if form.is_good():
        planning.change_seats(
            actor=officer(),
            intake_id=intake_id,
            school_id=school_id,
            seats=form.seats_number,
            classes=form.classes_number,
            reason=form.reason.data or "",
        )
        flash(_("The seats were proposed. An officer of the ward approves them."), "success")
        return redirect(
            url_for("schools.school", intake_id=intake_id, school_id=school_id), code=303
        )
    return staff_page(
        "schools/seats.html",
        page=page,
        line=line,
        most_in_a_class=planning.MOST_IN_A_CLASS,
        values=typed({"seats": str(line.seats), "classes": str(line.classes or "")}),
        problems=form.problems(),
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )


@blueprint.get("/<int:intake_id>/<int:school_id>/ho-so")
def wishes(intake_id: int, school_id: int) -> Response:
    page = serving_schools.first_wishes(
        actor=officer(),
        intake_id=intake_id,
        school_id=school_id,
        after=request.args.get("after", "")[:40],
    )
    return staff_page(
        "schools/wishes.html", page=page, words=words, is_rehearsal=page.desk.intake.is_rehearsal
    )


@blueprint.get("/<int:intake_id>/<int:school_id>/xet-duyet")
def queue(intake_id: int, school_id: int) -> Response:
    filters = queues.asked_filters()
    found = review_queues.school_queue(
        actor=officer(),
        intake_id=intake_id,
        school_id=school_id,
        filters=filters,
        after=queues.page_begins_after(),
    )
    back = url_for("schools.school", intake_id=intake_id, school_id=school_id)
    return queues.queue_page(
        found,
        filters=filters,
        back=(back, _("My school")),
        many=url_for("schools.many", intake_id=intake_id),
    )


@blueprint.route("/<int:intake_id>/nhieu-ho-so", methods=["GET", "POST"])
def many(intake_id: int) -> ResponseReturnValue:
    return queues.many_page(intake_id, back_to=url_for("schools.desk"))


@blueprint.get("/<int:intake_id>/<int:school_id>/danh-sach")
def roll(intake_id: int, school_id: int) -> Response:
    found = serving_schools.roll_of(actor=officer(), intake_id=intake_id, school_id=school_id)
    return staff_page("schools/roll.html", roll=found, is_rehearsal=found.desk.intake.is_rehearsal)


@blueprint.route("/<int:intake_id>/<int:school_id>/nhap-hoc", methods=["GET", "POST"])
@asks_again
def enrolment(intake_id: int, school_id: int) -> ResponseReturnValue:
    form = PageForm(request.form)
    only_silent = request.args.get("loc") == "chua"
    after = request.args.get("sau", default=0, type=row_number)
    problem = ""
    if form.is_good():
        problem = _confirmed(intake_id, school_id)
        if not problem:
            flash(_("The child is enrolled."), "success")
            return redirect(request.full_path, code=303)
    page = confirming_enrolment.enrolment_of(
        actor=officer(),
        intake_id=intake_id,
        school_id=school_id,
        only_silent=only_silent,
        after=after,
    )
    return staff_page(
        "schools/enrolment.html",
        page=page,
        problems={PAGE: problem} if problem else form.problems(),
        is_rehearsal=page.intake.is_rehearsal,
    )


def _confirmed(intake_id: int, school_id: int) -> str:
    """Enrol the child of the pressed line; returns what stands in its way, in words."""
    try:
        confirming_enrolment.confirm(
            actor=officer(),
            intake_id=intake_id,
            school_id=school_id,
            code=request.form.get("code", "")[:40],
        )
    except confirming_enrolment.RoundPending:
        return _("A round is just being held. Nothing was kept: try again in a few minutes.")
    except confirming_enrolment.Declined:
        return _("The family has declined this seat. It must change its answer first.")
    return ""
