"""The review queue, drawn alike for wards and schools, and the same step for ticked files."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue

from enrol.core.codes import normalise_code
from enrol.core.decided import FACT_NAMES, STATUSES
from enrol.core.review import ASKED_FOR, REASONS, Verdict
from enrol.services import reviewing_many
from enrol.services.files_in_charge import ListFrozen
from enrol.services.refusals import NotFound
from enrol.services.review_queues import STATUS_FILTERS, WAITING, Filters, Queue
from enrol.services.reviewing_many import ManyStep
from enrol.web.locale import gettext as _
from enrol.web.locale import ngettext
from enrol.web.staff import many_steps, review_words, words
from enrol.web.staff.guard import officer
from enrol.web.staff.many_steps import Said
from enrol.web.staff.pages import staff_page

_LONGEST_SEARCH = 80


def asked_filters() -> Filters:
    """Return what the address asks for."""
    given = request.args
    return Filters(
        status=given.get("trang-thai", WAITING)[:20],
        fact=given.get("su-that", "")[:30],
        fact_status=given.get("ket-luan", "")[:20],
        due=given.get("han", "")[:10],
        text=given.get("tim", "")[:_LONGEST_SEARCH],
        any_wish=given.get("nguyen-vong") == "tat-ca",
    )


def page_begins_after() -> str:
    """Return the code after which the page begins."""
    return request.args.get("after", "")[:40]


def queue_page(queue: Queue, *, filters: Filters, back: tuple[str, str], many: str) -> Response:
    """Return a page of the queue; ``many`` is where ticked files are sent."""
    more = None
    if queue.after:
        kept = {**request.args.to_dict(), "after": queue.after}
        more = f"{request.path}?{urlencode(kept)}"
    return staff_page(
        "staff/queue.html",
        queue=queue,
        filters=filters,
        back=back,
        many=many,
        more=more,
        statuses=[(one, _status_word(one)) for one in STATUS_FILTERS],
        facts=[(one, words.fact_word(one)) for one in FACT_NAMES],
        fact_statuses=[(one, words.fact_tag(one)[1]) for one in STATUSES],
        words=words,
        review_words=review_words,
        is_rehearsal=queue.intake.is_rehearsal,
    )


def many_page(intake_id: int, *, back_to: str) -> ResponseReturnValue:
    """Tell what the step would do for the ticked files; do it once that is confirmed."""
    codes = [normalise_code(code) for code in request.form.getlist("code")][: reviewing_many.MOST]
    if request.method == "GET":
        return redirect(back_to, code=303)
    return_to = _own_address(request.form.get("ve", ""), back_to)
    if not codes:
        flash(_("Tick the files first, then choose what to do with them."))
        return redirect(return_to, code=303)
    step = _step(request.form.get("viec", ""))
    said = many_steps.said_of(step)
    try:
        if said.problems:
            return _ask_first(intake_id, codes=codes, said=said, return_to=return_to)
        if request.form.get("xac-nhan") == "yes" and "lang" not in request.form:
            return _done(intake_id, said=said, return_to=return_to)
        ticked = reviewing_many.look_at_ticked(
            actor=officer(), intake_id=intake_id, codes=codes, step=step, fact=said.fact
        )
        if said.day is not None:
            reviewing_many.refuse_a_day_not_offered(
                actor=officer(), intake_id=intake_id, due_on=said.day
            )
    except reviewing_many.AnswerTooSoon:
        told = replace(said, problems={"on": many_steps.day_told()})
        return _ask_first(intake_id, codes=codes, said=told, return_to=return_to)
    except ListFrozen:
        flash(frozen_words(), "error")
        return redirect(return_to, code=303)
    return staff_page(
        "staff/many.html",
        ticked=ticked,
        step=step.value,
        said=said,
        words=words,
        review_words=review_words,
        return_to=return_to,
        codes=codes,
        is_rehearsal=ticked.intake.is_rehearsal,
    )


def _ask_first(
    intake_id: int, *, codes: list[str], said: Said, return_to: str
) -> ResponseReturnValue:
    """Ask what the step needs to know before its files can be counted."""
    ticked = reviewing_many.look_at_ticked(
        actor=officer(), intake_id=intake_id, codes=codes, step=ManyStep.ASK
    )
    return staff_page(
        "staff/many_asks.html",
        step=said.step.value,
        codes=codes,
        return_to=return_to,
        facts=[(one, words.fact_word(one)) for one in FACT_NAMES],
        reasons=[(one, review_words.reason_word(one)) for one in REASONS[Verdict.CONTRADICTED]],
        asked_for=[(one, review_words.asked_word(one)) for one in ASKED_FOR],
        values=request.form,
        problems={} if said.is_first else said.problems,
        is_rehearsal=ticked.intake.is_rehearsal,
    )


def frozen_words() -> str:
    """Return the sentence for a list that is frozen."""
    return _(
        "The list is frozen, so nothing in a file can be changed any more."
        " Errors of fact are now handled as objections and corrections."
    )


def _done(intake_id: int, *, said: Said, return_to: str) -> ResponseReturnValue:
    files = []
    for one in request.form.getlist("ho-so")[: reviewing_many.MOST]:
        code, _sign, version = one.partition(":")
        if version.isdigit():
            files.append((normalise_code(code), int(version[:4])))
    done = 0
    if files:
        done = said.do(intake_id, files)
    told = ngettext("%(num)s file is done.", "%(num)s files are done.", done)
    if done < len(files):
        told += " " + _("%(left)s changed meanwhile and were left out.", left=len(files) - done)
    flash(told, "success")
    return redirect(return_to, code=303)


def _step(asked: str) -> ManyStep:
    try:
        return ManyStep(asked)
    except ValueError:
        raise NotFound from None


def _own_address(asked: str, fallback: str) -> str:
    """Return an address of this desk; never one of another site."""
    own = request.path.rsplit("/", 1)[0] + "/"
    is_own = asked.startswith(own) and "//" not in asked and "\\" not in asked
    return asked if is_own and asked.isprintable() else fallback


def _status_word(status: str) -> str:
    return _("Waiting for an answer") if status == WAITING else words.status_tag(status)[1]
