"""Moves of schools from ward to ward: what is planned, a new one looked at before it is made, and
taking one back.
"""

from datetime import date

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.services import moving_schools
from enrol.services.moving_schools import MoveLook, MoveRefused
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import format_date
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page
from enrol.web.staff.seat_forms import need_text


class MoveForm(PageForm):
    """A school, the ward it moves to, its first day there, and why."""

    school = StringField()
    to = StringField()
    on_day = StringField()
    on_month = StringField()
    on_year = StringField()
    on = StringField()
    reason = StringField()
    step = StringField()

    def validate_school(self, field: Field) -> None:
        """Need a school."""
        need_text(field, missing=_("Choose the school"))

    def validate_to(self, field: Field) -> None:
        """Need a ward."""
        need_text(field, missing=_("Choose the ward it moves to"))

    def validate_on(self, _field: Field) -> None:
        """Need a day of the calendar."""
        if self.day is None:
            raise ValidationError(_("Type the first day in the new ward"))

    def validate_reason(self, field: Field) -> None:
        """Need a reason."""
        need_text(field, missing=_("Say why: the journal keeps it"))

    @property
    def day(self) -> date | None:
        """The day, None when there is no such day."""
        parts = (self.on_year.data, self.on_month.data, self.on_day.data)
        try:
            return date(*(int(part or 0) for part in parts))
        except (ValueError, OverflowError):
            return None


@blueprint.get("/truong/chuyen")
def school_moves() -> Response:
    return staff_page(
        "office/school_moves.html", desk=moving_schools.move_desk(actor=officer()), words=words
    )


@blueprint.route("/truong/chuyen/moi", methods=["GET", "POST"])
@asks_who_again
@asks_again
def new_school_move() -> ResponseReturnValue:
    ward = request.args.get("phuong", "")[:40]
    desk = moving_schools.move_desk(actor=officer(), ward=ward)
    form = MoveForm(request.form)
    problems: dict[str, str] = {}
    look = None
    if form.is_good():
        look, problems = _looked(form)
        if look is not None and form.step.data == "do":
            problems = _planned(form)
            if not problems:
                flash(_("The move is planned. Until its day nothing changes."), "success")
                return redirect(url_for("office.school_moves"), code=303)
    return staff_page(
        "office/new_school_move.html",
        desk=desk,
        ward=next((one for one in desk.wards if one.code == ward), None),
        look=look if not problems else None,
        schools=[(one.code, words.either(one.name, one.name_en)) for one in desk.schools],
        wards=[
            (one.code, words.either(one.name, one.name_en))
            for one in desk.wards
            if one.code != ward
        ],
        values=typed({}),
        problems=problems or form.problems(),
        words=words,
    )


@blueprint.post("/truong/chuyen/<int:move_id>/bo")
def drop_school_move(move_id: int) -> ResponseReturnValue:
    try:
        moving_schools.take_back(actor=officer(), move_id=move_id)
    except moving_schools.NothingToTakeBack:
        flash(_("Nothing was changed: the move was done or taken back meanwhile."), "error")
    else:
        flash(_("The move is taken back. The school stays where it is."), "success")
    return redirect(url_for("office.school_moves"), code=303)


def _looked(form: MoveForm) -> tuple[MoveLook | None, dict[str, str]]:
    try:
        look = moving_schools.look_at_move(
            actor=officer(),
            school=form.school.data or "",
            to=form.to.data or "",
            on=form.day,
            reason=form.reason.data or "",
        )
    except MoveRefused as refused:
        return None, _problems(refused)
    return look, {}


def _planned(form: MoveForm) -> dict[str, str]:
    try:
        moving_schools.plan_move(
            actor=officer(),
            school=form.school.data or "",
            to=form.to.data or "",
            on=form.day,
            reason=form.reason.data or "",
        )
    except MoveRefused as refused:
        return _problems(refused)
    except moving_schools.MovePlanned:
        return {PAGE: _("A move of this school is planned already. Take it back first.")}
    return {}


def _problems(refused: MoveRefused) -> dict[str, str]:
    sentences = {
        "school": _("Choose the school"),
        "to": _("Choose another ward than the one it is in"),
        "on": _("The first day is today or later, as %(example)s", example=format_date(_soon())),
        "reason": _("Please keep it under 300 characters"),
    }
    return {field: sentences[field] for field in sentences if field in refused.fields}


def _soon() -> date:
    return date(date.today().year + 1, 7, 1)  # noqa: DTZ011 - an example in a sentence
