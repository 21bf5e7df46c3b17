"""The steps that officers take with one file: what each page says, asks for and does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import request

from enrol.core.decided import FACT_NAMES
from enrol.core.names import clean_text
from enrol.core.review import ASKED_FOR, INELIGIBLE_REASONS, TRANSFER_REASONS, Verdict
from enrol.services import due_letters, reviewing, transferring, verifying
from enrol.services.inspecting import ChildFile
from enrol.services.refusals import NotFound
from enrol.services.reviewing import History
from enrol.services.verifying import Finding
from enrol.web.locale import gettext as _
from enrol.web.staff import review_words, words
from enrol.web.staff.guard import officer

LONGEST = 300
LONGEST_MESSAGE = 600


@dataclass(frozen=True, slots=True)
class Step:
    """What a step's page shows, and what its button does with what was typed."""

    title: str
    tells: tuple[str, ...]
    button: str
    kind: str
    do: Callable[[], None]
    problems: Callable[[], dict[str, str]] = dict
    done: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, object] = field(default_factory=dict)


def _version(file: ChildFile) -> int:
    """Return the submission that the officer has read: the one the page was drawn for."""
    sent = request.form.get("version", "")
    return int(sent) if sent.isdigit() and len(sent) <= 4 else file.version


def _text(name: str) -> str:
    return clean_text(request.form.get(name, ""))


def _day() -> date | None:
    try:
        return date(
            *(int(request.form.get(f"on_{part}", "") or 0) for part in ("year", "month", "day"))
        )
    except (ValueError, OverflowError):
        return None


def _day_kept(day: date) -> dict[str, object]:
    return {"on_day": day.day, "on_month": day.month, "on_year": day.year}


def _decide(file: ChildFile, history: History) -> Step:
    fact = request.values.get("fact", "")
    if fact not in FACT_NAMES or fact not in {one.name for one in file.facts}:
        raise NotFound
    offered = review_words.findings(fact, is_decided=history.last_decided(fact) is not None)
    lawful = {value for value, _words in offered}

    def problems() -> dict[str, str]:
        if request.form.get("finding") not in lawful:
            return {"finding": _("Choose what you found")}
        return {"note": _("Please keep it under 300 characters")} if _is_long("note") else {}

    def do() -> None:
        verdict, _sign, reason = request.form["finding"].partition(":")
        found = Finding(fact, Verdict(verdict), reason, note=_text("note"))
        verifying.decide_facts(
            actor=officer(), code=file.code, version=_version(file), findings=[found]
        )

    return Step(
        title=words.fact_word(fact),
        tells=(
            _("A fact that is not right no longer counts for the child’s priority."),
            _("What the family stated stays in the file beside your finding."),
        ),
        button=_("Record what I found"),
        kind="decide",
        do=do,
        problems=problems,
        values={"fact": fact, "offered": offered},
    )


def _ask(file: ChildFile, history: History) -> Step:
    def problems() -> dict[str, str]:
        found = {}
        if request.form.get("asked_for") not in ASKED_FOR:
            found["asked_for"] = _("Choose what you ask for")
        if not _text("message"):
            found["message"] = _("Write to the family what you need, in plain words")
        if len(_text("message")) > LONGEST_MESSAGE:
            found["message"] = _("Please keep it under 600 characters")
        if _day() is None:
            found["on"] = _("Type the day until which the family may answer")
        return found

    def do() -> None:
        reviewing.ask_family(
            actor=officer(),
            code=file.code,
            version=_version(file),
            asked_for=request.form["asked_for"],
            message=_text("message"),
            due_on=_day() or history.today,
        )

    return Step(
        title=_("Ask the family for information"),
        tells=(
            _(
                "The family reads your words on its page and can correct its registration there,"
                " while registration is open, or upload a photo or PDF."
            ),
            _("The file then waits for the family; it comes back to you as soon as it answers."),
        ),
        button=_("Ask the family"),
        kind="ask",
        do=do,
        problems=problems,
        values={"options": [(one, review_words.asked_word(one)) for one in ASKED_FOR]},
    )


