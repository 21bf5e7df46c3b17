"""Everything that goes wrong, as ``application/problem+json`` (RFC 9457), in the caller's language:
one table.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex

import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, request

from enrol.services.refusals import NotFound, StoreBusy
from enrol.services.serving_partners import RightMissing, TokenRefused
from enrol.web.locale import gettext as _
from enrol.web.locale import spoken

log = structlog.get_logger()

PROBLEM = "application/problem+json"
_REALM = {"WWW-Authenticate": 'Bearer realm="enrol"'}
_BUSY_SECONDS = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind of problem: its name in the type's address, and its words."""

    name: str
    title: str
    detail: str


def register(api: APIFlask) -> None:
    """Answer every refusal and error with a problem."""
    api.error_processor(_http_error)
    api.register_error_handler(NotFound, lambda _refusal: problem(404))
    api.register_error_handler(TokenRefused, lambda _refusal: problem(401, headers=_REALM))
    api.register_error_handler(RightMissing, _right_missing)
    api.register_error_handler(StoreBusy, lambda _refusal: problem(503, headers=_BUSY_SECONDS))
    api.register_error_handler(Exception, _unforeseen)


def problem(
    status: int, *, headers: Mapping[str, str] | None = None, **besides: object
) -> Response:
    """Return a problem; ``besides`` are members of its own kind."""
    troubles = _troubles()
    trouble = troubles.get(status) or troubles[400 if status < 500 else 500]
    body = {
        "type": f"/doi-tac#{trouble.name}",
        "title": trouble.title,
        "status": status,
        "detail": trouble.detail,
        **besides,
    }
    said = json.dumps(body, ensure_ascii=False).encode() + b"\n"
    response = Response(said, status=status, content_type=PROBLEM)
    response.headers.update(headers or {})
    response.headers["Content-Language"] = spoken()
    response.headers["Cache-Control"] = "no-store"
    return response


def problem_words() -> dict[int, Trouble]:
    """Return the problems by status, in the language of the request."""
    return _troubles()


def _http_error(error: HTTPError) -> Response:
    kept = {name: str(value) for name, value in dict(error.headers).items() if name == "Allow"}
    if error.status_code == 422:
        wrong = sorted({name for of in dict(error.detail).values() for name in of})
        return problem(422, headers=kept, parameters=wrong)
    return problem(error.status_code, headers=kept)


def _right_missing(refusal: RightMissing) -> Response:
    # RFC 6750, 3.1: what the token would have to be good for.
    asks = {"WWW-Authenticate": f'{_REALM["WWW-Authenticate"]}, error="insufficient_scope"'}
    return problem(403, headers=asks, right=refusal.right.value)


def _unforeseen(error: Exception) -> Response:
    reference = token_hex(4).upper()
    log.error("api_failed", request_id=reference, endpoint=request.endpoint, exc_info=error)
    return problem(500, reference=reference)


def _troubles() -> dict[int, Trouble]:
    return {
        400: Trouble("unreadable", _("The request could not be read"), _("Nothing was changed.")),
        401: Trouble(
            "token",
            _("No valid token"),
            _("Send “Authorization: Bearer …” with a token that has not expired or been revoked."),
        ),
        403: Trouble(
            "right",
            _("The token is not for this"),
            _("Ask the education office for a token with the right named here."),
        ),
        404: Trouble(
            "not-found",
            _("There is nothing here for this token"),
            _("It does not exist, belongs to another unit, or is not published yet."),
        ),
        405: Trouble(
            "method",
            _("This address is only read"),
            _("Use one of the methods named in “Allow”."),
        ),
        422: Trouble(
            "parameters",
            _("A parameter is wrong"),
            _("Correct the parameters named here; the document of the interface describes them."),
        ),
        429: Trouble(
            "too-many",
            _("Too many requests with this token"),
            _("Wait as many seconds as “Retry-After” says."),
        ),
        500: Trouble(
            "failed",
            _("Something went wrong on our side"),
            _("Try again in a few minutes; if it happens again, tell the office the reference."),
        ),
        503: Trouble(
            "busy",
            _("The system is busy"),
            _("Nothing was lost. Try again after the seconds that “Retry-After” says."),
        ),
    }
