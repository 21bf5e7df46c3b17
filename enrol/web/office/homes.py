"""Residences: the list that goes out for confirmation, and the one that comes back."""

from collections.abc import Mapping
from contextlib import suppress

from flask import Response, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from enrol.core.residence_lists import Fault, Outcome, UnreadableSheetError
from enrol.services import asking_registry, confirming_homes, listing_homes
from enrol.services.ports import ResidenceSheets
from enrol.web.asking import PageForm, asks_again, takes_files
from enrol.web.locale import gettext as _
from enrol.web.locale import spoken
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page

MOST_BYTES = 5 * 1024 * 1024
SHOWN = 200
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ENDINGS = (".xlsx", ".csv")


class ListForm(PageForm):
    """The list that came back."""

    def problems(self) -> dict[str, str]:
        """Return what is wrong with the choice."""
        found = super().problems()
        if not self.was_sent() or found:
            return found
        name = (self.sent().filename or "").lower() if self.sent() else ""
        if not name:
            return {"list": _("Choose the list that was filled in")}
        if not name.endswith(_ENDINGS):
            return {"list": _("The list must be an Excel file (.xlsx) or a CSV file (.csv)")}
        return {}

    def sent(self) -> FileStorage:
        """Return the file that was chosen."""
        return request.files.get("list") or FileStorage()


@blueprint.route("/<int:intake_id>/cu-tru", methods=["GET", "POST"])
@asks_again
@takes_files(most_bytes=MOST_BYTES)
def homes(intake_id: int) -> ResponseReturnValue:
    desk = listing_homes.homes_desk(
        actor=officer(), intake_id=intake_id, unit_code=request.args.get("phuong")
    )
    form = ListForm(request.form)
    problems, faults = {}, []
    if desk.ward is not None and form.is_good():
        try:
            list_id = confirming_homes.receive_list(
                actor=officer(),
                intake_id=intake_id,
                unit_code=desk.ward.code,
                name=form.sent().filename or "",
                content=form.sent().read(),
                sheets=_sheets(),
            )
        except confirming_homes.ListRefused as refused:
            faults = [(line, fault_word(fault)) for line, fault in refused.faults]
            problems = {"list": _("Nothing was taken: some rows of the list must be mended first.")}
        except confirming_homes.EmptyList:
            problems = {"list": _("No row of this list has a finding yet.")}
        except UnreadableSheetError as unreadable:
            faults = [(unreadable.line, _("This row, or the file from here on, cannot be read"))]
            problems = {"list": _("This file cannot be read as a list.")}
        else:
            return redirect(url_for("office.one_list", list_id=list_id), code=303)
    return staff_page(
        "office/homes.html",
        desk=desk,
        registry=asking_registry.registry_desk(
            actor=officer(),
            intake_id=intake_id,
            unit_code=desk.ward.code if desk.ward else None,
            registry=current_app.extensions["enrol_adapters"].registry,
        ),
        faults=faults,
        problems=problems or form.problems(),
        state_tag=state_tag,
        words=words,
        is_rehearsal=desk.intake.is_rehearsal,
    )


@blueprint.get("/<int:intake_id>/cu-tru/<unit_code>/danh-sach")
def homes_list(intake_id: int, unit_code: str) -> Response:
    body = listing_homes.fetch_list(
        actor=officer(),
        intake_id=intake_id,
        unit_code=unit_code,
        language=spoken(),
        sheets=_sheets(),
    )
    response = make_response(body)
    response.mimetype = _TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="cu-tru-{unit_code}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<int:intake_id>/cu-tru/<unit_code>/hoi")
def ask_registry(intake_id: int, unit_code: str) -> ResponseReturnValue:
    asking_registry.ask_for_ward(actor=officer(), intake_id=intake_id, unit_code=unit_code)
    return redirect(url_for("office.homes", intake_id=intake_id, phuong=unit_code), code=303)


@blueprint.get("/cu-tru/<int:list_id>")
def one_list(list_id: int) -> Response:
    page = confirming_homes.list_page(actor=officer(), list_id=list_id)
    first = sorted(page.rows, key=lambda row: (_ORDER.index(row.outcome), row.filled.line))
    return staff_page(
        "office/homes_list.html",
        page=page,
        rows=first[:SHOWN],
        left_out=max(0, len(first) - SHOWN),
        counts=[
            (outcome_tag(o, done=page.record.state == "applied"), page.counts[o]) for o in _ORDER
        ],
        to_apply=page.counts[Outcome.APPLIED],
        outcome_tag=outcome_tag,
        answer_word=answer_word,
        fact_word=words.fact_word,
        state_tag=state_tag,
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )


@blueprint.route("/cu-tru/<int:list_id>/ap-dung", methods=["GET", "POST"])
@asks_who_again
def apply_homes(list_id: int) -> ResponseReturnValue:
    if request.method == "GET":  # back from confirming who it is: the button is pressed again
        confirming_homes.list_page(actor=officer(), list_id=list_id)
        return redirect(url_for("office.one_list", list_id=list_id), code=303)
    # When the list of the intake is frozen, the page says that nothing can be applied any more.
    with suppress(confirming_homes.ListFrozen):
        confirming_homes.apply_list(actor=officer(), list_id=list_id)
    return redirect(url_for("office.one_list", list_id=list_id), code=303)


@blueprint.post("/cu-tru/<int:list_id>/bo")
def drop_homes(list_id: int) -> ResponseReturnValue:
    confirming_homes.drop_list(actor=officer(), list_id=list_id)
    return redirect(url_for("office.one_list", list_id=list_id), code=303)


_ORDER = (Outcome.STALE, Outcome.APPLIED, Outcome.UNKNOWN, Outcome.SAME)


def outcome_tag(outcome: Outcome, *, done: bool = False) -> tuple[str, str]:
    """Return the kind of tag and the word of what a row does, or did."""
    return {
        Outcome.APPLIED: ("good", _("Recorded")) if done else ("now", _("Will be recorded")),
        Outcome.SAME: ("plain", _("Already so")),
        Outcome.UNKNOWN: ("plain", _("Cannot tell: to be checked by an officer")),
        Outcome.STALE: ("care", _("Changed since the list went out: left alone")),
    }[outcome]


def answer_word(answer: str) -> str:
    """Return what a finding is called."""
    return {
        "match": _("Right"),
        "mismatch": _("Wrong"),
        "unknown": _("Cannot tell"),
    }[answer]


def state_tag(state: str) -> tuple[str, str]:
    """Return the kind of tag and the word of a list's state."""
    return {
        "brought": ("now", _("To be looked at")),
        "applied": ("good", _("Applied")),
        "dropped": ("plain", _("Not used")),
    }[state]


def fault_word(fault: Fault) -> str:
    """Return what is wrong with a row."""
    words_of: Mapping[Fault, str] = {
        Fault.NOT_A_CODE: _("This is not a registration code"),
        Fault.NOT_A_RESIDENCE: _("The reference in the last column was changed"),
        Fault.NOT_A_MARK: _("The reference in the last column was changed"),
        Fault.NOT_A_VERDICT: _("The finding must be Đúng, Sai or Không rõ"),
        Fault.TWICE: _("This residence stands in the list twice"),
        Fault.NOT_OURS: _("This registration is not of this ward"),
        Fault.LONG_NOTE: _("The remark is longer than 300 characters"),
    }
    return words_of[fault]


def _sheets() -> ResidenceSheets:
    sheets: ResidenceSheets = current_app.extensions["enrol_adapters"].residence_sheets
    return sheets
