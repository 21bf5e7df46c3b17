"""The family asks for a copy or a correction of its child's data, and takes the copy away."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.services import requesting_data
from enrol.web.asking import PageForm, asks_again
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import VIETNAM
from enrol.web.locale import gettext as _
from enrol.web.own_data import (
    LONGEST,
    archive_response,
    field_word,
    kind_choices,
    kind_word,
    state_tag,
)
from enrol.web.parents.desk import question_page

blueprint = family_blueprint("own_data", __name__, url_prefix="/gia-dinh/du-lieu")


@blueprint.route("", methods=["GET", "POST"])
@asks_again
def own() -> ResponseReturnValue:
    form = PageForm(request.form)
    if not form.is_good():
        return _page(form.problems())
    kind, words = request.form.get("kind", ""), request.form.get("words", "")
    if kind not in ("copy", "correction"):
        return _page({"kind": _("Choose what you ask for")})
    try:
        requesting_data.file_own(actor=family(), kind=kind, words=words)
    except requesting_data.WordsNeeded:
        return _page(
            {"words": _("Write what is wrong and what is right, in at most 1,000 characters")}
        )
    return redirect(url_for("own_data.own", moi="1"), code=303)


@blueprint.post("/ban-sao")
@asks_again
def copy() -> ResponseReturnValue:
    form = PageForm(request.form)
    if not form.is_good():
        return _page(form.problems())
    return archive_response(requesting_data.own_copy(actor=family()))


def _page(problems: Mapping[str, str]) -> Response:
    found = requesting_data.own_requests(actor=family())
    return question_page(
        "parents/own_data.html",
        problems=problems,
        requests=found,
        ready=next((one for one in found if one.outcome == "ready"), None),
        choices=kind_choices(),
        values=request.form,
        kind_word=kind_word,
        field_word=field_word,
        state_tag=state_tag,
        today=datetime.now(UTC).astimezone(VIETNAM).date(),
        is_new="moi" in request.args,
        most=LONGEST,
    )
