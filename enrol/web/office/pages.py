"""What the intake's page shows, worked out of the overview."""

from collections.abc import Mapping
from datetime import datetime

from enrol.core.intake import Phase
from enrol.services.overseeing import Overview
from enrol.web.locale import format_date, format_moment
from enrol.web.locale import gettext as _

_ORDER = tuple(Phase)


def timeline_of(view: Overview) -> list[Mapping[str, str]]:
    """Return the steps of an intake's life: done, now or next, each with its time."""
    intake, draw = view.intake, view.draw
    drawn_at = draw.confirmed_at if draw else None
    opens = _("Registration opens")
    closes = _("Registration ends")
    lines = (
        (_("Announced, secret number sealed"), Phase.ANNOUNCED, _at(intake.announced_at)),
        (opens, Phase.OPEN, format_moment(intake.opens_at)),
        (closes, Phase.CLOSED, format_moment(intake.closes_at)),
        (_("List frozen, fingerprint published"), Phase.CLOSED, _at(intake.frozen_at)),
        (
            _("Draw by public value"),
            Phase.DRAWN,
            _at(drawn_at) or format_date(intake.public_value_on),
        ),
        (_("Allocation of places"), Phase.ALLOCATED, ""),
        (
            _("Publication of the provisional result"),
            Phase.PROVISIONAL,
            _at(view.published.get("provisional")),
        ),
        (_("Publication of the final result"), Phase.FINAL, _at(view.published.get("final"))),
    )
    by_clock = {opens: intake.opens_at, closes: intake.closes_at}
    done = [_is_done(view, title, phase, by_clock) for title, phase, _when in lines]
    now = done.index(False) if False in done else len(done)
    return [
        {"title": title, "at": at, "state": _state(index, now=now, is_done=done[index])}
        for index, (title, _phase, at) in enumerate(lines)
    ]


def _is_done(view: Overview, title: str, phase: Phase, by_clock: Mapping[str, datetime]) -> bool:
    has_passed = _ORDER.index(view.intake.phase) >= _ORDER.index(phase)
    if view.intake.phase in (Phase.ANNOUNCED, Phase.OPEN) and title in by_clock:
        return view.at >= by_clock[title]
    return has_passed


def _state(index: int, *, now: int, is_done: bool) -> str:
    if is_done:
        return "done"
    return "now" if index == now else "next"


def _at(instant: datetime | None) -> str:
    return format_moment(instant) if instant else ""
