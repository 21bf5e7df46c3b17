"""The one question after a file is closed: how the office did."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.names import clean_text
from enrol.services import rating
from enrol.services.rating import LONGEST_COMMENT, SCORES
from enrol.web.asking import PageForm, asks_again
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import gettext as _
from enrol.web.parents.desk import question_page

blueprint = family_blueprint("rating", __name__, url_prefix="/gia-dinh/danh-gia")


@blueprint.route("", methods=["GET", "POST"])
@asks_again
def ask() -> ResponseReturnValue:
    standing = rating.standing_of(actor=family())
    if standing is None or not standing.is_asked:
        return redirect(url_for("parents.home"), code=303)
    if standing.has_answered:
        return _page(has_answered=True, problems={})
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.was_sent():
        form.validate()
        problems = {**form.problems(), **_wrong()}
        if not problems:
            rating.rate(
                actor=family(),
                score=int(request.form["score"]),
                comment=request.form.get("comment", ""),
            )
            return redirect(url_for("rating.ask"), code=303)
    return _page(has_answered=False, problems=problems)


def score_words() -> list[tuple[str, str]]:
    """Return the scores with what they mean, the best first."""
    words = {
        5: _("Very satisfied"),
        4: _("Satisfied"),
        3: _("Neither satisfied nor dissatisfied"),
        2: _("Dissatisfied"),
        1: _("Very dissatisfied"),
    }
    return [(str(score), f"{score} – {words[score]}") for score in reversed(SCORES)]


def _wrong() -> dict[str, str]:
    found = {}
    if request.form.get("score") not in {str(score) for score in SCORES}:
        found["score"] = _("Choose how satisfied you are")
    if len(clean_text(request.form.get("comment", ""))) > LONGEST_COMMENT:
        found["comment"] = _("Please keep it under %(most)s characters", most=LONGEST_COMMENT)
    return found


def _page(*, has_answered: bool, problems: dict[str, str]) -> Response:
    return question_page(
        "parents/rating.html",
        problems=problems,
        values=request.form,
        scores=score_words(),
        has_answered=has_answered,
        most=LONGEST_COMMENT,
    )
