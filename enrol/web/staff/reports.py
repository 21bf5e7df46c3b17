"""Reports of errors on a file: made by an officer in charge, decided by the unit of the zone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.codes import normalise_code
from enrol.core.corrections import CorrectionReason
from enrol.core.model import Facts
from enrol.core.names import clean_text
from enrol.services import deciding_reports, reading_reports, reporting_errors
from enrol.services.deciding_reports import FARTHEST, LONGEST_REPLY
from enrol.services.reading_reports import ReportPage
from enrol.services.refusals import NotFound
from enrol.services.reporting_errors import FACTS, LONGEST_WORDS
from enrol.services.second_officers import NotIndependent, TooNew
from enrol.web.asking import PAGE, PageForm, typed
from enrol.web.error_words import correction_word, decision_tag, error_choices, error_word
from enrol.web.locale import gettext as _
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page

RESIDENCES = ("permanent_in_zone", "temporary_in_zone", "current_in_zone")
KEPT, CORRECTED = "kept", "corrected"


def of_file(code: str) -> dict[str, Any]:
    """Return what a file's page shows of its reports of errors."""
    return {
        "reports": reading_reports.reports_of_file(actor=officer(), code=code),
        "error_word": error_word,
        "decision_tag": decision_tag,
    }


def new_report_page(code: str) -> ResponseReturnValue:
    """Return the page on which an officer in charge reports an error, or report it."""
    code = normalise_code(code)
    known = reading_reports.reports_of_file(actor=officer(), code=code)
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.was_sent():
        form.validate()
        problems = {**form.problems(), **_wrong_report()} or _attempt_report(code)
        if not problems:
            flash(_("Reported. The office of the ward decides it; the family sees it."), "success")
            return redirect(url_for(f"{request.blueprint}.file", code=code), code=303)
    return staff_page(
        "staff/new_report.html",
        code=code,
        waiting=next((one for one in known if one.is_open), None),
        choices=error_choices(),
        values=typed({}),
        problems=problems,
        most=LONGEST_WORDS,
    )


def report_page(code: str, report_id: int) -> ResponseReturnValue:
    """Return a report's page, or decide it."""
    code = normalise_code(code)
    found = reading_reports.report_page(actor=officer(), code=code, report_id=report_id)
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.was_sent():
        if not found.may_decide:
            if found.report.is_open and not found.is_too_late:
                raise NotFound
            problems = {PAGE: _decided_meanwhile()}
        else:
            form.validate()
            problems = {**form.problems(), **_wrong(found)} or _attempt(found)
        if not problems:
            flash(_("Done: the family reads it now."), "success")
            own = url_for(f"{request.blueprint}.report", code=code, report_id=report_id)
            return redirect(own, code=303)
    return _page(found, problems=problems)


def _page(found: ReportPage, *, problems: Mapping[str, str]) -> Response:
    return staff_page(
        "staff/report.html",
        found=found,
        one=found.report,
        values=typed(_as_they_stand(found.facts)),
        problems=problems,
        outcomes=[
            (KEPT, _("The fact stays as it is"), _("Nothing changes; your reply says why")),
            (CORRECTED, _("The fact is corrected"), _("What you state below counts")),
        ],
        zones=[
            (zone.code, f"{zone.code} {words.either(zone.name, zone.name_en)}")
            for zone in found.choices.zones
        ],
        reasons=[(one.value, correction_word(one.value)) for one in CorrectionReason],
        residences=[(name, words.fact_word(name)) for name in RESIDENCES],
        error_word=error_word,
        correction_word=correction_word,
        decision_tag=decision_tag,
        most=LONGEST_REPLY,
        is_rehearsal=found.intake.is_rehearsal,
    )


def _as_they_stand(facts: Facts) -> dict[str, object]:
    """Return the facts as the fields show them."""
    return {
        **{name: "yes" for name in RESIDENCES if getattr(facts, name)},
        **{f"sibling-{school}": "yes" for school in facts.sibling_schools},
        **{f"policy-{policy}": "yes" for policy in facts.policies},
        **{f"metres-{school}": str(metres) for school, metres in facts.distances},
        "zone": facts.zone or "",
    }


