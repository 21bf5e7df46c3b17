"""Wards as the city enters them: what stands, and a new one from a day on."""

from datetime import date

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.core.names import clean_text
from enrol.services import stating_wards
from enrol.services.import_rows.cells import LONGEST_NAME
from enrol.services.stating_wards import NewWard, WardRefused
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


class WardForm(PageForm):
    """A new ward: its code, names, first day, and the names people still know it by."""

    code = StringField()
    name = StringField()
    name_en = StringField()
    since_day = StringField()
    since_month = StringField()
    since_year = StringField()
    since = StringField()
    old_names = StringField()

    def validate_code(self, field: Field) -> None:
        """Need a code; the service judges its form."""
        field.data = clean_text(field.data or "")
        if not field.data:
            raise ValidationError(_("Type the code of the unit"))

    def validate_name(self, field: Field) -> None:
        """Need the Vietnamese name."""
        _need_name(field, missing=_("Type the name in Vietnamese"))

    def validate_name_en(self, field: Field) -> None:
        """Need the English name."""
        _need_name(field, missing=_("Type the name in English"))

    def validate_since(self, _field: Field) -> None:
        """Need a day of the calendar."""
        if self.first_day is None:
            raise ValidationError(_("Type the first day of the ward"))

    @property
    def first_day(self) -> date | None:
        """The day, None when there is no such day."""
        parts = (self.since_year.data, self.since_month.data, self.since_day.data)
        try:
            return date(*(int(part or 0) for part in parts))
        except (ValueError, OverflowError):
            return None


@blueprint.get("/phuong-xa")
def wards() -> Response:
    return staff_page(
        "office/wards.html", wards=stating_wards.stated_wards(actor=officer()), words=words
    )


@blueprint.route("/phuong-xa/moi", methods=["GET", "POST"])
@asks_again
def new_ward() -> ResponseReturnValue:
    stated = stating_wards.stated_wards(actor=officer())
    form, problems = WardForm(request.form), {}
    if form.is_good() and form.first_day is not None:
        names = (form.old_names.data or "").replace("\n", ",").split(",")
        ward = NewWard(
            code=form.code.data or "",
            name=form.name.data or "",
            name_en=form.name_en.data or "",
            valid_from=form.first_day,
            old_names=[name for name in map(clean_text, names) if name],
        )
        try:
            stating_wards.state_ward(actor=officer(), ward=ward)
        except WardRefused as refused:
            problems = _refused(refused)
        else:
            flash(_("%(name)s stands in the list of wards.", name=ward.name), "success")
            return redirect(url_for("office.wards"), code=303)
    return staff_page(
        "office/new_ward.html",
        known=len(stated),
        values=typed({}),
        problems=problems or form.problems(),
    )


def _need_name(field: Field, *, missing: str) -> None:
    field.data = clean_text(field.data or "")
    if not field.data:
        raise ValidationError(missing)
    if len(field.data) > LONGEST_NAME:
        raise ValidationError(_("Please keep it under 120 characters"))


def _refused(refused: WardRefused) -> dict[str, str]:
    """Return a sentence for each field that was refused."""
    sentences = {
        "code": _(
            "Type a code of 1 to 40 letters a-z, digits, dots or hyphens that no unit has or had"
        ),
        "name": _("Type the name in Vietnamese"),
        "name_en": _("Type the name in English"),
        "valid_from": _("Type the first day of the ward"),
        "old_names": _("Type at most 50 old names"),
    }
    fields = {"valid_from": "since"}
    return {
        fields.get(column, column): sentences[column]
        for column in sorted(refused.columns)
        if column in sentences
    }
