"""Every anticipated refusal and HTTP error as a calm page in the user's language: one table."""

from dataclasses import dataclass
from secrets import token_hex

import structlog
from flask import Flask, Response, make_response, redirect, render_template, request, session
from flask import url_for as address_of
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from enrol.services.refusals import AlreadyRegistered, NotFound, SignedOut, StoreBusy
from enrol.web.busy import busy_page
from enrol.web.locale import gettext as _

log = structlog.get_logger()

RETRY_AFTER_SECONDS = {429: "900"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the page says: what happened, what it means for the reader's data, what to do now."""

    title: str
    happened: str
    to_do: str


def register(app: Flask) -> None:
    """Answer refusals and errors with pages; what is not anticipated is logged and not hidden."""
    app.register_error_handler(NotFound, lambda _refusal: trouble_page(404))
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(AlreadyRegistered, lambda _refusal: trouble_page(409))
    app.register_error_handler(StoreBusy, lambda _refusal: busy_page())
    app.register_error_handler(CSRFError, _lost_token)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def trouble_page(status: int, *, reference: str = "") -> Response:
    """Return the page of an HTTP error, in the language of the request."""
    if status == 503:
        return busy_page()
    trouble = _troubles().get(status) or _troubles()[400 if status < 500 else 500]
    body = render_template("errors/error.html", trouble=trouble, reference=reference, again=None)
    response = make_response(body, status)
    if status in RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS[status]
    return response


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    response = trouble_page(error.code or 500)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    reference = token_hex(4).upper()
    log.error(
        "page_failed",
        request_id=reference,
        endpoint=request.endpoint,
        method=request.method,
        exc_info=error,
    )
    return trouble_page(500, reference=reference)


def _signed_out(_refusal: SignedOut) -> Response:
    session.clear()
    return make_response(redirect(address_of("entrance.sign_in", ended="1"), code=303))


def _lost_token(_error: CSRFError) -> Response:
    trouble = Trouble(
        title=_("Please press the button once more"),
        happened=_("The page had been open for a long time, so nothing was sent or changed."),
        to_do=_("Go back to the page, check it and press the button again."),
    )
    can_look_again = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    again = request.full_path if can_look_again else None
    body = render_template("errors/error.html", trouble=trouble, reference="", again=again)
    return make_response(body, 400)


def _troubles() -> dict[int, Trouble]:
    start_again = _("Go to the start page and follow the links from there.")
    return {
        400: Trouble(
            _("The page could not be read"),
            _("What your device sent was not complete. Nothing was changed."),
            _("Go back and try again."),
        ),
        403: Trouble(
            _("This page is not open to you"),
            _("The page belongs to somebody else, or you are not signed in."),
            start_again,
        ),
        404: Trouble(
            _("There is no such page"),
            _("The address may be mistyped, or the page may have moved."),
            start_again,
        ),
        405: Trouble(
            _("The page cannot be opened like this"),
            _("The address is reached only by a button on another page."),
            start_again,
        ),
        409: Trouble(
            _("This child is registered already"),
            _("Somebody in the family was a moment faster. The registration counts once."),
            _("Sign in with the pupil code to see its receipt."),
        ),
        413: Trouble(
            _("That was too large"),
            _("What you sent is larger than this page takes. Nothing was changed."),
            _("Send a smaller file or a shorter text."),
        ),
        429: Trouble(
            _("Too many attempts"),
            _("For your safety this code is resting for a few minutes. Your data is safe."),
            _("Wait fifteen minutes and try again. The hour of registration gives no priority."),
        ),
        500: Trouble(
            _("Something went wrong on our side"),
            _("It is not your mistake. What you saved before is kept."),
            _("Try again in a few minutes. If it happens again, call the helpline."),
        ),
    }
