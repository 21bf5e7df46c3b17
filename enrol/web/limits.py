"""Limits on guessing: counted per code under a keyed hash, never per address (whole networks share
one), and only when an attempt failed.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import cast

from flask import Response, current_app, request

from enrol.core.codes import normalise_code
from enrol.web.asking import View
from enrol.web.extensions import limiter

GUESSES = "10 per 15 minutes"
"""Generous for a tired parent at eleven at night, hopeless against 80 random bits."""

NEW_CODES = "5 per day"


def keyed_by(field: str) -> Callable[[], str]:
    """Return the key function of a limit: the typed code, unreadable to whoever reads Redis."""

    def key() -> str:
        typed = normalise_code(request.form.get(field, ""))
        secret = str(current_app.config["SECRET_KEY"]).encode()
        return hmac.digest(secret, f"{field}/{typed}".encode(), hashlib.sha256).hex()[:32]

    return key


def _was_refused(response: Response) -> bool:
    is_guess = "lang" not in request.form
    return is_guess and response.status_code != 303


def few_guesses(field: str) -> Callable[[View], View]:
    """Return a decorator that lets a code rest after too many wrong secrets."""
    limit = limiter.limit(
        GUESSES, key_func=keyed_by(field), methods=["POST"], deduct_when=_was_refused
    )
    return cast(Callable[[View], View], limit)


def few_codes(field: str) -> Callable[[View], View]:
    """Return a decorator that lets one telephone number ask for a few new codes a day."""
    limit = limiter.limit(
        NEW_CODES, key_func=keyed_by(field), methods=["POST"], deduct_when=_was_granted
    )
    return cast(Callable[[View], View], limit)


def _was_granted(response: Response) -> bool:
    return response.status_code == 303
