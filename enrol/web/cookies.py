"""The session in a signed cookie, signed again only when something in it changed or it is an hour
old, and the form's token that goes with it.
"""

import time
from functools import cached_property, lru_cache

from flask import Flask, Request, Response, session
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
    session_json_serializer,
)
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer

RENEWED_AFTER_SECONDS = 3600
"""A session in use is signed anew so often: idle for twelve hours means eleven at the least."""

MOST_CHECKED = 20_000
"""Cookies of which one process remembers that the signature was good."""

_TOKEN = "csrf_token"  # noqa: S105 - the name of an entry


class SignedSession(SecureCookieSession):
    """A session that knows when its cookie was signed (seconds since 1970)."""

    signed_at: float = 0.0


class CalmSessions(SecureCookieSessionInterface):
    """Flask's signed cookies with one serializer for all requests, and fewer new cookies."""

    session_class = SignedSession

    def __init__(self, app: Flask) -> None:
        self._app = app
        # The same cookie comes with every page: its signature is checked once, its age every time.
        self._checked = lru_cache(maxsize=MOST_CHECKED)(self._read)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the serializer; the keys are read once, when the first request comes."""
        return self._kept if app is self._app else super().get_signing_serializer(app)

    @cached_property
    def _kept(self) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(self._app)

    def open_session(self, app: Flask, request: Request) -> SignedSession | None:
        """Return the cookie's session; an empty one when it is missing, too old or not ours."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        value = request.cookies.get(self.get_cookie_name(app))
        if not value:
            return SignedSession()
        try:
            text, signed_at = self._checked(value)
        except BadSignature:
            return SignedSession()
        if time.time() - signed_at > app.permanent_session_lifetime.total_seconds():
            return SignedSession()
        found = SignedSession(session_json_serializer.loads(text))
        found.signed_at = signed_at
        return found

    def _read(self, value: str) -> tuple[str, float]:
        assert self._kept is not None  # noqa: S101 - asked before
        data, signed_at = self._kept.loads(value, return_timestamp=True)
        return session_json_serializer.dumps(data), signed_at.timestamp()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Sign the session anew when it is time, but never on an answer that others may be given.

        A shared cache keeps a public answer with its ``Set-Cookie`` (RFC 9111, 7.3): what only
        grows old waits for a private page, what was changed makes the answer private.
        """
        if response.cache_control.public and not session.modified:
            if session.accessed:
                response.vary.add("Cookie")
            return
        super().save_session(app, session, response)
        if "Set-Cookie" in response.headers:
            response.headers["Cache-Control"] = "no-store"

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Tell whether the cookie has to be signed anew."""
        if session.modified or not isinstance(session, SignedSession):
            return super().should_set_cookie(app, session)
        return session.permanent and time.time() - session.signed_at > RENEWED_AFTER_SECONDS


def form_token() -> str:
    """Return the token of this session's forms, signed once a session and process.

    It lasts as long as the session (no time limit is set), so that its own date says nothing.
    """
    raw = session.get(_TOKEN)
    if raw is None:
        return str(generate_csrf())
    return _signed(raw)


@lru_cache(maxsize=MOST_CHECKED)
def _signed(raw: str) -> str:
    del raw  # what generate_csrf signs: the entry of this request's session
    return str(generate_csrf())


def register(app: Flask) -> None:
    """Keep sessions so, and give templates and macros the token; after Flask-WTF gave its own."""
    app.session_interface = CalmSessions(app)
    app.jinja_env.globals["csrf_token"] = form_token
    app.context_processor(lambda: {"csrf_token": form_token})
