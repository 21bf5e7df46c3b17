"""Publishing by two officers: asking for a minute, confirming what is shown, halting."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.core.names import clean_text
from enrol.services import agreeing, overseeing, publishing
from enrol.services.agreeing import Agreement
from enrol.services.overseeing import Step
from enrol.services.refusals import Refusal
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.locale import VIETNAM, format_moment
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.office.refusals import told
from enrol.web.staff import words
from enrol.web.staff.guard import asks_who_again, confirmed_at, officer
from enrol.web.staff.pages import staff_page
from enrol.web.staff.seat_forms import whole_number

_AHEAD = timedelta(hours=1)


class MinuteForm(PageForm):
    """The minute at which the result is to be public, in the time of Vietnam, and how many days
    families then have to object.
    """

    on_day = StringField()
    on_month = StringField()
    on_year = StringField()
    on = StringField()
    at = StringField()
    objections = StringField()

    def validate_on(self, _field: Field) -> None:
        """Need a day of the calendar."""
        if self._day is None:
            raise ValidationError(_("Type the day on which the result is to be public"))

    def validate_at(self, _field: Field) -> None:
        """Need an hour and a minute."""
        if self._time is None:
            raise ValidationError(_("Type hour and minute, for example 08:30"))

    def validate_objections(self, _field: Field) -> None:
        """Need a number within bounds."""
        if not self.objection_days:
            most = agreeing.MOST_OBJECTION_DAYS
            raise ValidationError(_("Type a whole number of days from 1 to %(most)s", most=most))

    @property
    def objection_days(self) -> int:
        """The days, 0 for what is no such number; the usual ones when nothing was sent."""
        if self.objections.data is None:
            return agreeing.OBJECTION_DAYS
        return whole_number(self.objections.data, most=agreeing.MOST_OBJECTION_DAYS) or 0

    @property
    def minute(self) -> datetime:
        """The instant; only after ``is_good``."""
        return datetime.combine(self._day or date.min, self._time or time(), tzinfo=VIETNAM)

    @property
    def _day(self) -> date | None:
        try:
            parts = (self.on_year.data, self.on_month.data, self.on_day.data)
            return date(*(int(part or 0) for part in parts))
        except ValueError:
            return None

    @property
    def _time(self) -> time | None:
        hour, _colon, minute = (self.at.data or "").strip().replace("h", ":").partition(":")
        try:
            return time(int(hour), int(minute))
        except ValueError:
            return None


class ConfirmForm(PageForm):
    """What the second officer saw."""

    digest = StringField()
    request = StringField()


class HaltForm(PageForm):
    """Why the publication is halted, and which."""

    reason = StringField()
    request = StringField()

    def validate_reason(self, field: Field) -> None:
        """Need a reason."""
        field.data = clean_text(field.data or "")
        if not field.data:
            raise ValidationError(_("Say why: the journal keeps it"))
        if len(field.data) > agreeing.LONGEST_REASON:
            raise ValidationError(_("Please keep it under 300 characters"))


@blueprint.route("/<int:intake_id>/cong-bo-ket-qua", methods=["GET", "POST"])
@asks_who_again
@asks_again
def ask_publication(intake_id: int) -> ResponseReturnValue:
    view = agreeing.agreement_of(actor=officer(), intake_id=intake_id)
    form = MinuteForm(request.form)
    problems: dict[str, str] = {}
    if form.is_good():
        try:
            asked = agreeing.ask_publication(
                actor=officer(),
                intake_id=intake_id,
                publish_at=form.minute,
                objection_days=form.objection_days,
                signed_in_at=confirmed_at(),
            )
        except Refusal as refusal:
            field = "on" if isinstance(refusal, agreeing.MinuteNotOffered) else ""
            problems = {field: told(refusal)}
        else:
            at = format_moment(asked.publish_at)
            flash(
                _("Publication at %(at)s was asked for. A second officer must confirm.", at=at),
                "success",
            )
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    return _page(view, Step.PUBLISH, problems=problems or form.problems(), values=_in_an_hour(view))


@blueprint.route("/<int:intake_id>/xac-nhan-cong-bo", methods=["GET", "POST"])
@asks_who_again
@asks_again
def confirm_publication(intake_id: int) -> ResponseReturnValue:
    view = agreeing.agreement_of(actor=officer(), intake_id=intake_id)
    form = ConfirmForm(request.form)
    problems: dict[str, str] = {}
    if form.is_good():
        try:
            agreed = agreeing.confirm_publication(
                actor=officer(),
                intake_id=intake_id,
                request_id=_number(form.request.data),
                seen_digest=form.digest.data or "",
                signed_in_at=confirmed_at(),
            )
        except Refusal as refusal:
            problems = {"": told(refusal)}
        else:
            at = format_moment(agreed.publish_at)
            flash(_("Confirmed. The result will be public at %(at)s.", at=at), "success")
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    return _page(view, Step.AGREE, problems=problems or form.problems(), values={})


@blueprint.route("/<int:intake_id>/dung-cong-bo", methods=["GET", "POST"])
@asks_again
def halt_publication(intake_id: int) -> ResponseReturnValue:
    view = agreeing.agreement_of(actor=officer(), intake_id=intake_id)
    form = HaltForm(request.form)
    problems: dict[str, str] = {}
    if form.is_good():
        try:
            agreeing.halt_publication(
                actor=officer(),
                intake_id=intake_id,
                request_id=_number(form.request.data),
                reason=form.reason.data or "",
            )
        except Refusal as refusal:
            problems = {"": told(refusal)}
        else:
            flash(_("The publication was halted. Nothing is public."), "success")
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    return _page(view, Step.HALT, problems=problems or form.problems(), values={})


def _page(
    view: Agreement, step: Step, *, problems: Mapping[str, str], values: Mapping[str, str]
) -> ResponseReturnValue:
    overview = overseeing.overview_of(actor=officer(), intake_id=view.intake.intake_id)
    return staff_page(
        "office/publication.html",
        view=view,
        step=step,
        steps=Step,
        is_offered=step in overview.steps,
        bar=overview.bar,
        runs=overview.runs,
        counts=_counts(view),
        altered=publishing.ALTERED,
        values=typed(values),
        problems=problems,
        words=words,
        is_rehearsal=view.intake.is_rehearsal,
    )


def _counts(view: Agreement) -> list[tuple[str, int]]:
    standing = view.standing
    totals = view.totals if standing is None else standing.totals
    named = {
        "entries": _("Registrations"),
        "seats": _("Seats"),
        "seated": _("Seated at a wished school"),
        "first_wish": _("of them at their first wish"),
        "rerouted": _("Seated elsewhere (re-routed)"),
        "unplaced": _("Without a seat"),
    }
    if view.kind == agreeing.FINAL:
        named |= {"corrections": _("Corrections"), "moved": _("Children who end elsewhere")}
    return [(word, totals.get(name, 0)) for name, word in named.items()]


def _in_an_hour(view: Agreement) -> dict[str, str]:
    minute = (view.at + _AHEAD).astimezone(VIETNAM)
    return {
        "on_day": str(minute.day),
        "on_month": str(minute.month),
        "on_year": str(minute.year),
        "at": f"{minute:%H:%M}",
        "objections": str(agreeing.OBJECTION_DAYS),
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
