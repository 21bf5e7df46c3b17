"""The first page after signing in, and the account's own page."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from enrol.core.actors import CITY_OFFICER, SCHOOL_OFFICER, WARD_OFFICER
from enrol.web.staff.accounts import PREFIX
from enrol.web.staff.guard import officer, officers_only
from enrol.web.staff.pages import staff_page

blueprint = Blueprint("staff", __name__, url_prefix=PREFIX)
_guard = officers_only()


@blueprint.before_request
def guard() -> ResponseReturnValue | None:
    return _guard()


@blueprint.get("")
def home() -> ResponseReturnValue:
    actor = officer()
    if actor.has_role(CITY_OFFICER) or actor.has_role(WARD_OFFICER):
        return redirect(url_for("office.desk"), code=303)
    if actor.has_role(SCHOOL_OFFICER):
        return redirect(url_for("schools.desk"), code=303)
    return staff_page("staff/no_scope.html")


@blueprint.get("/tai-khoan")
def account() -> ResponseReturnValue:
    return staff_page(
        "staff/account.html",
        has_second_factor=bool(current_user.tf_primary_method),
        passkeys=len(current_user.webauthn),
    )
