"""The waiting room's door for those who already wait: their next look, without the rest of Flask.

In the opening minute most requests are looks at the waiting page. Such a look needs the signed
cookie, one question to Redis and a page drawn ahead; everything else (a language chosen, settings
to read anew, a turn that has come) goes the usual way, where ``door`` judges again.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flask import Flask
from itsdangerous import BadSignature
from werkzeug.http import parse_cookie

from enrol.config import Settings
from enrol.core.waiting import Standing
from enrol.services.admitting import Room
from enrol.web import door
from enrol.web.cookies import RENEWED_AFTER_SECONDS
from enrol.web.guards import FAMILY, family_required
from enrol.web.locale import DEFAULT, LANGUAGES
from enrol.web.security import protecting_headers
from enrol.web.waiting_page import kept_page, kind_of, waiting_headers

_PAGES = "/gia-dinh/"
_LANGUAGE = "lang"


class QuickDoor:
    """Answers the looks of those who wait and hands everything else on."""

    def __init__(self, app: Flask, *, settings: Settings) -> None:
        self._app = app
        self._next = app.wsgi_app
        self._headers = {
            "Content-Type": "text/html; charset=utf-8",
            **protecting_headers(settings=settings),
            "Vary": "Cookie",
        }
        guarded = {
            name for name, checks in app.before_request_funcs.items() if family_required in checks
        }
        self._open = tuple(
            rule.rule.partition("<")[0]
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith(_PAGES) and rule.endpoint.partition(".")[0] not in guarded
        )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request of WSGI."""
        path = environ.get("PATH_INFO", "")
        if (
            environ["REQUEST_METHOD"] == "GET"
            and path.startswith(_PAGES)
            and path.isascii()
            and not path.startswith(self._open)
            and not environ.get("QUERY_STRING")
        ):
            answer = self._answer(path, parse_cookie(environ.get("HTTP_COOKIE")))
            if answer is not None:
                body, headers = answer
                start_response("200 OK", [*headers.items(), ("Content-Length", str(len(body)))])
                return [body]
        return self._next(environ, start_response)

    def _answer(self, path: str, cookies: Any) -> tuple[bytes, dict[str, str]] | None:
        room: Room | None = self._app.extensions[door.NAME].fresh()
        if room is None or not room.is_on:
            return None
        waits = self._who_waits(room, cookies)
        if waits is None:
            return None
        child_id, since = waits
        waiting_room = self._app.extensions["enrol_adapters"].waiting_room
        standing: Standing = waiting_room.ask(
            intake_id=room.intake_id,
            child_id=child_id,
            per_minute=room.per_minute,
            opens_at=room.opens_at,
            since=since,
            is_inside=False,
        )
        language = cookies.get(_LANGUAGE, DEFAULT)
        drawn = kept_page(
            self._app,
            room=room,
            kind=kind_of(room, standing),
            language=language if language in LANGUAGES else DEFAULT,
        )
        if standing.is_inside or drawn is None:
            return None
        place = waiting_room.place_of(intake_id=room.intake_id, child_id=child_id)
        body, seconds = drawn.filled(standing=standing, again=quote(path), place=place)
        return body, {**self._headers, **waiting_headers(seconds=seconds)}

    def _who_waits(self, room: Room, cookies: Any) -> tuple[int, datetime] | None:
        """Return child and arrival of a session that is known to wait and needs no new cookie."""
        serializer = self._app.session_interface.get_signing_serializer(self._app)  # type: ignore[attr-defined]
        value = cookies.get(self._app.config["SESSION_COOKIE_NAME"])
        if serializer is None or not value:
            return None
        try:
            data = serializer.loads(value, max_age=RENEWED_AFTER_SECONDS)
        except BadSignature:
            return None
        family, note = data.get(FAMILY), data.get(door.NOTE)
        if not family or not note or note[:2] != [room.intake_id, door.WAITING]:
            return None
        return int(family[0]), datetime.fromtimestamp(note[2], UTC)


def register(app: Flask, *, settings: Settings) -> None:
    """Stand before the application; called when all else is on it."""
    app.wsgi_app = QuickDoor(app, settings=settings)  # type: ignore[method-assign]