def _stated(found: ReportPage) -> Facts:
    """Return the facts that the fields state; what the page does not ask stays."""
    given = request.form
    choices, facts = found.choices, found.facts
    offered = {school.code for school in choices.schools}
    siblings = {school for school in facts.sibling_schools if school not in offered}
    siblings |= {school for school in offered if given.get(f"sibling-{school}") == "yes"}
    policies = {policy for policy in facts.policies if policy not in choices.policies}
    policies |= {policy for policy in choices.policies if given.get(f"policy-{policy}") == "yes"}
    return replace(
        facts,
        zone=given.get("zone") or None,
        permanent_in_zone=given.get("permanent_in_zone") == "yes",
        temporary_in_zone=given.get("temporary_in_zone") == "yes",
        current_in_zone=given.get("current_in_zone") == "yes",
        sibling_schools=tuple(sorted(siblings)),
        policies=tuple(sorted(policies)),
        distances=tuple(sorted(_distances(found).items())),
    )


def _distances(found: ReportPage) -> dict[str, int]:
    metres = dict(found.facts.distances)
    for school in found.choices.schools:
        said = request.form.get(f"metres-{school.code}", "").strip()
        if said:
            metres[school.code] = int(said)
        else:
            metres.pop(school.code, None)
    return metres


def _wrong(found: ReportPage) -> dict[str, str]:
    given = request.form
    wrong = {}
    if given.get("outcome") not in (KEPT, CORRECTED):
        wrong["outcome"] = _("Choose how the report ends")
    if given.get("outcome") == CORRECTED:
        if given.get("reason") not in {reason.value for reason in CorrectionReason}:
            wrong["reason"] = _("Choose the reason that will be published")
        for school in found.choices.schools:
            name = f"metres-{school.code}"
            said = given.get(name, "").strip()
            if said and not (said.isascii() and said.isdigit() and int(said[:9]) <= FARTHEST):
                wrong[name] = _("Type whole metres, for example 850")
    reply = clean_text(given.get("reply", ""))
    if not reply:
        wrong["reply"] = _("Write to the family why, in plain words")
    if len(reply) > LONGEST_REPLY:
        wrong["reply"] = _("Please keep it under %(most)s characters", most=LONGEST_REPLY)
    return wrong


def _attempt(found: ReportPage) -> dict[str, str]:
    is_corrected = request.form["outcome"] == CORRECTED
    try:
        deciding_reports.decide_report(
            actor=officer(),
            code=found.report.code,
            report_id=found.report.report_id,
            reply=request.form.get("reply", ""),
            facts=_stated(found) if is_corrected else None,
            reason=CorrectionReason(request.form["reason"]) if is_corrected else None,
        )
    except (deciding_reports.AlreadyDecided, deciding_reports.FinalRunOpened):
        return {PAGE: _decided_meanwhile()}
    except (NotIndependent, TooNew) as refusal:
        return {PAGE: words.second_officer_told(refusal)}
    except deciding_reports.SecondOfficerNeeded:
        return {PAGE: _("You reported this error yourself. A colleague has to correct the fact.")}
    except deciding_reports.NothingToCorrect:
        return {"outcome": _("The facts below are those that count already: change one, or keep")}
    except deciding_reports.FactsUnknown:
        return {"zone": _("Choose a zone of this intake")}
    return {}


def _wrong_report() -> dict[str, str]:
    wrong = {}
    if request.form.get("fact") not in FACTS:
        wrong["fact"] = _("Choose which fact is wrong")
    written = clean_text(request.form.get("words", ""))
    if not written:
        wrong["words"] = _("Write what is wrong, and what is right")
    if len(written) > LONGEST_WORDS:
        wrong["words"] = _("Please keep it under %(most)s characters", most=LONGEST_WORDS)
    return wrong


def _attempt_report(code: str) -> dict[str, str]:
    try:
        reporting_errors.report_error_of_file(
            actor=officer(), code=code, fact=request.form["fact"], words=request.form["words"]
        )
    except reporting_errors.ReportsOver:
        return {PAGE: _("The days for reporting errors of fact are over, or have not begun.")}
    except reporting_errors.AlreadyReported:
        return {PAGE: _("A report of this child waits for a decision already.")}
    return {}


def _decided_meanwhile() -> str:
    return _("This report was decided meanwhile, or the final run has begun. Nothing was changed.")
