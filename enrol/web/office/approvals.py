"""What waits for a second officer: seats, lists of zones; and going on without."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.core.names import clean_text
from enrol.services import approving, planning
from enrol.services.approvals import ApprovedStep
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound, Refusal
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.locale import format_number
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.office.refusals import told
from enrol.web.staff import words
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page


class MarkForm(PageForm):
    """What the officer saw when pressing the button."""

    mark = StringField()


class GoOnForm(PageForm):
    """Why the city does not wait."""

    reason = StringField()

    def validate_reason(self, field: Field) -> None:
        """Need a reason."""
        field.data = clean_text(field.data or "")
        if not field.data:
            raise ValidationError(_("Say why: the journal keeps it"))
        if len(field.data) > approving.LONGEST_REASON:
            raise ValidationError(_("Please keep it under 300 characters"))


@blueprint.get("/<int:intake_id>/duyet")
def readiness(intake_id: int) -> Response:
    page = approving.readiness_of(actor=officer(), intake_id=intake_id)
    return staff_page(
        "office/readiness.html",
        page=page,
        waits=waiting_word(page.step),
        is_over_cap=planning.is_over_cap,
        most_in_a_class=planning.MOST_IN_A_CLASS,
        step_words={step.value: waiting_word(step) for step in ApprovedStep},
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )


@blueprint.post("/<int:intake_id>/duyet/chi-tieu")
def approve_seats(intake_id: int) -> ResponseReturnValue:
    form = MarkForm(request.form)
    if not form.is_good():
        approving.readiness_of(actor=officer(), intake_id=intake_id)
        flash(_("Nothing was approved yet: please press the button once more."), "error")
    else:
        try:
            count = approving.approve_seats(
                actor=officer(), intake_id=intake_id, mark=form.mark.data or ""
            )
        except (approving.WaitingChanged, WrongPhase):
            flash(
                _("Something changed since this page was shown, so nothing was approved."), "error"
            )
        else:
            flash(_("%(count)s seat plans were approved.", count=format_number(count)), "success")
    return redirect(url_for("office.readiness", intake_id=intake_id), code=303)


@blueprint.route("/<int:intake_id>/duyet/tuyen/<zone>", methods=["GET", "POST"])
@asks_again
def approve_list(intake_id: int, zone: str) -> ResponseReturnValue:
    form, problems = MarkForm(request.form), {}
    if form.is_good():
        try:
            approving.approve_list(
                actor=officer(), intake_id=intake_id, zone=zone, digest=form.mark.data or ""
            )
        except (approving.WaitingChanged, WrongPhase):
            problems = {"": _("The list is not the one that was shown. Nothing was approved.")}
        else:
            flash(_("The list of zone %(zone)s was approved.", zone=zone), "success")
            return redirect(url_for("office.readiness", intake_id=intake_id), code=303)
    review = approving.list_review(actor=officer(), intake_id=intake_id, zone=zone)
    return staff_page(
        "office/list_review.html",
        review=review,
        problems=problems or form.problems(),
        words=words,
        is_rehearsal=review.intake.is_rehearsal,
    )


@blueprint.route("/<int:intake_id>/duyet/khong-cho", methods=["GET", "POST"])
@asks_who_again
@asks_again
def go_on(intake_id: int) -> ResponseReturnValue:
    page = approving.readiness_of(actor=officer(), intake_id=intake_id)
    if not page.leads:
        raise NotFound
    form, problems = GoOnForm(request.form), {}
    if form.is_good():
        try:
            approving.go_on_without(
                actor=officer(), intake_id=intake_id, reason=form.reason.data or ""
            )
        except approving.NothingMissing:
            problems = {"": _("No approval is missing any more.")}
        except Refusal as refusal:
            problems = {"": told(refusal)}
        else:
            flash(_("The step may be taken. The journal keeps your name and reason."), "success")
            return redirect(url_for("office.readiness", intake_id=intake_id), code=303)
    return staff_page(
        "office/go_on.html",
        page=page,
        waits=waiting_word(page.step),
        values=typed({}),
        problems=problems or form.problems(),
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )


def waiting_word(step: ApprovedStep | None) -> str:
    """Return what waits for the approvals."""
    return {
        None: "",
        ApprovedStep.ANNOUNCE: _("announcing the intake"),
        ApprovedStep.CLOSE: _("closing and freezing the list"),
        ApprovedStep.DRAW: _("the draw"),
    }[step]
