"""The buttons of an intake: a page that says what will happen, then the step itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.actors import Officer
from enrol.services import allocating, closing, drawing, overseeing
from enrol.services.overseeing import Overview, Step
from enrol.services.refusals import NotFound, Refusal
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.office.blueprint import blueprint
from enrol.web.office.consequences import consequences_of, done_word
from enrol.web.office.refusals import told
from enrol.web.staff import words
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page

Press = Callable[[Officer, int], object]


@dataclass(frozen=True, slots=True)
class StepPage:
    """What the page of a step says before the button is pressed."""

    step: Step
    consequences: Sequence[str]
    asks_early: bool


_ADDRESSES = {
    "cong-bo-dot": Step.ANNOUNCE,
    "mo": Step.OPEN,
    "dong": Step.CLOSE,
    "lay-lai-gia-tri": Step.TAKE_BACK,
    "xep-cho": Step.ALLOCATE,
}
ADDRESS_OF = {step: address for address, step in _ADDRESSES.items()} | {Step.CLOSE_EARLY: "dong"}


@blueprint.app_template_global()
def step_address(intake_id: int, step: Step) -> str:
    """Return where the page of a step is."""
    own = {
        Step.PROPOSE: "office.propose",
        Step.CONFIRM: "office.confirm",
        Step.NAME_VALUE: "office.name_value",
        Step.PUBLISH: "office.ask_publication",
        Step.AGREE: "office.confirm_publication",
        Step.HALT: "office.halt_publication",
    }
    if step in own:
        return url_for(own[step], intake_id=intake_id)
    return url_for("office.step", intake_id=intake_id, address=ADDRESS_OF[step])


@blueprint.route("/<int:intake_id>/buoc/<address>", methods=["GET", "POST"])
@asks_who_again
@asks_again
def step(intake_id: int, address: str) -> ResponseReturnValue:
    if address not in _ADDRESSES:
        raise NotFound
    view = overseeing.overview_of(actor=officer(), intake_id=intake_id)
    if not view.leads:
        raise NotFound
    wanted = _offered(_ADDRESSES[address], view)
    problems: dict[str, str] = {}
    form = PageForm(request.form)
    if wanted is not None and form.is_good():
        try:
            _press(wanted, intake_id=intake_id)
        except Refusal as refusal:
            problems = {"": told(refusal)}
        else:
            flash(done_word(wanted), "success")
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    return staff_page(
        "office/step.html",
        view=view,
        page=None
        if wanted is None
        else StepPage(
            step=wanted,
            consequences=consequences_of(wanted, view),
            asks_early=wanted is Step.CLOSE_EARLY,
        ),
        values=typed({}),
        problems=problems or form.problems(),
        words=words,
        is_rehearsal=view.intake.is_rehearsal,
    )


def _offered(wanted: Step, view: Overview) -> Step | None:
    """Return the step that this officer may take now under this address, or None."""
    if wanted is Step.CLOSE and Step.CLOSE_EARLY in view.steps:
        return Step.CLOSE_EARLY
    return wanted if wanted in view.steps else None


def _press(wanted: Step, *, intake_id: int) -> None:
    adapters = current_app.extensions["enrol_adapters"]
    actor = officer()
    match wanted:
        case Step.ANNOUNCE:
            closing.announce_intake(actor=actor, intake_id=intake_id, vault=adapters.vault)
        case Step.OPEN:
            closing.open_intake(actor=actor, intake_id=intake_id)
        case Step.CLOSE | Step.CLOSE_EARLY:
            is_early = request.form.get("early") == "yes"
            closing.close_intake(actor=actor, intake_id=intake_id, early=is_early)
        case Step.TAKE_BACK:
            drawing.take_back_proposal(actor=actor, intake_id=intake_id)
        case Step.ALLOCATE:
            allocating.start_allocation(actor=actor, intake_id=intake_id)
        case _:
            raise NotFound
