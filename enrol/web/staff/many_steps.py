"""What officers say for ticked files together: nothing, a finding, or a question to families."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import request

from enrol.core.decided import FACT_NAMES
from enrol.core.names import clean_text
from enrol.core.review import ASKED_FOR, Verdict
from enrol.services import reviewing_many
from enrol.services.asking_families import LONGEST_MESSAGE
from enrol.services.reviewing_many import ManyStep
from enrol.web.locale import gettext as _
from enrol.web.staff import review_words
from enrol.web.staff.guard import officer


@dataclass(frozen=True, slots=True)
class Said:
    """A step with what it needs; ``problems`` while that is not complete. ``is_first`` tells that
    nothing was asked yet, so nothing is wrong.
    """

    step: ManyStep
    fact: str = ""
    reason: str = ""
    asked_for: str = ""
    message: str = ""
    day: date | None = None
    is_first: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)

    def do(self, intake_id: int, files: Sequence[tuple[str, int]]) -> int:
        """Do the step for files as (code, version); returns for how many it was done."""
        if self.step is ManyStep.CONTRADICT:
            return reviewing_many.contradict_ticked(
                actor=officer(),
                intake_id=intake_id,
                files=files,
                fact=self.fact,
                reason=self.reason,
            )
        if self.step is ManyStep.ASK and self.day is not None:
            return reviewing_many.ask_ticked(
                actor=officer(),
                intake_id=intake_id,
                files=files,
                asked_for=self.asked_for,
                message=self.message,
                due_on=self.day,
            )
        return reviewing_many.do_for_ticked(
            actor=officer(), intake_id=intake_id, files=files, step=self.step
        )


def said_of(step: ManyStep) -> Said:
    """Return what was sent for a step."""
    if step is ManyStep.CONTRADICT:
        return _finding()
    return _question() if step is ManyStep.ASK else Said(step)


def day_told() -> str:
    """Return what is wrong with a day that families cannot be given."""
    return _("Choose a day from tomorrow on, within 30 working days")


def _finding() -> Said:
    fact, reason = request.form.get("fact", ""), request.form.get("reason", "")
    problems = {}
    if fact not in FACT_NAMES:
        problems["fact"] = _("Choose the fact that is not right")
    elif f"{Verdict.CONTRADICTED}:{reason}" not in {
        value for value, _words in review_words.findings(fact, is_decided=False)
    }:
        problems["reason"] = _("Choose a reason that fits this fact")
    return Said(
        ManyStep.CONTRADICT,
        fact=fact,
        reason=reason,
        is_first="gui" not in request.form,
        problems=problems,
    )


def _question() -> Said:
    asked_for = request.form.get("asked_for", "")
    message = clean_text(request.form.get("message", ""))
    problems = {}
    if asked_for not in ASKED_FOR:
        problems["asked_for"] = _("Choose what you ask for")
    if not message:
        problems["message"] = _("Write to the family what you need, in plain words")
    if len(message) > LONGEST_MESSAGE:
        problems["message"] = _("Please keep it under 600 characters")
    day = _day()
    if day is None:
        problems["on"] = _("Type the day until which the family may answer")
    return Said(
        ManyStep.ASK,
        asked_for=asked_for,
        message=message,
        day=day,
        is_first="gui" not in request.form,
        problems=problems,
    )


def _day() -> date | None:
    try:
        return date(
            *(int(request.form.get(f"on_{part}", "") or 0) for part in ("year", "month", "day"))
        )
    except (ValueError, OverflowError):
        return None
