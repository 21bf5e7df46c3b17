"""The draw's pages: the first officer records the public value, the second types it again."""

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.services import drawing, overseeing
from enrol.services.overseeing import Overview, Step
from enrol.services.refusals import NotFound, Refusal
from enrol.web.asking import asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.office.consequences import frozen_on_the_day, value_sentence
from enrol.web.office.forms import OtherValueForm, ValueForm
from enrol.web.office.refusals import told
from enrol.web.staff import words
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page


@blueprint.route("/<int:intake_id>/gia-tri", methods=["GET", "POST"])
@asks_who_again
@asks_again
def propose(intake_id: int) -> ResponseReturnValue:
    view = _led(intake_id)
    form = ValueForm(request.form)
    problems = {}
    if form.is_good():
        try:
            drawing.propose_public_value(
                actor=officer(),
                intake_id=intake_id,
                public_value=form.public_value.data or "",
                arose_later=form.arose_later.data == "yes",
            )
        except Refusal as refusal:
            problems = _problem(refusal)
        else:
            flash(_("The value was recorded. A second officer must now confirm it."), "success")
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    return _value_page(view, Step.PROPOSE, problems or form.problems())


@blueprint.route("/<int:intake_id>/xac-nhan-gia-tri", methods=["GET", "POST"])
@asks_who_again
@asks_again
def confirm(intake_id: int) -> ResponseReturnValue:
    view = _led(intake_id)
    form = ValueForm(request.form)
    problems = {}
    if form.is_good():
        try:
            drawing.confirm_public_value(
                actor=officer(),
                intake_id=intake_id,
                public_value=form.public_value.data or "",
                arose_later=form.arose_later.data == "yes",
                vault=current_app.extensions["enrol_adapters"].vault,
            )
        except Refusal as refusal:
            problems = _problem(refusal)
        else:
            flash(_("The draw is done. The sealed number is now public."), "success")
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    return _value_page(view, Step.CONFIRM, problems or form.problems())


@blueprint.route("/<int:intake_id>/gia-tri-khac", methods=["GET", "POST"])
@asks_who_again
@asks_again
def name_value(intake_id: int) -> ResponseReturnValue:
    view = _led(intake_id)
    form = OtherValueForm(request.form)
    problems = {}
    if form.is_good() and form.day is not None:
        try:
            drawing.name_public_value(
                actor=officer(),
                intake_id=intake_id,
                name=form.name.data or "",
                name_en=form.name_en.data or "",
                on=form.day,
                reason=form.reason.data or "",
            )
        except Refusal as refusal:
            problems = {"on": told(refusal)}
        else:
            flash(_("The other public value was named and published with the reason."), "success")
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    intake = view.intake
    return staff_page(
        "office/name_value.html",
        view=view,
        is_offered=Step.NAME_VALUE in view.steps,
        values=typed({"name": intake.public_value_name, "name_en": intake.public_value_name_en}),
        problems=problems or form.problems(),
        words=words,
        is_rehearsal=intake.is_rehearsal,
    )


def _problem(refusal: Refusal) -> dict[str, str]:
    undeclared = isinstance(refusal, drawing.OrderNotDeclared)
    return {"arose_later" if undeclared else "public_value": told(refusal)}


def _led(intake_id: int) -> Overview:
    view = overseeing.overview_of(actor=officer(), intake_id=intake_id)
    if not view.leads:
        raise NotFound
    return view


def _value_page(view: Overview, step: Step, problems: dict[str, str]) -> ResponseReturnValue:
    return staff_page(
        "office/public_value.html",
        view=view,
        step=step,
        is_offered=step in view.steps,
        value_sentence=value_sentence(view),
        frozen_at=frozen_on_the_day(view),
        values=typed({}),
        problems=problems,
        words=words,
        is_rehearsal=view.intake.is_rehearsal,
    )
