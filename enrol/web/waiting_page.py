"""The page of those who wait: drawn once a language and kind, then only numbers are put in."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from random import random

from flask import Response, current_app, render_template, request, url_for
from markupsafe import escape

from enrol.core.actors import Family
from enrol.core.waiting import Standing, expected_wait, next_look
from enrol.services.admitting import Room
from enrol.web.locale import VIETNAM, address_in, format_number, ngettext, spoken
from enrol.web.locale import gettext as _

HEADER = "X-Enrol-Room"
"""Tells proxies and load tests that the answer is the waiting page, which is a page like any."""

_NAME = "enrol_waiting_pages"
_MOST_KEPT = 32
_LONG = timedelta(hours=1)
"""As the wait of those whom nobody lets in for the moment."""


@dataclass(frozen=True, slots=True)
class Blanks:
    """What is put into a drawn page: letters for private use, which no text of ours contains."""

    position: str = "\ue000"
    waiting: str = "\ue001"
    wait: str = "\ue002"
    at: str = "\ue003"
    again: str = "\ue004"
    other_language: str = "\ue005"
    place: str = "\ue006"


BLANKS = Blanks()


def waiting_page(*, room: Room, family: Family, standing: Standing) -> Response:
    """Return the waiting page with a ``Refresh`` of its own rhythm for every family."""
    wait = None
    if standing.position is not None:
        wait = expected_wait(position=standing.position, per_minute=room.per_minute)
    other = "en" if spoken() == "vi" else "vi"
    again = request.full_path.rstrip("?") if request.method == "GET" else url_for("parents.home")
    place = current_app.extensions["enrol_adapters"].waiting_room.place_of(
        intake_id=room.intake_id, child_id=family.child_id
    )
    page = _drawn(room, kind=_kind(room, standing))
    for blank, value in (
        (BLANKS.position, format_number(standing.position or 0)),
        (BLANKS.waiting, format_number(standing.waiting or 0)),
        (BLANKS.wait, _words(wait.total_seconds()) if wait is not None else ""),
        (BLANKS.at, f"{standing.at.astimezone(VIETNAM):%H:%M:%S}"),
        (BLANKS.again, str(escape(again))),
        (BLANKS.other_language, str(escape(_in_language(other)))),
        (BLANKS.place, place),
    ):
        page = page.replace(blank, value)
    response = Response(page, mimetype="text/html")
    rhythm = _LONG if room.per_minute == 0 else wait
    seconds = next_look(wait=rhythm, jitter=random())  # noqa: S311
    target = "" if request.method == "GET" else f"; url={again}"
    response.headers["Refresh"] = f"{seconds}{target}"
    response.headers["Cache-Control"] = "no-store"
    response.headers[HEADER] = "waiting"
    return response


def _drawn(room: Room, *, kind: str) -> str:
    """Return the page with blanks, drawn at the first use and whenever the settings changed."""
    pages: dict[object, str] = current_app.extensions.setdefault(_NAME, {})
    language = spoken()
    key = (language, kind, room)
    page = pages.get(key)
    if page is None:
        if len(pages) >= _MOST_KEPT:
            pages.clear()
        message = room.message_en if language == "en" and room.message_en else room.message
        page = render_template(
            "parents/waiting.html", room=room, kind=kind, blank=BLANKS, message=message
        )
        pages[key] = page
    return page


def _kind(room: Room, standing: Standing) -> str:
    if standing.position is None:
        return "blind"
    if standing.is_being_drawn:
        return "drawn"
    return "paused" if room.per_minute == 0 else "line"


def _words(seconds: float) -> str:
    minutes = ceil(seconds / 60)
    if minutes <= 1:
        return _("less than a minute")
    if minutes < 120:
        return ngettext("about %(num)s minute", "about %(num)s minutes", minutes)
    hours = round(minutes / 60)
    return ngettext("about %(num)s hour", "about %(num)s hours", hours)


def _in_language(language: str) -> str:
    if request.method == "GET":
        return address_in(language)
    return f"{url_for('parents.home')}?lang={language}"
