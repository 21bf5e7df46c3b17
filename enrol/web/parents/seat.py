"""After the final result: answering to the seat, the places on waiting lists, what rounds did."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.rounds import Answer
from enrol.services import answering
from enrol.services.answering import AnswerDesk
from enrol.web.asking import PAGE, PageForm, asks_again
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import VIETNAM
from enrol.web.locale import gettext as _
from enrol.web.parents.desk import question_page

blueprint = family_blueprint("seat", __name__, url_prefix="/gia-dinh/cho-hoc")

_GIVEN = {"accept": Answer.ACCEPT, "stay": Answer.STAY}


@blueprint.get("")
def own() -> ResponseReturnValue:
    desk = answering.desk_of(actor=family())
    return _away() if desk is None else _page(desk, problems={})


@blueprint.post("")
@asks_again
def answer() -> ResponseReturnValue:
    desk = answering.desk_of(actor=family())
    if desk is None:
        return _away()
    form = PageForm(request.form)
    if not form.is_good():
        return _page(desk, problems=form.problems())
    chosen = request.form.get("answer", "")
    if chosen == "decline":
        return redirect(url_for("seat.decline"), code=303)
    if chosen not in _GIVEN:
        return _page(desk, problems={"answer": _("Choose one of the answers")})
    problem = _given(_GIVEN[chosen])
    if problem:
        return _page(desk, problems={PAGE: problem})
    return redirect(url_for("seat.own", xong="1"), code=303)


@blueprint.route("/tu-choi", methods=["GET", "POST"])
@asks_again
def decline() -> ResponseReturnValue:
    desk = answering.desk_of(actor=family())
    if desk is None:
        return _away()
    form = PageForm(request.form)
    if not form.was_sent():
        if not desk.may(Answer.DECLINE):
            return redirect(url_for("seat.own"), code=303)
        return _decline_page(desk, problems={})
    if not form.is_good():
        return _decline_page(desk, problems=form.problems())
    if request.form.get("sure") != "yes":
        return _decline_page(desk, problems={"sure": _("Tick the box to decline")})
    problem = _given(Answer.DECLINE)
    if problem:
        return _decline_page(desk, problems={PAGE: problem})
    return redirect(url_for("seat.own", xong="1"), code=303)


def _given(answer: Answer) -> str:
    """Keep the answer; returns what stands in its way, in words."""
    try:
        answering.give_answer(actor=family(), answer=answer)
    except answering.AnswersOver:
        return _("Nothing was kept: the time to answer is over. Please call the helpline.")
    except answering.RoundPending:
        return _(
            "A round of the waiting lists is just being held. Nothing was kept: please look again"
            " in a few minutes."
        )
    except answering.CannotAnswerSo:
        return _("This answer does not fit any more. See below how your seat stands now.")
    return ""


def _away() -> Response:
    return make_response(redirect(url_for("parents.home"), code=303))


def _decline_page(desk: AnswerDesk, *, problems: Mapping[str, str]) -> Response:
    return question_page("parents/decline.html", problems=problems, desk=desk, values=request.form)


def _page(desk: AnswerDesk, *, problems: Mapping[str, str]) -> Response:
    seat = desk.seat
    choices = []
    if desk.may(Answer.ACCEPT):
        choices.append(("accept", _("We accept the seat and wait for no other school")))
    if desk.may(Answer.STAY):
        choices.append(
            ("stay", _("We accept the seat, and wait on for a school that we wished more"))
        )
    if choices and desk.may(Answer.DECLINE):
        choices.append(("decline", _("We decline the seat (one more page before it counts)")))
    return question_page(
        "parents/seat.html",
        problems=problems,
        desk=desk,
        values=request.form or {"answer": seat.answer or ""},
        choices=choices,
        can_only_leave=not choices and desk.may(Answer.DECLINE),
        last_day=last_day(desk),
        given=_answer_word(seat.answer) if seat.answer else "",
        cause_line=cause_line,
        was_kept="xong" in request.args,
    )


def last_day(desk: AnswerDesk) -> date | None:
    """Return the last day on which the seat can be answered; None when nothing is awaited."""
    if desk.seat.answer_by is None:
        return None
    return (desk.seat.answer_by - timedelta(seconds=1)).astimezone(VIETNAM).date()


def cause_line(cause: str, school: str, day: str) -> str:
    """Return why a seat became free, without saying whose it was."""
    return {
        "declined": _("A seat at %(school)s was declined on %(day)s.", school=school, day=day),
        "unclaimed": _(
            "A seat at %(school)s was not answered in time and became free on %(day)s.",
            school=school,
            day=day,
        ),
        "moved": _("A child moved from %(school)s to a school that it wished more.", school=school),
        "free": _("A seat at %(school)s was free.", school=school),
    }[cause]


def _answer_word(answer: str) -> str:
    return {
        "accept": _("You accepted the seat."),
        "stay": _("You accepted the seat and wait on for a school that you wished more."),
        "decline": _("You declined. The seat and the places on waiting lists are given up."),
    }[answer]
