"""After an intake is settled: planning its second round for who registered late or has no seat."""

from datetime import date, datetime, time

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.services import second_rounds
from enrol.services.refusals import Refusal
from enrol.services.second_rounds import BadTerms, NewRound, SecondRoundDesk
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import VIETNAM
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.office.refusals import told
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page
from enrol.web.staff.seat_forms import need_text


class SecondRoundForm(PageForm):
    """Names, window and public value of the second round; days and hours in the time of Vietnam."""

    name = StringField()
    name_en = StringField()
    opens_day = StringField()
    opens_month = StringField()
    opens_year = StringField()
    opens = StringField()
    opens_hour = StringField()
    closes_day = StringField()
    closes_month = StringField()
    closes_year = StringField()
    closes = StringField()
    closes_hour = StringField()
    value_name = StringField()
    value_name_en = StringField()
    value_on_day = StringField()
    value_on_month = StringField()
    value_on_year = StringField()
    value_on = StringField()

    def validate_name(self, field: Field) -> None:
        """Need the Vietnamese name."""
        need_text(field, missing=_("Type the name in Vietnamese"))

    def validate_name_en(self, field: Field) -> None:
        """Need the English name."""
        need_text(field, missing=_("Type the name in English"))

    def validate_opens(self, _field: Field) -> None:
        """Need a day and an hour."""
        self._need_day("opens")

    def validate_opens_hour(self, field: Field) -> None:
        """Need an hour and a minute."""
        _need_hour(field)

    def validate_closes(self, _field: Field) -> None:
        """Need a day."""
        self._need_day("closes")

    def validate_closes_hour(self, field: Field) -> None:
        """Need an hour and a minute."""
        _need_hour(field)

    def validate_value_name(self, field: Field) -> None:
        """Need the Vietnamese name."""
        need_text(field, missing=_("Name the public value in Vietnamese"))

    def validate_value_name_en(self, field: Field) -> None:
        """Need the English name."""
        need_text(field, missing=_("Name the public value in English"))

    def validate_value_on(self, _field: Field) -> None:
        """Need a day."""
        self._need_day("value_on")

    def terms(self, *, code: str) -> NewRound:
        """Return what was typed; only after ``is_good``."""
        return NewRound(
            code=code,
            name=self.name.data or "",
            name_en=self.name_en.data or "",
            opens_at=self._moment("opens"),
            closes_at=self._moment("closes"),
            public_value_name=self.value_name.data or "",
            public_value_name_en=self.value_name_en.data or "",
            public_value_on=self._day("value_on") or date.min,
        )

    def _need_day(self, name: str) -> None:
        if self._day(name) is None:
            raise ValidationError(_("Type a day of the calendar"))

    def _day(self, name: str) -> date | None:
        parts = (self[f"{name}_{part}"].data or "0" for part in ("year", "month", "day"))
        try:
            return date(*(int(part) for part in parts))
        except (ValueError, OverflowError):
            return None

    def _moment(self, name: str) -> datetime:
        hour = _hour(self[f"{name}_hour"].data) or time()
        return datetime.combine(self._day(name) or date.min, hour, tzinfo=VIETNAM)


@blueprint.route("/<int:intake_id>/dot-bo-sung", methods=["GET", "POST"])
@asks_who_again
@asks_again
def second_round(intake_id: int) -> ResponseReturnValue:
    desk = second_rounds.second_round_desk(actor=officer(), intake_id=intake_id)
    form = SecondRoundForm(request.form)
    problems: dict[str, str] = {}
    if form.is_good():
        second, problems = _planned(desk, form)
        if second is not None:
            flash(_("The second round is planned. Check it, then announce it."), "success")
            return redirect(url_for("office.intake", intake_id=second), code=303)
        desk = second_rounds.second_round_desk(actor=officer(), intake_id=intake_id)
    return staff_page(
        "office/second_round.html",
        desk=desk,
        values=typed(_usual(desk)),
        problems=problems or form.problems(),
        is_rehearsal=desk.intake.is_rehearsal,
    )


def _planned(desk: SecondRoundDesk, form: SecondRoundForm) -> tuple[int | None, dict[str, str]]:
    try:
        second = second_rounds.plan_second_round(
            actor=officer(),
            intake_id=desk.intake.intake_id,
            new=form.terms(code=second_rounds.code_for(desk.intake)),
        )
    except BadTerms as refusal:
        return None, _problems(refusal)
    except second_rounds.NothingFree:
        return None, {PAGE: _("Every seat is held: a second round would have nothing to give.")}
    except second_rounds.SecondRoundPlanned:
        return None, {PAGE: _("A second round is planned already. Nothing was changed.")}
    except second_rounds.CodeTaken:
        return None, {PAGE: _("Another intake has the code of the second round.")}
    except Refusal as refusal:
        return None, {PAGE: told(refusal)}
    return second, {}


def _problems(refusal: BadTerms) -> dict[str, str]:
    words = {
        "opens_at": ("opens", _("Registration opens later than now")),
        "closes_at": ("closes", _("Registration closes after it opens")),
        "public_value_on": (
            "value_on",
            _("The public value is of a day after registration closes"),
        ),
        "public_value_name": ("value_name", _("Please keep it under 200 characters")),
        "public_value_name_en": ("value_name_en", _("Please keep it under 200 characters")),
        "name": ("name", _("Please keep it under 200 characters")),
        "name_en": ("name_en", _("Please keep it under 200 characters")),
    }
    return dict(words[field] for field in words if field in refusal.fields)


def _usual(desk: SecondRoundDesk) -> dict[str, str]:
    intake = desk.intake
    return {
        "name": f"{intake.name} – đợt bổ sung",
        "name_en": f"{intake.name_en} – second round",
        "opens_hour": "08:00",
        "closes_hour": "17:00",
        "value_name": intake.public_value_name,
        "value_name_en": intake.public_value_name_en,
    }


def _need_hour(field: Field) -> None:
    if _hour(field.data) is None:
        raise ValidationError(_("Type hour and minute, for example 08:30"))


def _hour(said: str | None) -> time | None:
    hour, _colon, minute = (said or "").strip().replace("h", ":").partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        return None
