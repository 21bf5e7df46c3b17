"""The office's address and its guard; every module of pages adds its routes."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from enrol.core.actors import CITY_OFFICER, WARD_OFFICER
from enrol.web.staff.guard import officers_only

blueprint = Blueprint("office", __name__, url_prefix="/dieu-hanh")
_guard = officers_only(CITY_OFFICER, WARD_OFFICER)


@blueprint.before_request
def guard() -> ResponseReturnValue | None:
    return _guard()
