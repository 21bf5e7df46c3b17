"""Reporting an error of fact on the provisional result: one question a page, then the answer."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.names import clean_text
from enrol.services import reporting_errors
from enrol.services.reporting_errors import FACTS, LONGEST_WORDS, ReportDesk
from enrol.web.asking import PAGE, PageForm, asks_again
from enrol.web.error_words import decision_tag, error_choices, error_word, papers_word
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import VIETNAM
from enrol.web.locale import gettext as _
from enrol.web.parents.desk import question_page

blueprint = family_blueprint("reports", __name__, url_prefix="/gia-dinh/bao-sai-sot")

FACT, WORDS, CHECK = "fact", "words", "check"
"""The pages of a report, in their order. What was answered travels in the form, so that nothing is
kept of a report that is not sent."""


@blueprint.get("")
def own() -> ResponseReturnValue:
    desk = reporting_errors.desk_of(actor=family())
    if desk is None:
        return redirect(url_for("parents.home"), code=303)
    return question_page(
        "parents/reports.html",
        problems={},
        desk=desk,
        last_day=_last_day(desk),
        today=desk.window.at.astimezone(VIETNAM).date(),
        error_word=error_word,
        decision_tag=decision_tag,
        is_new="moi" in request.args,
    )


@blueprint.route("/moi", methods=["GET", "POST"])
@asks_again
def new() -> ResponseReturnValue:
    desk = reporting_errors.desk_of(actor=family())
    form = PageForm(request.form)
    if desk is None or not (desk.may_report or form.was_sent()):
        return redirect(url_for("reports.own"), code=303)
    page = request.form.get("page", FACT)
    if not form.was_sent():
        return _question(desk, page=page, problems={})
    if request.form.get("go") in (FACT, WORDS):
        return _question(desk, page=request.form["go"], problems={})
    form.validate()
    wrong_page, wrong = _first_wrong(page)
    problems = {**form.problems(), **wrong}
    if problems:
        return _question(desk, page=wrong_page, problems=problems)
    if page == CHECK:
        return _sent(desk)
    return _question(desk, page=WORDS if page == FACT else CHECK, problems={})


def _sent(desk: ReportDesk) -> Response:
    try:
        reporting_errors.report_error(
            actor=family(), fact=request.form["fact"], words=request.form["words"]
        )
    except reporting_errors.ReportsOver:
        over = _(
            "The days for reporting errors of fact are over. You can still object to the result."
        )
        return _question(desk, page=CHECK, problems={PAGE: over})
    except reporting_errors.AlreadyReported:
        pass  # sent from another device at the same moment: that one stands in the list
    return make_response(redirect(url_for("reports.own", moi="1"), code=303))


def _first_wrong(page: str) -> tuple[str, dict[str, str]]:
    """Return the first page up to this one whose answer will not do, and what is wrong with it."""
    if request.form.get("fact") not in FACTS:
        return FACT, {"fact": _("Choose which fact is wrong")}
    words = clean_text(request.form.get("words", ""))
    if page != FACT and not words:
        return WORDS, {"words": _("Write what is wrong, and what is right")}
    if page != FACT and len(words) > LONGEST_WORDS:
        return WORDS, {
            "words": _(
                "The text has %(length)s characters; %(most)s are possible",
                length=len(words),
                most=LONGEST_WORDS,
            )
        }
    return page, {}


def _last_day(desk: ReportDesk) -> date:
    """Return the day by whose end errors can be reported: the window ends at a midnight."""
    return (desk.until - timedelta(seconds=1)).astimezone(VIETNAM).date()


def _question(desk: ReportDesk, *, page: str, problems: Mapping[str, str]) -> Response:
    fact = request.form.get("fact", "")
    return question_page(
        "parents/report.html",
        problems=problems,
        desk=desk,
        page=page if page in (FACT, WORDS, CHECK) else FACT,
        values=request.form,
        words=clean_text(request.form.get("words", "")),
        last_day=_last_day(desk),
        choices=error_choices(),
        fact=error_word(fact) if fact in FACTS else "",
        papers=papers_word(fact) if fact in FACTS else "",
        most=LONGEST_WORDS,
    )
