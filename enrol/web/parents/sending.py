"""The last look, the one press that sends, the receipt, and taking it back."""

from uuid import UUID

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enrol.services import preparing, registering, result_letters
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound
from enrol.services.registering import Receipt
from enrol.web.asking import PAGE, PageForm, asks_again
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.parents.desk import OpenDesk, open_desk, question_page
from enrol.web.parents.doubts import doubts, is_of_age
from enrol.web.parents.letter import qr_picture, result_letter
from enrol.web.parents.steps import next_steps, status_tag
from enrol.web.parents.summaries import all_sections
from enrol.web.receipt_letters import receipt_letter

blueprint = family_blueprint("sending", __name__, url_prefix="/gia-dinh")


@blueprint.route("/gui-ho-so", methods=["GET", "POST"])
@asks_again
def check() -> ResponseReturnValue:
    """Show every answer; the button on it sends them."""
    if request.method == "POST":
        form = PageForm(request.form)
        if form.is_good():
            return _sent()
        return check_page(open_desk(), problems=form.problems())
    return check_page(open_desk(), problems={})


@blueprint.get("/bien-nhan")
def receipt() -> ResponseReturnValue:
    found = _receipt()
    if found is None:
        return redirect(url_for("parents.home"), code=303)
    return render_template(
        "parents/receipt.html",
        receipt=found,
        tag=status_tag(found.lines.status),
        steps=next_steps(found.window),
        qr=qr_picture(token=found.result_token, base_url=_base_url()),
        is_rehearsal=found.window.is_rehearsal,
    )


@blueprint.get("/bien-nhan.pdf")
def receipt_pdf() -> ResponseReturnValue:
    found = _receipt()
    if found is None:
        raise NotFound
    response = make_response(receipt_letter(found, base_url=_base_url()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{found.lines.code}.pdf"'
    return response


@blueprint.get("/thu-ket-qua.pdf")
def result_pdf() -> ResponseReturnValue:
    secrets: Secrets = current_app.extensions["enrol_adapters"].secrets
    found = result_letters.own_letter(actor=family(), secrets=secrets)
    response = make_response(result_letter(found))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{found.code}-KQ.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/rut-ho-so", methods=["GET", "POST"])
@asks_again
def withdraw() -> ResponseReturnValue:
    """Ask once more before taking a registration back."""
    at = open_desk()
    live = at.desk.live
    if live is None or not at.window.is_open:
        return redirect(url_for("parents.home"), code=303)
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = PageForm(request.form)
        if form.is_good():
            return _withdrawn(at, request.form.get("code", ""))
        problems = form.problems()
    return question_page("parents/withdraw.html", problems=problems, live=live, window=at.window)


def check_page(at: OpenDesk, *, problems: dict[str, str]) -> Response:
    """Return every answer with what may be done now, and with what is wrong."""
    return question_page(
        "parents/check.html",
        problems=problems,
        sections=all_sections(at),
        has_gaps=bool(at.gaps),
        is_of_age=is_of_age(at),
        doubts=doubts(at),
        window=at.window,
        live=at.desk.live,
        is_ticked=at.desk.submit_for_me,
        submission_key=at.desk.submission_key,
        is_rehearsal=at.window.is_rehearsal,
    )


def _sent() -> Response:
    """Send the draft: 303 to the receipt only after the database has committed.

    This is the one request that everybody makes in the opening minute: nothing is read here that
    the service does not need, and the service alone judges the window, inside its transaction.
    """
    try:
        registering.submit_registration(
            actor=family(),
            intake_id=request.form.get("intake_id", default=0, type=row_number),
            submission_key=_submission_key(),
            secrets=_secrets(),
        )
    except (registering.WindowNotOpen, registering.WindowOver) as refusal:
        return _outside(refusal)
    except (registering.Incomplete, registering.NotEligible):
        return make_response(redirect(url_for("sending.check"), code=303))
    except registering.PageIsOld:
        return check_page(open_desk(), problems={PAGE: _page_is_old()})
    return make_response(redirect(url_for("sending.receipt"), code=303))


def _outside(refusal: registering.WindowNotOpen | registering.WindowOver) -> Response:
    page = render_template(
        "parents/outside_window.html",
        window=refusal.window,
        is_over=isinstance(refusal, registering.WindowOver),
        live=preparing.open_desk(actor=family()).live,
    )
    return make_response(page, 409)


def _withdrawn(at: OpenDesk, code: str) -> Response:
    try:
        registering.withdraw_registration(actor=family(), intake_id=at.window.intake_id, code=code)
    except (registering.WindowNotOpen, registering.WindowOver):
        return make_response(redirect(url_for("parents.home"), code=303))
    return make_response(redirect(url_for("parents.home", withdrawn="1"), code=303))


def _page_is_old() -> str:
    return _(
        "This page was drawn before the last change, perhaps on another device."
        " Please check the answers below and press the button again."
    )


def _submission_key() -> UUID:
    try:
        return UUID(request.form.get("submission_key", ""))
    except ValueError:
        raise registering.PageIsOld from None


def _receipt() -> Receipt | None:
    try:
        return registering.receipt_of(actor=family(), secrets=_secrets())
    except NotFound:
        return None


def _secrets() -> Secrets:
    secrets: Secrets = current_app.extensions["enrol_adapters"].secrets
    return secrets


def _base_url() -> str:
    base_url: str = current_app.extensions["enrol_settings"].base_url
    return base_url.rstrip("/")
