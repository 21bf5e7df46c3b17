"""How long a staff session lasts, and what its beginnings leave in the journal."""

import time
from datetime import timedelta
from typing import Any

from flask import Flask, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import (
    current_user,
    logout_user,
    password_changed,
    user_authenticated,
)

from enrol.core.actors import Officer
from enrol.services import signing_in_staff
from enrol.web.locale import gettext as _

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)

_SINCE = "staff_since"
_SEEN = "staff_seen"
_NOTED_EVERY_SECONDS = 60
"""The cookie is renewed once a minute at most, not with every page."""


def register(app: Flask) -> None:
    """Watch the account's own pages, and note sign-ins and new passwords."""
    app.before_request_funcs.setdefault("security", []).append(end_if_too_old)
    user_authenticated.connect(_begun, app)
    password_changed.connect(_password_chosen, app)


def end_if_too_old() -> ResponseReturnValue | None:
    """Sign out a session that was idle or lasted too long (``before_request`` of staff pages)."""
    if not has_begun() or not current_user.is_authenticated:
        return None
    now = time.time()
    idle = now - float(session.get(_SEEN, 0))
    whole = now - float(session.get(_SINCE, 0))
    if idle > IDLE.total_seconds() or whole > ABSOLUTE.total_seconds():
        logout_user()
        session.clear()
        flash(_("You were signed out because the session lasted too long. Please sign in again."))
        address = request.path if request.method == "GET" else None
        return redirect(url_for("security.login", next=address), code=303)
    if idle > _NOTED_EVERY_SECONDS:
        session[_SEEN] = now
    return None


def has_begun() -> bool:
    """Tell whether this session was begun by a sign-in that the limits know of."""
    return _SINCE in session and _SEEN in session


def signed_in_officer() -> Officer | None:
    """Return the signed-in officer with all scopes, or None."""
    if not current_user.is_authenticated:
        return None
    return signing_in_staff.officer_of(staff_id=int(current_user.id))


def _begun(_app: Flask, *, user: Any, authn_via: list[str] | None = None, **_more: Any) -> None:
    now = time.time()
    session[_SEEN] = now
    if authn_via == ["change"]:  # a new password continues the session
        return
    session[_SINCE] = now
    officer = signing_in_staff.officer_of(staff_id=int(user.id))
    if officer is not None:
        signing_in_staff.record_sign_in(officer=officer)


def _password_chosen(_app: Flask, *, user: Any, **_more: Any) -> None:
    # On the account's own record: Flask-Security commits it at the end of this request.
    user.must_change_password = False
    officer = signing_in_staff.officer_of(staff_id=int(user.id))
    if officer is not None:
        signing_in_staff.record_own_password(officer=officer)
