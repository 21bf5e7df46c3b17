"""Limits on guessing: counted per code under a keyed hash, never per address (whole networks share
one), and only when an attempt failed.

A limit on secrets refuses further wrong secrets and never the right one: the codes of the results
are public, and whoever knows a neighbour's code could otherwise shut that family out all day.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import cast

from flask import Response, current_app, request

from enrol.core.codes import normalise_code
from enrol.core.names import clean_text
from enrol.web.asking import View
from enrol.web.extensions import limiter

GUESSES = "10 per 15 minutes"
"""Generous for a tired parent at eleven at night, hopeless against 80 random bits."""

NEW_CODES = "5 per day"

_LONGEST = 200
_PHONE_DIGITS = 9
"""Of a Vietnamese number, without 0 or +84 before them."""


def keyed_by(field: str) -> Callable[[], str]:
    """Return the key function of a limit: the typed code, unreadable to whoever reads Redis."""

    def key() -> str:
        typed = _plain(request.form.get(field, ""), is_phone=field == "phone")
        secret = str(current_app.config["SECRET_KEY"]).encode()
        return hmac.digest(secret, f"{field}/{typed}".encode(), hashlib.sha256).hex()[:32]

    return key


def _plain(text: str, *, is_phone: bool) -> str:
    """Return what all spellings of a code or telephone number have in common.

    Letters and digits alone count: an invisible character, a dash or a country code must not give
    a guesser ten new guesses.
    """
    letters = "".join(letter for letter in clean_text(text[:_LONGEST]) if letter.isalnum())
    return letters[-_PHONE_DIGITS:] if is_phone else normalise_code(letters)


def _was_refused(response: Response) -> bool:
    is_guess = "lang" not in request.form
    return is_guess and response.status_code != 303


def wrong_secrets(field: str) -> Callable[[], None]:
    """Return what a view calls for each wrong secret: it aborts with 429 after too many.

    The view judges the secret first. That costs a flood of guesses one look-up each and gives it
    nothing: a secret has 80 random bits.
    """

    def count_one() -> None:
        return None

    # The limiter tells its limits apart by the name of what they guard.
    count_one.__qualname__ = f"wrong_secrets.{field}"
    limit = limiter.limit(GUESSES, key_func=keyed_by(field), methods=["POST"])
    return cast(Callable[[], None], limit(count_one))


def few_guesses(field: str) -> Callable[[View], View]:
    """Return a decorator that lets a code rest after too many wrong answers to an easy question."""
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
