"""Who is asking: a guard stands on a whole blueprint, never on single routes."""

from flask import Blueprint, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from enrol.core.actors import Family
from enrol.web import door

FAMILY = "family"
"""The session's entry: the child's number and the version of the secret."""


def sign_in_as(family: Family) -> None:
    """Begin a fresh session for a family; nothing of an earlier session on this device stays."""
    session.clear()
    session.permanent = True
    session[FAMILY] = [family.child_id, family.secret_version]


def sign_out() -> None:
    """End the session on this device."""
    session.clear()


def signed_in_family() -> Family | None:
    """Return the family of this session, or None."""
    kept = session.get(FAMILY)
    return Family(child_id=kept[0], secret_version=kept[1]) if kept else None


def family_required() -> ResponseReturnValue | None:
    """Let only families through (``before_request`` of their blueprint), past the waiting room
    when it is on, and keep who it is.
    """
    family = signed_in_family()
    if family is None:
        ended = "1" if request.method == "POST" else None
        return redirect(url_for("entrance.sign_in", ended=ended), code=303)
    g.family = family
    return door.wait_or_enter(family)


def family() -> Family:
    """Return the family that the guard let through."""
    actor: Family = g.family
    return actor


def family_blueprint(name: str, import_name: str, *, url_prefix: str) -> Blueprint:
    """Return a blueprint whose every page needs a signed-in family."""
    blueprint = Blueprint(name, import_name, url_prefix=url_prefix)
    blueprint.before_request(family_required)
    return blueprint
