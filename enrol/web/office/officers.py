"""Officers of wards and schools as the city enters them: new accounts, closing, new passwords."""

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.core.actors import SCHOOL_OFFICER, WARD_OFFICER
from enrol.core.names import clean_text
from enrol.services import appointing, staffing
from enrol.services.appointing import Appointment, OfficerRefused
from enrol.services.ports import StaffPasswords
from enrol.services.refusals import NotFound
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.locale import named
from enrol.web.numbers import row_number
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page

ROLES = (WARD_OFFICER, SCHOOL_OFFICER)
LONGEST = 120


class OfficerForm(PageForm):
    """Who is to be an officer, of which ward or school."""

    full_name = StringField()
    email = StringField()
    role = StringField()
    unit_code = StringField()
    school_code = StringField()

    def validate_full_name(self, field: Field) -> None:
        """Need a name."""
        field.data = clean_text(field.data or "")
        if not field.data or len(field.data) > LONGEST:
            raise ValidationError(_("Type the officer's full name"))

    def validate_email(self, field: Field) -> None:
        """Need an address; the service judges its form."""
        field.data = clean_text(field.data or "").lower()
        if not field.data or len(field.data) > LONGEST:
            raise ValidationError(_("Type the officer's e-mail address"))

    def validate_role(self, field: Field) -> None:
        """Need one of the two."""
        if field.data not in ROLES:
            raise ValidationError(_("Choose whether the officer works for a ward or a school"))

    def validate_unit_code(self, field: Field) -> None:
        """Need a ward for an officer of a ward."""
        if self.role.data == WARD_OFFICER and not field.data:
            raise ValidationError(_("Choose the ward"))

    def validate_school_code(self, field: Field) -> None:
        """Need a school for an officer of a school."""
        if self.role.data == SCHOOL_OFFICER and not clean_text(field.data or ""):
            raise ValidationError(_("Type the code of the school"))

    def appointment(self) -> Appointment:
        """Return what was typed; the place that the role does not need is left out."""
        is_ward = self.role.data == WARD_OFFICER
        return Appointment(
            email=self.email.data or "",
            full_name=self.full_name.data or "",
            role=self.role.data or "",
            unit_code=self.unit_code.data if is_ward else None,
            school_code=None if is_ward else clean_text(self.school_code.data or ""),
        )


class ReasonForm(PageForm):
    """Why an account is closed or gets a new password."""

    reason = StringField()

    def validate_reason(self, field: Field) -> None:
        """Need a reason."""
        field.data = clean_text(field.data or "")
        if not field.data:
            raise ValidationError(_("Say why: the journal keeps it"))
        if len(field.data) > staffing.LONGEST_REASON:
            raise ValidationError(_("Please keep it under 300 characters"))


@blueprint.get("/can-bo")
def officers() -> Response:
    after = request.args.get("sau", 0, type=row_number)
    page = staffing.accounts_of(actor=officer(), after=after)
    return staff_page("office/officers.html", page=page, words=words)


@blueprint.route("/can-bo/moi", methods=["GET", "POST"])
@asks_who_again
@asks_again
def new_officer() -> ResponseReturnValue:
    wards = staffing.wards_for(actor=officer())
    form, problems = OfficerForm(request.form), {}
    if form.is_good():
        appointment = form.appointment()
        try:
            password = appointing.appoint_below(
                appointment=appointment, passwords=_passwords(), actor=officer()
            )
        except NotFound:
            problems = {"school_code": _("There is no such school or ward")}
        except OfficerRefused as refused:
            problems = _refused(refused)
        else:
            return _letter(appointment.full_name, appointment.email, password)
    return staff_page(
        "office/new_officer.html",
        wards=[(ward.code, named(ward)) for ward in wards],
        roles=[(role, words.role_word(role)) for role in ROLES],
        values=typed({}),
        problems=problems or form.problems(),
        words=words,
    )


@blueprint.route("/can-bo/<int:staff_id>/dong", methods=["GET", "POST"])
@asks_who_again
@asks_again
def close_officer(staff_id: int) -> ResponseReturnValue:
    account = staffing.account_of(actor=officer(), staff_id=staff_id)
    form = ReasonForm(request.form)
    if form.is_good():
        staffing.close_account(
            actor=officer(),
            staff_id=staff_id,
            reason=form.reason.data or "",
            passwords=_passwords(),
        )
        flash(_("The account of %(name)s was closed.", name=account.full_name), "success")
        return redirect(url_for("office.officers"), code=303)
    return staff_page(
        "office/officer_step.html",
        account=account,
        closes=True,
        values=typed({}),
        problems=form.problems(),
        words=words,
    )


@blueprint.route("/can-bo/<int:staff_id>/mat-khau", methods=["GET", "POST"])
@asks_who_again
@asks_again
def officer_password(staff_id: int) -> ResponseReturnValue:
    account = staffing.account_of(actor=officer(), staff_id=staff_id)
    form = ReasonForm(request.form)
    if form.is_good():
        password = staffing.issue_password(
            actor=officer(),
            staff_id=staff_id,
            reason=form.reason.data or "",
            passwords=_passwords(),
        )
        return _letter(account.full_name, account.email, password)
    return staff_page(
        "office/officer_step.html",
        account=account,
        closes=False,
        values=typed({}),
        problems=form.problems(),
        words=words,
    )


def _letter(full_name: str, email: str, password: str) -> Response:
    """Return the letter with the password: shown once, stored nowhere."""
    return staff_page(
        "office/password_letter.html", full_name=full_name, email=email, password=password
    )


def _refused(refused: OfficerRefused) -> dict[str, str]:
    """Return a sentence for each field that was refused."""
    sentences = {
        "email": _("This is no e-mail address, or it has an account already"),
        "full_name": _("Type the officer's full name"),
        "unit_code": _("Choose the ward"),
        "school_code": _("There is no such school or ward"),
    }
    fields = [reason.partition(":")[0] for reason in refused.reasons]
    return {field: sentences[field] for field in fields if field in sentences} or {
        PAGE: _("There is no such school or ward")
    }


def _passwords() -> StaffPasswords:
    passwords: StaffPasswords = current_app.extensions["enrol_adapters"].staff_passwords
    return passwords
