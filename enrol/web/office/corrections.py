"""Between provisional and final: reports of errors by due date, the final run, who moves."""

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO

from flask import Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.core.names import clean_text
from enrol.core.spreadsheets import inert
from enrol.services import final_runs, reading_reports
from enrol.services.final_runs import LONGEST_REASON, Difference
from enrol.services.refusals import Refusal
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.error_words import decision_tag, error_word
from enrol.web.locale import gettext as _
from enrol.web.locale import ngettext
from enrol.web.numbers import row_number
from enrol.web.office.blueprint import blueprint
from enrol.web.office.refusals import told
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page

DECIDED = "da-quyet-dinh"
_COLUMNS = (
    "code",
    "zone",
    "school_before",
    "school_after",
    "band_before",
    "band_after",
    "corrected",
)


class EndForm(PageForm):
    """Why the window is ended before its time."""

    reason = StringField()

    def validate_reason(self, field: Field) -> None:
        """Need a reason."""
        field.data = clean_text(field.data or "")
        if not field.data:
            raise ValidationError(_("Say why: the journal keeps it"))
        if len(field.data) > LONGEST_REASON:
            raise ValidationError(_("Please keep it under 300 characters"))


@blueprint.get("/<int:intake_id>/sai-sot")
def reports(intake_id: int) -> Response:
    is_open = request.args.get("loc") != DECIDED
    found = reading_reports.inbox(
        actor=officer(), intake_id=intake_id, is_open=is_open, after=_begins_after()
    )
    more = None
    if found.after:
        day, number = found.after
        more = url_for(
            "office.reports",
            intake_id=intake_id,
            sau=f"{day.isoformat()}.{number}",
            loc=None if is_open else DECIDED,
        )
    return staff_page(
        "office/reports.html",
        inbox=found,
        is_open=is_open,
        decided=DECIDED,
        more=more,
        error_word=error_word,
        decision_tag=decision_tag,
        is_rehearsal=found.intake.is_rehearsal,
    )


@blueprint.route("/<int:intake_id>/ket-qua-chinh-thuc", methods=["GET", "POST"])
@asks_who_again
@asks_again
def final(intake_id: int) -> ResponseReturnValue:
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.is_good():
        try:
            count = final_runs.compute_final(actor=officer(), intake_id=intake_id)
        except Refusal as refusal:
            problems = {PAGE: told(refusal)}
        else:
            flash(
                ngettext(
                    "The final run of %(num)s zone has begun. This page shows how far it is.",
                    "The final run of %(num)s zones has begun. This page shows how far it is.",
                    count,
                ),
                "success",
            )
            return redirect(url_for("office.final", intake_id=intake_id), code=303)
    desk = final_runs.final_desk(actor=officer(), intake_id=intake_id)
    return staff_page(
        "office/final.html",
        desk=desk,
        values=typed({}),
        problems=problems or form.problems(),
        is_rehearsal=desk.intake.is_rehearsal,
    )


@blueprint.route("/<int:intake_id>/het-han-bao-sai-sot", methods=["GET", "POST"])
@asks_who_again
@asks_again
def end_corrections(intake_id: int) -> ResponseReturnValue:
    desk = final_runs.final_desk(actor=officer(), intake_id=intake_id)
    form = EndForm(request.form)
    problems: dict[str, str] = {}
    if form.is_good():
        try:
            final_runs.end_corrections(
                actor=officer(), intake_id=intake_id, reason=form.reason.data or ""
            )
        except Refusal as refusal:
            problems = {PAGE: told(refusal)}
        else:
            flash(_("The days for reporting errors have ended."), "success")
            return redirect(url_for("office.final", intake_id=intake_id), code=303)
    return staff_page(
        "office/end_corrections.html",
        desk=desk,
        values=typed({}),
        problems=problems or form.problems(),
        is_rehearsal=desk.intake.is_rehearsal,
    )


@blueprint.get("/<int:intake_id>/khac-biet")
def differences(intake_id: int) -> Response:
    page = final_runs.differences_of(
        actor=officer(), intake_id=intake_id, after=request.args.get("after", "")[:40]
    )
    return staff_page("office/differences.html", page=page, is_rehearsal=page.intake.is_rehearsal)


@blueprint.get("/<int:intake_id>/khac-biet.csv")
def differences_file(intake_id: int) -> Response:
    lines = final_runs.all_differences(actor=officer(), intake_id=intake_id)
    response = make_response(_csv(lines))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = 'attachment; filename="khac-biet.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _csv(lines: Sequence[Difference]) -> str:
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for line in lines:
        texts = [inert(text or "") for text in (line.code, line.zone, line.before, line.after)]
        is_corrected = "1" if line.is_corrected else ""
        writer.writerow([*texts, line.band_before, line.band_after, is_corrected])
    return out.getvalue()


def _begins_after() -> tuple[date, int] | None:
    """Return the place in the order after which the page begins; None for a made-up one."""
    day, dot, number = request.args.get("sau", "")[:40].partition(".")
    if not dot:
        return None
    try:
        return date.fromisoformat(day), row_number(number)
    except ValueError:
        return None
