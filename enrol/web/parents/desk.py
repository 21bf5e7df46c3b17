"""What every page behind the entrance begins with: the family's desk, and where to go next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Response, abort, make_response, redirect, render_template, url_for

from enrol.core.answers import Answers, Incompleteness, read_answers
from enrol.core.intake import ShownPhase, shown_phase
from enrol.services import preparing
from enrol.services.preparing import Desk, SchoolOption, Window, ZoneChoice
from enrol.web.guards import family
from enrol.web.parents.prefill import answers_so_far, from_register
from enrol.web.parents.wards import ward_places, zone_schools

PAGES = {
    "child": "questions.child",
    "permanent": "residences.permanent",
    "temporary": "residences.temporary",
    "current": "residences.current",
    "sibling": "questions.sibling",
    "contact": "questions.contact",
    "wishes": "questions.wishes",
}
"""The page of each question of ``core.answers.QUESTIONS``."""


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk at which answers may still be given: the intake is announced or open."""

    desk: Desk
    window: Window
    answers: Mapping[str, object]

    @property
    def gaps(self) -> tuple[Incompleteness, ...]:
        """The questions that still need an answer."""
        read = read_answers(self.answers)
        return () if isinstance(read, Answers) else read

    def part(self, question: str) -> Mapping[str, object]:
        """Return what is answered to one question, empty when nothing is."""
        found = self.answers.get(question)
        return found if isinstance(found, Mapping) else {}


def shown(window: Window) -> ShownPhase:
    """Return what families are told of an intake at the instant it was read."""
    return shown_phase(
        phase=window.phase,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        at=window.at,
    )


def open_desk() -> OpenDesk:
    """Return the family's desk, or leave for the home page when nothing may be answered now."""
    desk = preparing.open_desk(actor=family())
    window = desk.window
    if window is None or shown(window) not in (ShownPhase.ANNOUNCED, ShownPhase.OPEN):
        abort(redirect(url_for("parents.home"), code=303))
    return OpenDesk(desk, window, answers_so_far(desk))


def keep(at: OpenDesk, **answers: object) -> OpenDesk:
    """Save answers together with what the register answers of the untouched questions."""
    untouched = {
        question: answer
        for question, answer in from_register(at.desk).items()
        if question not in at.desk.answers
    }
    changed = {**untouched, **answers}
    preparing.save_answers(actor=family(), intake_id=at.window.intake_id, answers=changed)
    kept = replace(at.desk, answers={**at.desk.answers, **changed})
    return OpenDesk(kept, at.window, {**at.answers, **changed})


def go_on(at: OpenDesk) -> Response:
    """Return the way to the next question without an answer, or to the last look at all of them."""
    return make_response(redirect(next_address(at), code=303))


def next_address(at: OpenDesk) -> str:
    """Return the address of the next question without an answer, or of the last look."""
    gaps = at.gaps
    return url_for(PAGES[gaps[0].question] if gaps else "sending.check")


def zones_of(at: OpenDesk) -> list[ZoneChoice]:
    """Return the zones the family may register in."""
    return preparing.zone_choices(answers=at.desk.answers, ward_of=ward_places)


def schools_of(at: OpenDesk, zone_code: str) -> list[SchoolOption]:
    """Return the schools of a zone, the nearest first."""
    return preparing.school_options(
        desk=at.desk,
        answers=at.desk.answers,
        schools=zone_schools(intake_id=at.window.intake_id, zone_code=zone_code),
        ward_of=ward_places,
    )


def question_page(template: str, *, problems: Mapping[str, str], **values: object) -> Response:
    """Return a question's page: with status 422 when what was sent cannot be kept."""
    body = render_template(template, problems=problems, **values)
    return make_response(body, 422 if problems else 200)
