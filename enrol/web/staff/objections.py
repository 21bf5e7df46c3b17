"""An objection on its page: what the family wrote, the answer, and what it changed."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.codes import normalise_code
from enrol.core.names import clean_text
from enrol.core.objections import LONGEST_REPLY, OUTCOMES, UPHELD, WITHDRAWN
from enrol.services import answering_objections
from enrol.services.answering_objections import JournalLine, ObjectionPage
from enrol.services.refusals import NotFound
from enrol.web.asking import PAGE, PageForm, typed
from enrol.web.locale import format_moment
from enrol.web.locale import gettext as _
from enrol.web.objection_words import ground_word, outcome_tag
from enrol.web.staff.counter_words import consent_word
from enrol.web.staff.guard import officer
from enrol.web.staff.journal_words import action_word
from enrol.web.staff.pages import staff_page

_NONE = "0"


def objection_page(code: str, objection_id: int) -> ResponseReturnValue:
    """Return an objection's page, answer it, or note afterwards what it changed."""
    code = normalise_code(code)
    found = answering_objections.objection_page(
        actor=officer(), code=code, objection_id=objection_id
    )
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.was_sent():
        may = found.may_answer if "reply" in request.form else found.may_link
        if not may and found.objection.is_open:
            raise NotFound
        if not may:
            problems = {PAGE: _answered_meanwhile()}
        else:
            form.validate()
            problems = {**form.problems(), **_wrong(found)} or _attempt(found)
        if not problems:
            flash(_("Done: the family reads it now."), "success")
            return redirect(
                url_for(f"{request.blueprint}.objection", code=code, objection_id=objection_id),
                code=303,
            )
    return _page(found, problems=problems)


def of_file(code: str) -> dict[str, Any]:
    """Return what a file's page shows of its objections."""
    return {
        "objections": answering_objections.objections_of_file(actor=officer(), code=code),
        "ground_word": ground_word,
        "outcome_tag": outcome_tag,
    }


def _page(found: ObjectionPage, *, problems: dict[str, str]) -> Response:
    return staff_page(
        "staff/objection.html",
        found=found,
        one=found.objection,
        values=typed({"change": _NONE}),
        problems=problems,
        outcomes=_outcomes(),
        changes=[(_NONE, _("Nothing in the file")), *map(_choice, found.changes)],
        ground_word=ground_word,
        consent_word=consent_word,
        outcome_tag=outcome_tag,
        action_word=action_word,
        most=LONGEST_REPLY,
        is_rehearsal=found.intake.is_rehearsal,
    )


def _outcomes() -> list[tuple[str, str, str]]:
    return [
        ("upheld", _("Upheld"), _("The family is right, in whole or in part")),
        ("rejected", _("Not upheld"), _("The result stands, for the reason in your reply")),
        ("withdrawn", _("Taken back"), _("The family told you that it no longer objects")),
    ]


def _choice(entry: JournalLine) -> tuple[str, str]:
    return str(entry.entry_id), f"{action_word(entry.action)}, {format_moment(entry.at)}"


def _wrong(found: ObjectionPage) -> dict[str, str]:
    change = request.form.get("change", _NONE)
    known = {_NONE, *(str(entry.entry_id) for entry in found.changes)}
    wrong = {}
    if found.may_answer:
        outcome = request.form.get("outcome")
        reply = clean_text(request.form.get("reply", ""))
        if outcome not in OUTCOMES:
            wrong["outcome"] = _("Choose how the objection ends")
        if not reply and outcome != WITHDRAWN:
            wrong["reply"] = _("Write to the family why, in plain words")
        if len(reply) > LONGEST_REPLY:
            wrong["reply"] = _("Please keep it under %(most)s characters", most=LONGEST_REPLY)
        if change != _NONE and outcome in OUTCOMES and outcome != UPHELD:
            wrong["change"] = _("Only an objection that is upheld changes something")
    elif change == _NONE:
        wrong["change"] = _("Choose what the objection changed")
    if change not in known:
        wrong["change"] = _("Choose what the objection changed")
    return wrong


def _attempt(found: ObjectionPage) -> dict[str, str]:
    change = int(request.form.get("change", _NONE))
    one = found.objection
    if found.may_link:
        answering_objections.link_change(
            actor=officer(), code=one.code, objection_id=one.objection_id, change_id=change
        )
        return {}
    try:
        answering_objections.answer_objection(
            actor=officer(),
            code=one.code,
            objection_id=one.objection_id,
            outcome=request.form["outcome"],
            reply=request.form.get("reply", ""),
            change_id=change or None,
        )
    except answering_objections.AlreadyAnswered:
        return {PAGE: _answered_meanwhile()}
    return {}


def _answered_meanwhile() -> str:
    return _("This objection was answered or taken back meanwhile. Nothing was changed.")
