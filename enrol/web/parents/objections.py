"""Objecting to the result: one question a page, a last look, the number and the answer."""

from collections.abc import Mapping

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.names import clean_text
from enrol.core.objections import GROUNDS, LONGEST_WORDS
from enrol.services import objecting
from enrol.services.objecting import ObjectionDesk
from enrol.web.asking import PAGE, PageForm, asks_again
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import VIETNAM
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.objection_words import ground_choices, ground_word, outcome_tag
from enrol.web.parents.desk import question_page

blueprint = family_blueprint("objections", __name__, url_prefix="/gia-dinh/khieu-nai")

GROUND, WORDS, CHECK = "ground", "words", "check"
"""The pages of an objection, in their order. What was answered travels in the form, so that
nothing is kept of an objection that is not sent."""


@blueprint.get("")
def own() -> ResponseReturnValue:
    desk = objecting.desk_of(actor=family())
    if desk is None or desk.until is None:
        return redirect(url_for("parents.home"), code=303)
    return _list(desk, problems={})


@blueprint.route("/moi", methods=["GET", "POST"])
@asks_again
def new() -> ResponseReturnValue:
    desk = objecting.desk_of(actor=family())
    if desk is None or not desk.may_file:
        return redirect(url_for("objections.own"), code=303)
    page = request.form.get("page", GROUND)
    form = PageForm(request.form)
    if not form.was_sent():
        return _question(desk, page=page, problems={})
    if request.form.get("go") in (GROUND, WORDS):
        return _question(desk, page=request.form["go"], problems={})
    form.validate()
    wrong_page, wrong = _first_wrong(page)
    problems = {**form.problems(), **wrong}
    if problems:
        return _question(desk, page=wrong_page, problems=problems)
    if page == CHECK:
        return _filed(desk)
    return _question(desk, page=WORDS if page == GROUND else CHECK, problems={})


@blueprint.post("/rut")
@asks_again
def withdraw() -> ResponseReturnValue:
    desk = objecting.desk_of(actor=family())
    if desk is None or desk.until is None:
        return redirect(url_for("parents.home"), code=303)
    form = PageForm(request.form)
    if not form.is_good():
        return _list(desk, problems=form.problems())
    if request.form.get("sure") != "yes":
        return _list(desk, problems={"sure": _("Tick the box to take the objection back")})
    number = request.form.get("objection", default=0, type=row_number)
    objecting.withdraw_objection(actor=family(), objection_id=number)
    return redirect(url_for("objections.own", rut="1"), code=303)


def _filed(desk: ObjectionDesk) -> Response:
    try:
        objecting.file_objection(
            actor=family(), ground=request.form["ground"], words=request.form["words"]
        )
    except objecting.ObjectionsOver:
        over = _("The days for objections are over. Please call the helpline.")
        return _question(desk, page=CHECK, problems={PAGE: over})
    except (objecting.AlreadyObjected, objecting.TooMany):
        pass  # sent from another device at the same moment: the list tells
    return make_response(redirect(url_for("objections.own", moi="1"), code=303))


def _first_wrong(page: str) -> tuple[str, dict[str, str]]:
    """Return the first page up to this one whose answer will not do, and what is wrong with it."""
    if request.form.get("ground") not in GROUNDS:
        return GROUND, {"ground": _("Choose what your objection is about")}
    words = clean_text(request.form.get("words", ""))
    if page != GROUND and not words:
        return WORDS, {"words": _("Write in your own words what is wrong")}
    if page != GROUND and len(words) > LONGEST_WORDS:
        return WORDS, {
            "words": _(
                "The text has %(length)s characters; %(most)s are possible",
                length=len(words),
                most=LONGEST_WORDS,
            )
        }
    return page, {}


def _question(desk: ObjectionDesk, *, page: str, problems: Mapping[str, str]) -> Response:
    shown = page if page in (GROUND, WORDS, CHECK) else GROUND
    ground = request.form.get("ground", "")
    return question_page(
        "parents/object.html",
        problems=problems,
        desk=desk,
        page=shown,
        values=request.form,
        words=clean_text(request.form.get("words", "")),
        choices=ground_choices(),
        ground=ground_word(ground) if ground in GROUNDS else "",
        most=LONGEST_WORDS,
    )


def _list(desk: ObjectionDesk, *, problems: Mapping[str, str]) -> Response:
    today = desk.window.at.astimezone(VIETNAM).date()
    return question_page(
        "parents/objections.html",
        problems=problems,
        desk=desk,
        values=request.form,
        today=today,
        ground_word=ground_word,
        outcome_tag=outcome_tag,
        is_new="moi" in request.args,
        was_withdrawn="rut" in request.args,
    )
