"""Where a registration stands: its status, the one timeline, and what is still to be answered."""

from dataclasses import dataclass

from flask import url_for

from enrol.core.answers import QUESTIONS
from enrol.core.intake import ShownPhase
from enrol.services.preparing import Live, Window
from enrol.web.locale import format_date, format_moment
from enrol.web.locale import gettext as _
from enrol.web.parents.desk import PAGES, OpenDesk

DONE, NOW, NEXT = "done", "now", "next"


@dataclass(frozen=True, slots=True)
class Task:
    """One question on the home page."""

    name: str
    address: str
    tag: tuple[str, str]


def question_names() -> dict[str, str]:
    """Return what each question is called."""
    return {
        "child": _("Your child"),
        "permanent": _("Permanent residence"),
        "temporary": _("Temporary residence"),
        "current": _("Where your child lives now"),
        "sibling": _("Brothers and sisters at school"),
        "contact": _("How to reach you"),
        "wishes": _("The schools you wish for"),
    }


def tasks(at: OpenDesk) -> list[Task]:
    """Return the questions with their state, in page order."""
    missing = {gap.question for gap in at.gaps}
    names = question_names()
    return [
        Task(names[question], url_for(PAGES[question]), _task_tag(at, question, missing))
        for question in QUESTIONS
    ]


def status_tag(status: str) -> tuple[str, str]:
    """Return the kind and the words of a registration's status."""
    return {
        "submitted": ("good", _("Received")),
        "verifying": ("now", _("Received, being checked")),
        "needs_info": ("care", _("Something is missing")),
        "eligible": ("good", _("Checked, in order")),
        "ineligible": ("bad", _("Not eligible")),
        "withdrawn": ("plain", _("Withdrawn")),
    }[status]


def steps(window: Window, shown: ShownPhase, live: Live | None) -> list[dict[str, str]]:
    """Return the one timeline of a registration: what happened, what comes, and what to do."""
    return [
        _received(window, live),
        _checked(shown, live),
        _drawn(window, shown),
        {
            "title": _("Provisional result"),
            "state": _since(shown, ShownPhase.PROVISIONAL),
            "text": _("You see the school, the reason, and how to object."),
        },
        {
            "title": _("Final result and your answer"),
            "state": _since(shown, ShownPhase.FINAL),
            "text": _("You accept or decline the place here."),
        },
    ]


def next_steps(window: Window) -> list[dict[str, str]]:
    """Return what follows after a registration was received, for the receipt."""
    return [
        {
            "title": _("Until registration closes you may change or withdraw"),
            "at": format_moment(window.closes_at),
            "state": NOW,
        },
        {
            "title": _("Draw with the public value"),
            "at": format_date(window.public_value_on),
            "state": NEXT,
        },
        {
            "title": _("Results, with the reason for every answer"),
            "text": _("The QR code below opens them, without signing in."),
            "state": NEXT,
        },
    ]


def _received(window: Window, live: Live | None) -> dict[str, str]:
    if live is None:
        days = f"{format_moment(window.opens_at)} – {format_moment(window.closes_at)}"
        return {"title": _("Send the registration"), "state": NEXT, "at": days}
    return {
        "title": _("Registration received"),
        "state": DONE,
        "at": format_moment(live.submitted_at),
    }


def _checked(shown: ShownPhase, live: Live | None) -> dict[str, str]:
    title = _("Details checked by the office")
    if shown in (ShownPhase.ANNOUNCED, ShownPhase.OPEN, ShownPhase.UNDER_REVIEW):
        if live is None:
            return {"title": title, "state": NEXT}
        if live.status == "submitted":
            agreed = _("Your details agree with the register.")
            return {"title": title, "state": DONE, "text": agreed}
        if live.status == "eligible":
            return {"title": title, "state": DONE, "text": _("Everything is in order.")}
        return {
            "title": title,
            "state": NOW,
            "text": _("The ward office compares your details with its records. You need not come."),
        }
    return {"title": title, "state": DONE}


def _drawn(window: Window, shown: ShownPhase) -> dict[str, str]:
    waiting = (ShownPhase.ANNOUNCED, ShownPhase.OPEN, ShownPhase.UNDER_REVIEW)
    return {
        "title": _("Draw and computation of the places"),
        "state": NEXT if shown in waiting else NOW if shown is ShownPhase.DRAWN else DONE,
        "at": format_date(window.public_value_on),
    }


_LATER = (ShownPhase.PROVISIONAL, ShownPhase.FINAL, ShownPhase.SETTLED)


def _since(shown: ShownPhase, phase: ShownPhase) -> str:
    if shown not in _LATER:
        return NEXT
    place, mine = _LATER.index(shown), _LATER.index(phase)
    return NEXT if place < mine else NOW if place == mine else DONE


def _task_tag(at: OpenDesk, question: str, missing: set[str]) -> tuple[str, str]:
    if question in missing:
        return ("plain", _("Not answered yet"))
    if question not in at.desk.answers:
        return ("now", _("From the register"))
    return ("good", _("Answered"))
