"""After the final results: opening the days for answers, holding rounds, settling."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.services import holding_rounds, taking_back_rounds
from enrol.services.refusals import Refusal
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.office.refusals import told
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page

_USUAL_DAYS = {"open": "5", "hold": "3"}


@blueprint.route("/<int:intake_id>/vong-xet", methods=["GET", "POST"])
@asks_who_again
@asks_again
def rounds(intake_id: int) -> ResponseReturnValue:
    desk = holding_rounds.round_desk(actor=officer(), intake_id=intake_id)
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.is_good():
        problems = _pressed(intake_id)
        if not problems:
            return redirect(url_for("office.rounds", intake_id=intake_id), code=303)
        desk = holding_rounds.round_desk(actor=officer(), intake_id=intake_id)
    return staff_page(
        "office/rounds.html",
        desk=desk,
        values=typed({"days": _USUAL_DAYS["hold" if desk.is_opened else "open"]}),
        problems=problems or form.problems(),
        is_rehearsal=desk.intake.is_rehearsal,
    )


def _pressed(intake_id: int) -> dict[str, str]:
    """Do what the pressed button says; returns what stands in its way, by field."""
    try:
        return _done(request.form.get("step"), intake_id)
    except holding_rounds.WrongDays:
        return {
            "days": _(
                "Families need between %(fewest)s and %(most)s days",
                fewest=holding_rounds.FEWEST_DAYS,
                most=holding_rounds.MOST_DAYS,
            )
        }
    except Refusal as refusal:
        return {PAGE: told(refusal)}
    except holding_rounds.RoundPending:
        return {PAGE: _("A round is just being held. Wait until it is done.")}


def _done(step: str | None, intake_id: int) -> dict[str, str]:
    actor, is_sure = officer(), request.form.get("sure") == "yes"
    match step:
        case "open":
            holding_rounds.open_answers(actor=actor, intake_id=intake_id, days=_days())
            flash(_("Families can answer as soon as a worker has made the lists."), "success")
        case "hold":
            holding_rounds.hold_round(actor=actor, intake_id=intake_id, days=_days())
            flash(_("The round is being held. This page shows when it is done."), "success")
        case "again":
            holding_rounds.try_again(actor=actor, intake_id=intake_id)
            flash(_("The round is being tried again. This page shows when it is done."), "success")
        case "back" if is_sure:
            taking_back_rounds.take_back(actor=actor, intake_id=intake_id, days=_days())
            flash(_("The round is taken back. Families can answer again."), "success")
        case "back":
            return {"sure": _("Tick the box to take the round back")}
        case "settle" if is_sure:
            holding_rounds.settle(actor=actor, intake_id=intake_id)
            flash(_("The intake is settled."), "success")
        case "settle":
            return {"sure": _("Tick the box to settle the intake")}
        case _:
            return {PAGE: _("Choose what to do")}
    return {}


def _days() -> int:
    said = request.form.get("days", "").strip()[:3]
    return int(said) if said.isascii() and said.isdigit() else 0
