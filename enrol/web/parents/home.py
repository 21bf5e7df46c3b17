"""The family's home page: where the registration stands and what to do next."""

from flask import current_app, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from enrol.core.intake import ShownPhase
from enrol.services import preparing, second_rounds
from enrol.web import documents
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import VIETNAM
from enrol.web.objection_words import outcome_tag
from enrol.web.parents.desk import OpenDesk, go_on, keep, next_address, open_desk, shown
from enrol.web.parents.odds import is_awaited, odds_view
from enrol.web.parents.papers import office_work
from enrol.web.parents.prefill import answers_so_far
from enrol.web.parents.steps import status_tag, steps, tasks
from enrol.web.parents.summaries import known_sections

blueprint = family_blueprint("parents", __name__, url_prefix="/gia-dinh")

_PUBLISHED = (ShownPhase.PROVISIONAL, ShownPhase.FINAL, ShownPhase.SETTLED)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    if "issued" in browser:
        return redirect(url_for("parents.new_code"), code=303)
    desk = preparing.open_desk(actor=family())
    window = desk.window
    if window is None:
        return render_template("parents/no_intake.html", child=desk.child)
    at = OpenDesk(desk, window, answers_so_far(desk))
    first = None
    if window.follows_id is not None:
        first = second_rounds.first_registration(actor=family(), first_id=window.follows_id)
    now = shown(window)
    live = desk.live
    return render_template(
        "parents/home.html",
        child=desk.child,
        window=window,
        shown=now,
        live=live,
        desk=desk,
        has_begun=desk.submission_key is not None,
        has_gaps=bool(at.gaps),
        tasks=tasks(at),
        tag=status_tag(live.status) if live else None,
        office=office_work(live),
        shown_word=documents.shown_word,
        refused_words=documents.ineligible_words() if live else {},
        steps=steps(window, now, live),
        odds=odds_view(window=window, shown=now, live=live),
        awaits_odds=is_awaited(window=window, shown=now, live=live),
        result=_result_token(live.code) if live and now in _PUBLISHED else None,
        first=first,
        first_result=_result_token(first.code) if first else None,
        outcome_tag=outcome_tag,
        today=window.at.astimezone(VIETNAM).date(),
        was_withdrawn="withdrawn" in request.args and live is None,
        is_rehearsal=window.is_rehearsal,
    )


@blueprint.post("/bat-dau")
def begin() -> ResponseReturnValue:
    at = keep(open_desk())
    if at.desk.child.in_register:
        return redirect(url_for("parents.known"), code=303)
    return go_on(at)


@blueprint.get("/thong-tin")
def known() -> ResponseReturnValue:
    at = open_desk()
    return render_template(
        "parents/known.html", sections=known_sections(at), next_address=next_address(at)
    )


@blueprint.get("/tiep-tuc")
def next_question() -> ResponseReturnValue:
    return go_on(open_desk())


@blueprint.route("/ma-moi", methods=["GET", "POST"])
def new_code() -> ResponseReturnValue:
    issued = browser.get("issued")
    if request.method == "POST" or issued is None:
        browser.pop("issued", None)
        return redirect(url_for("parents.home"), code=303)
    return render_template("parents/new_code.html", pupil_code=issued[0], secret=issued[1])


def _result_token(code: str) -> str:
    token: str = current_app.extensions["enrol_adapters"].secrets.result_token(code=code)
    return token
