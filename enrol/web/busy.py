"""The page of a moment in which too many are here: what was typed comes back with it."""

from random import randint

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from enrol.web.locale import LANGUAGES

DRAWN = "enrol_busy_pages"
"""Where the web server finds the page for requests that no thread can take (adapters)."""

SOONEST, LATEST = 5, 20
MOST_BYTES = 64 * 1024
_NEVER_SENT_BACK = frozenset({"entrance", "security"})
"""Who signs in types again: a password stands on no page."""


def register(app: Flask) -> None:
    """Draw the page ahead in every language; called when all else is on the application."""
    drawn = {}
    for language in LANGUAGES:
        with app.test_request_context(query_string={"lang": language}):
            page = render_template("errors/busy.html", fields=None, is_drawn_ahead=True, address="")
        drawn[language] = page.encode()
    app.extensions[DRAWN] = drawn


def busy_page() -> Response:
    """Return 503 with ``Retry-After``: a page comes back by itself, a press of a button with all
    that was typed and a button that sends it again (which never counts twice).
    """
    seconds = randint(SOONEST, LATEST)  # noqa: S311 - so that a crowd does not return as one
    fields = _typed() if request.method == "POST" else None
    body = render_template(
        "errors/busy.html", fields=fields, is_drawn_ahead=False, address=request.path
    )
    response = make_response(body, 503)
    response.headers["Retry-After"] = str(seconds)
    if request.method == "GET":
        response.headers["Refresh"] = str(seconds)
    return response


def _typed() -> list[tuple[str, str]] | None:
    """Return what a form sent, None when it cannot or must not be put on a page."""
    try:
        sent = list(request.form.items(multi=True))
        has_files = bool(request.files)
    except HTTPException:
        return None
    too_long = sum(len(name) + len(value) for name, value in sent) > MOST_BYTES
    return None if has_files or too_long or request.blueprint in _NEVER_SENT_BACK else sent
