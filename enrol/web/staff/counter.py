"""At the counter: a family is registered by an officer, or gets a new secret code."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.codes import normalise_code
from enrol.services import assisting, at_counter, resetting
from enrol.services.at_counter import Counter
from enrol.services.composing import Incomplete, NotEligible
from enrol.services.ports import Secrets
from enrol.services.sending import WindowNotOpen, WindowOver
from enrol.web.asking import PAGE, asks_again, typed
from enrol.web.limits import few_guesses
from enrol.web.locale import format_moment
from enrol.web.locale import gettext as _
from enrol.web.receipt_letters import receipt_letter
from enrol.web.staff.at_the_counter import close_child, open_child, refuse_unopened
from enrol.web.staff.counter_forms import EntryForm, FindForm, ResetForm, kept_answers
from enrol.web.staff.counter_words import consent_word, reason_word
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.home import blueprint
from enrol.web.staff.pages import staff_page

_PAGES = {
    "register": "staff.entry",
    "reset": "staff.reset",
    "object": "staff.counter_objection",
    "contact": "staff.counter_contact",
}
"""Where the officer goes on with a child that was found, by what the family came for."""


@blueprint.route("/quay", methods=["GET", "POST"])
@asks_again
@few_guesses("pupil_code")
def counter() -> ResponseReturnValue:
    wards = at_counter.the_wards(actor=officer())
    form = FindForm(request.form)
    form.offered = {ward.code for ward in wards}
    problems = {}
    if form.is_good():
        try:
            child_id = None
            if not form.is_unlisted and form.born_on is not None:
                child_id = at_counter.find_child(
                    actor=officer(),
                    pupil_code=(form.pupil_code.data or "").strip().upper(),
                    birth_on=form.born_on,
                )
        except at_counter.NoSuchChild:
            problems = {PAGE: _("This pupil code and this date of birth do not belong together.")}
        else:
            ward = form.ward.data
            if child_id is None:
                return redirect(url_for("staff.entry_new", unit_code=ward), code=303)
            open_child(child_id)
            page = _PAGES[form.act.data or ""]
            place = ward if form.needs_ward else None
            return redirect(url_for(page, child_id=child_id, unit_code=place), code=303)
    return staff_page(
        "staff/counter.html",
        wards=wards,
        values=typed({}),
        problems=problems or form.problems(),
    )


@blueprint.route("/quay/<int:child_id>/<unit_code>/dang-ky", methods=["GET", "POST"])
@blueprint.route(
    "/quay/moi/<unit_code>/dang-ky",
    methods=["GET", "POST"],
    endpoint="entry_new",
)
@asks_again
def entry(unit_code: str, child_id: int | None = None) -> ResponseReturnValue:
    refuse_unopened(child_id)
    found = at_counter.counter(actor=officer(), child_id=child_id, unit_code=unit_code)
    if found.window is None or found.live is not None:
        return _entry_page(found, ward=unit_code, values={}, problems={})
    form = EntryForm(request.form)
    form.schools = {school.code: school.zone for school in found.schools}
    form.wards = {one.code for one in found.wards}
    problems: dict[str, str] = {}
    like: Sequence[object] = ()
    if form.is_good():
        try:
            handed = assisting.register_family(
                actor=officer(),
                intake_id=found.window.intake_id,
                entry=assisting.Entry(
                    child_id=child_id,
                    answers=form.answers(),
                    consent=form.consent.data or "",
                    is_another=form.is_another.data == "yes",
                ),
                secrets=_secrets(),
            )
        except (NotEligible, Incomplete, WindowNotOpen, WindowOver) as refused:
            problems = {PAGE: told(refused)}
        except assisting.AlreadyLive:
            return redirect(request.full_path, code=303)  # which shows the registration
        else:
            if isinstance(handed, assisting.Handed):
                return _handed_page(handed)
            like = handed.like
            problems = {
                "is_another": _("A child of this name and birth date is known already. Look below.")
            }
    return _entry_page(
        found,
        ward=unit_code,
        values=typed(kept_answers(found, ward=unit_code)),
        problems=problems or form.problems(),
        like=like,
    )


@blueprint.get("/quay/bien-nhan/<code>")
def printed(code: str) -> Response:
    found = at_counter.printed_receipt(
        actor=officer(), code=normalise_code(code), secrets=_secrets()
    )
    return _receipt_page(found, secret=None)


@blueprint.get("/quay/bien-nhan/<code>/pdf")
def printed_pdf(code: str) -> Response:
    found = at_counter.printed_receipt(
        actor=officer(), code=normalise_code(code), secrets=_secrets()
    )
    base_url = current_app.extensions["enrol_settings"].base_url.rstrip("/")
    response = make_response(receipt_letter(found.receipt, base_url=base_url))
    response.mimetype = "application/pdf"
    name = f"{found.receipt.lines.code}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/quay/<int:child_id>/<unit_code>/ma-bi-mat", methods=["GET", "POST"])
@asks_again
@asks_who_again
def reset(child_id: int, unit_code: str) -> ResponseReturnValue:
    refuse_unopened(child_id)
    found = at_counter.counter(actor=officer(), child_id=child_id, unit_code=unit_code)
    form = ResetForm(request.form)
    if form.is_good():
        letter = resetting.reset_secret(
            actor=officer(),
            child_id=child_id,
            reason=form.reason.data or "",
            secrets=_secrets(),
        )
        close_child(child_id)
        return staff_page("staff/secret_letter.html", letter=letter)
    return staff_page("staff/reset.html", found=found, values=typed({}), problems=form.problems())


def told(refused: Exception) -> str:
    """Return why the registration was not taken, in the officer's words."""
    match refused:
        case NotEligible(reasons=reasons):
            return " ".join(reason_word(reason) for reason in reasons)
        case WindowNotOpen(window=window):
            return _(
                "Registration opens at %(at)s. Nothing was registered.",
                at=format_moment(window.opens_at),
            )
        case WindowOver(window=window):
            return _(
                "Registration ended at %(at)s. Nothing was registered.",
                at=format_moment(window.closes_at),
            )
        case _:
            return _("Some questions still need an answer.")


def _handed_page(handed: assisting.Handed) -> ResponseReturnValue:
    """Return the receipt: at its own address, or at once when it holds a secret to be shown."""
    close_child(handed.receipt.child.child_id)
    if handed.secret is None:
        return redirect(url_for("staff.printed", code=handed.receipt.lines.code), code=303)
    return _receipt_page(at_counter.Printed(handed.receipt, None), secret=handed.secret)


def _entry_page(
    found: Counter,
    *,
    ward: str,
    values: Mapping[str, object],
    problems: Mapping[str, str],
    like: Sequence[object] = (),
) -> Response:
    zones = sorted({school.zone for school in found.schools})
    return staff_page(
        "staff/entry.html",
        found=found,
        ward=ward,
        zones=zones,
        values=values,
        problems=dict(problems),
        like=like,
        consents=[(word, consent_word(word)) for word in assisting.CONSENTS],
        wishes=range(1, min(found.window.max_wishes if found.window else 1, 5) + 1),
    )


def _receipt_page(found: at_counter.Printed, *, secret: str | None) -> Response:
    values: dict[str, Any] = {"printed": found, "receipt": found.receipt, "secret": secret}
    return staff_page(
        "staff/receipt.html",
        **values,
        consent_word=consent_word,
        is_rehearsal=found.receipt.window.is_rehearsal,
    )


def _secrets() -> Secrets:
    secrets: Secrets = current_app.extensions["enrol_adapters"].secrets
    return secrets
