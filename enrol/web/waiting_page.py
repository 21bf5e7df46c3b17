"""The page of those who wait: drawn once a language and kind, then only numbers are put in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from random import random
from urllib.parse import quote

from babel.support import NullTranslations
from flask import Flask, Response, current_app, render_template, request, url_for
from markupsafe import escape

from enrol.core.actors import Family
from enrol.core.waiting import Standing, expected_wait, next_look
from enrol.services.admitting import Room
from enrol.web.locale import VIETNAM, messages, spoken

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
    place: str = "\ue005"


BLANKS = Blanks()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page with blanks, and what fills them without a request of Flask's."""

    text: str
    language: str
    messages: NullTranslations
    per_minute: int

    def filled(self, *, standing: Standing, again: str, place: str) -> tuple[bytes, int]:
        """Return the page for one family, and after how many seconds it looks again.

        ``again`` is the address without a query, or with one that does not name a language.
        """
        wait = None
        if standing.position is not None:
            wait = expected_wait(position=standing.position, per_minute=self.per_minute)
        page = self.text
        for blank, value in (
            (BLANKS.position, self._number(standing.position or 0)),
            (BLANKS.waiting, self._number(standing.waiting or 0)),
            (BLANKS.wait, self._words(wait)),
            (BLANKS.at, f"{standing.at.astimezone(VIETNAM):%H:%M:%S}"),
            (BLANKS.again, str(escape(again))),
            (BLANKS.place, place),
        ):
            page = page.replace(blank, value)
        rhythm = _LONG if self.per_minute == 0 else wait
        return page.encode(), next_look(wait=rhythm, jitter=random())  # noqa: S311

    def _number(self, number: int) -> str:
        grouped = f"{number:,}"
        return grouped.replace(",", ".") if self.language == "vi" else grouped

    def _words(self, wait: timedelta | None) -> str:
        if wait is None:
            return ""
        minutes = ceil(wait.total_seconds() / 60)
        ngettext = self.messages.ngettext
        if minutes <= 1:
            return str(self.messages.gettext("less than a minute"))
        if minutes < 120:
            words = ngettext("about %(num)s minute", "about %(num)s minutes", minutes)
            return str(words % {"num": minutes})
        hours = round(minutes / 60)
        return str(ngettext("about %(num)s hour", "about %(num)s hours", hours) % {"num": hours})


def kind_of(room: Room, standing: Standing) -> str:
    """Return which page fits: ``blind``, ``drawn``, ``paused`` or ``line``."""
    if standing.position is None:
        return "blind"
    if standing.is_being_drawn:
        return "drawn"
    return "paused" if room.per_minute == 0 else "line"


def kept_page(app: Flask, *, room: Room, kind: str, language: str) -> Drawn | None:
    """Return the page drawn before for these settings, or None."""
    pages: dict[object, Drawn] = app.extensions.setdefault(_NAME, {})
    return pages.get((language, kind, room))


def waiting_headers(*, seconds: int, address: str = "") -> Mapping[str, str]:
    """Return what makes a page a waiting page; with an address where it goes on from there."""
    return {
        "Refresh": f"{seconds}; url={address}" if address else str(seconds),
        "Cache-Control": "no-store",
        HEADER: "waiting",
    }


def waiting_page(*, room: Room, family: Family, standing: Standing) -> Response:
    """Return the waiting page with a ``Refresh`` of its own rhythm for every family."""
    kind = kind_of(room, standing)
    drawn = kept_page(current_app, room=room, kind=kind, language=spoken()) or _draw(room, kind)
    place = current_app.extensions["enrol_adapters"].waiting_room.place_of(
        intake_id=room.intake_id, child_id=family.child_id
    )
    again = quote(request.path) if request.method == "GET" else url_for("parents.home")
    body, seconds = drawn.filled(standing=standing, again=again, place=place)
    is_elsewhere = request.method != "GET" or bool(request.args)
    response = Response(body, mimetype="text/html")
    response.headers.update(waiting_headers(seconds=seconds, address=again if is_elsewhere else ""))
    return response


def _draw(room: Room, kind: str) -> Drawn:
    """Return the page with blanks, drawn at the first use and whenever the settings changed."""
    pages: dict[object, Drawn] = current_app.extensions.setdefault(_NAME, {})
    if len(pages) >= _MOST_KEPT:
        pages.clear()
    language = spoken()
    message = room.message_en if language == "en" and room.message_en else room.message
    text = render_template(
        "parents/waiting.html", room=room, kind=kind, blank=BLANKS, message=message
    )
    drawn = Drawn(text, language, messages(), room.per_minute)
    pages[(language, kind, room)] = drawn
    return drawn
