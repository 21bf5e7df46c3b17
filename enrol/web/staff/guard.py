"""Who is asking on the pages of offices and schools: a guard stands on the whole blueprint."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from enrol.core.actors import Officer
from enrol.services.refusals import NotFound
from enrol.web.locale import gettext as _
from enrol.web.staff.accounts import FRESH_FOR
from enrol.web.staff.sessions import end_if_too_old, has_begun, signed_in_officer

View = TypeVar("View", bound=Callable[..., Any])
Guard = Callable[[], ResponseReturnValue | None]

_CONFIRMED_AT = "fs_paa"
"""Where Flask-Security notes in the session when a password or passkey was last given."""


def officers_only(*roles: str) -> Guard:
    """Return a ``before_request`` that lets officers with one of these roles through.

    Who is not signed in goes to the sign-in page and comes back; who has another role finds no
    such page; who still uses an issued password chooses one first.
    """

    def guard() -> ResponseReturnValue | None:
        ended = end_if_too_old()
        if ended is not None:
            return ended
        officer = signed_in_officer() if has_begun() else None
        if officer is None:
            flash(_("Please sign in to open this page."))
            address = request.full_path if request.method == "GET" else request.path
            return redirect(url_for("security.login", next=address.rstrip("?")), code=303)
        if current_user.must_change_password:
            flash(_("Please choose a password of your own before you go on."))
            return redirect(url_for("security.change_password"), code=303)
        if roles and not any(officer.has_role(role) for role in roles):
            raise NotFound
        g.officer = officer
        return None

    return guard


def officer() -> Officer:
    """Return the officer that the guard let through."""
    actor: Officer = g.officer
    return actor


def confirmed_at() -> datetime:
    """Return when the officer last gave password or passkey in this session."""
    return datetime.fromtimestamp(float(session.get(_CONFIRMED_AT, 0)), tz=UTC)


def asks_who_again(view: View) -> View:
    """Mark a risky step: the officer confirms password or passkey when that was a while ago.

    The page that explains the step asks first, so what is typed on it is not lost in between.
    """

    @wraps(view)
    def asked(*arguments: Any, **names: Any) -> Any:
        confirmed_at = float(session.get(_CONFIRMED_AT, 0))
        if time.time() - confirmed_at <= FRESH_FOR.total_seconds():
            return view(*arguments, **names)
        return redirect(url_for("security.verify", next=request.path), code=303)

    return cast(View, asked)