def _accept(file: ChildFile, _history: History) -> Step:
    return Step(
        title=_("Accept the file"),
        tells=(
            _(
                "The file is marked eligible. It takes part in the draw with the facts as they"
                " stand now; what is not right does not count."
            ),
        ),
        button=_("Accept this file"),
        kind="plain",
        do=lambda: reviewing.accept_file(actor=officer(), code=file.code, version=_version(file)),
    )


def _refuse(file: ChildFile, _history: History) -> Step:
    def problems() -> dict[str, str]:
        if request.form.get("reason") not in INELIGIBLE_REASONS:
            return {"reason": _("Choose the reason")}
        return {"note": _("Please keep it under 300 characters")} if _is_long("note") else {}

    return Step(
        title=_("Mark the file not eligible"),
        tells=(
            _("The registration will not stand in the frozen list and takes no part in the draw."),
            _("The family reads the reason on its page, and whom to turn to."),
        ),
        button=_("Mark as not eligible"),
        kind="refuse",
        do=lambda: reviewing.refuse_file(
            actor=officer(),
            code=file.code,
            version=_version(file),
            reason=request.form["reason"],
            note=_text("note"),
        ),
        problems=problems,
        values={"options": [(one, review_words.reason_word(one)) for one in INELIGIBLE_REASONS]},
    )


def _reopen(file: ChildFile, _history: History) -> Step:
    return Step(
        title=_("Look at the file again"),
        tells=(_("The file is being verified once more. What was found stays."),),
        button=_("Look at it again"),
        kind="plain",
        do=lambda: reviewing.take_up_again(actor=officer(), code=file.code, version=_version(file)),
    )


def _move(file: ChildFile, _history: History) -> Step:
    zones = transferring.zones_to_choose(actor=officer(), code=file.code)
    asked = request.values.get("zone", "")
    move = None
    if asked in {zone.code for zone in zones}:
        try:
            move = transferring.preview(actor=officer(), code=file.code, zone=asked)
        except transferring.NoSuchZone:
            move = None

    def problems() -> dict[str, str]:
        if move is None:
            return {"zone": _("Choose another zone of this intake that has schools")}
        if request.form.get("reason") not in TRANSFER_REASONS:
            return {"reason": _("Choose the reason")}
        return {}

    return Step(
        title=_("Move the file to the right zone"),
        tells=(
            _(
                "What the family sent, its code and its receipt stay. The ward of the new zone is"
                " then in charge, and verifies the residences anew."
            ),
        ),
        button=_("Move the file"),
        kind="move",
        do=lambda: transferring.move_file(
            actor=officer(),
            code=file.code,
            version=_version(file),
            zone=asked,
            reason=request.form["reason"],
        ),
        problems=problems,
        values={
            "zones": zones,
            "move": move,
            "options": [(one, review_words.reason_word(one)) for one in TRANSFER_REASONS],
        },
        kept={"zone": asked},
    )


def _postpone(file: ChildFile, history: History) -> Step:
    proposed = due_letters.proposed_date(actor=officer(), code=file.code)

    def problems() -> dict[str, str]:
        found = {}
        if _day() is None:
            found["on"] = _("Choose a working day after the present due date")
        if not _text("reason"):
            found["reason"] = _("Give the reason: it stands in the letter")
        if len(_text("reason")) > LONGEST:
            found["reason"] = _("Please keep it under 300 characters")
        return found

    return Step(
        title=_("Apologise and name a new date"),
        tells=(
            _(
                "The law asks for a letter of apology with reason and new date one working day"
                " before the due date at the latest, and allows it once for a file."
            ),
            _("The family reads both on its page; the letter can be printed here."),
        ),
        button=_("Apologise and postpone"),
        kind="postpone",
        do=lambda: due_letters.postpone(
            actor=officer(),
            code=file.code,
            version=_version(file),
            new_due_on=_day() or history.today,
            reason=_text("reason"),
        ),
        problems=problems,
        kept=_day_kept(proposed),
    )


def _is_long(name: str) -> bool:
    return len(_text(name)) > LONGEST


STEPS: dict[str, Callable[[ChildFile, History], Step]] = {
    "su-that": _decide,
    "hoi": _ask,
    "nhan": _accept,
    "tu-choi": _refuse,
    "xem-lai": _reopen,
    "chuyen-tuyen": _move,
    "hen-lai": _postpone,
}
