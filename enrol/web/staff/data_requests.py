"""The inbox of requests about data: filed at the desk, answered, a copy handed over."""

from datetime import date

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.services import requesting_data
from enrol.services.requesting_data import CORRECTABLE, DataRequest
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.limits import few_guesses
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.own_data import (
    LONGEST,
    archive_response,
    field_word,
    kind_choices,
    kind_word,
    state_tag,
)
from enrol.web.staff.guard import officer
from enrol.web.staff.home import blueprint
from enrol.web.staff.pages import staff_page

__all__ = ["blueprint"]


@blueprint.route("/du-lieu", methods=["GET", "POST"])
@asks_again
@few_guesses("pupil_code")
def data_requests() -> ResponseReturnValue:
    found = requesting_data.inbox(actor=officer(), after=_begins_after())
    form = PageForm(request.form)
    problems: dict[str, str] = form.problems()
    if form.is_good():
        problems = _filed()
        if not problems:
            flash(_("The request is filed: the family has an answer in 2 working days."), "success")
            return redirect(url_for("staff.data_requests"), code=303)
    more = None
    if found.after:
        day, number = found.after
        more = url_for("staff.data_requests", sau=f"{day.isoformat()}.{number}")
    return staff_page(
        "staff/data_requests.html",
        inbox=found,
        more=more,
        choices=kind_choices(),
        values=typed({}),
        problems=problems,
        kind_word=kind_word,
        state_tag=state_tag,
        most=LONGEST,
    )


@blueprint.route("/du-lieu/<int:request_id>", methods=["GET", "POST"])
@asks_again
def data_request(request_id: int) -> ResponseReturnValue:
    found = requesting_data.request_page(actor=officer(), request_id=request_id)
    form = PageForm(request.form)
    problems = form.problems()
    if form.is_good():
        problems = _answered(found)
        if not problems:
            flash(_("Done: the family reads it now."), "success")
            return redirect(url_for("staff.data_request", request_id=request_id), code=303)
    return _request_page(found, problems)


@blueprint.post("/du-lieu/<int:request_id>/ban-sao")
def hand_over(request_id: int) -> ResponseReturnValue:
    form = PageForm(request.form)
    if not form.is_good():
        found = requesting_data.request_page(actor=officer(), request_id=request_id)
        return _request_page(found, form.problems())
    return archive_response(requesting_data.hand_over(actor=officer(), request_id=request_id))


def _request_page(found: DataRequest, problems: dict[str, str]) -> Response:
    return staff_page(
        "staff/data_request.html",
        one=found,
        values=typed({}),
        problems=problems,
        fields=[(field, field_word(field)) for field in CORRECTABLE],
        kind_word=kind_word,
        field_word=field_word,
        state_tag=state_tag,
        most=LONGEST,
    )


def _filed() -> dict[str, str]:
    kind = request.form.get("kind", "")
    if kind not in ("copy", "correction"):
        return {"kind": _("Choose what the family asks for")}
    try:
        birth_on = date.fromisoformat(request.form.get("birth_on", ""))
    except ValueError:
        return {"birth_on": _("Write the date of birth as year-month-day, such as 2020-05-17")}
    try:
        is_known = requesting_data.file_at_desk(
            actor=officer(),
            pupil_code=request.form.get("pupil_code", "").strip().upper(),
            birth_on=birth_on,
            kind=kind,
            words=request.form.get("words", ""),
        )
    except requesting_data.WordsNeeded:
        return {"words": _("Write what is wrong and what is right, in at most 1,000 characters")}
    if is_known:
        return {}
    return {PAGE: _("This pupil code and this date of birth do not belong together.")}


def _answered(found: DataRequest) -> dict[str, str]:
    decision = request.form.get("decision", "")
    if decision not in ("yes", "no"):
        return {"decision": _("Choose the answer")}
    try:
        requesting_data.answer_request(
            actor=officer(),
            request_id=found.request_id,
            reply=request.form.get("reply", ""),
            grants=decision == "yes",
            field=request.form.get("field", ""),
            value=request.form.get("value", ""),
        )
    except requesting_data.WordsNeeded:
        return {"reply": _("Write to the family why, in plain words")}
    except requesting_data.NotThatValue:
        return {"value": _("Write the right value; it must differ from what stands now")}
    except requesting_data.AlreadyAnswered:
        return {PAGE: _("This request was answered meanwhile. Nothing was changed.")}
    return {}


def _begins_after() -> tuple[date, int] | None:
    day, dot, number = request.args.get("sau", "")[:40].partition(".")
    if not dot:
        return None
    try:
        return date.fromisoformat(day), row_number(number)
    except ValueError:
        return None
