"""The words of staff pages for what the services name in code."""

from enrol.core.intake import Phase
from enrol.services.overseeing import Step
from enrol.services.second_officers import NotIndependent, TooNew
from enrol.web.locale import gettext as _
from enrol.web.locale import spoken


def either(vietnamese: str, english: str) -> str:
    """Return the name in the language of the page."""
    return english if spoken() == "en" and english else vietnamese


def phase_word(phase: Phase) -> str:
    """Return what an intake's phase is called."""
    return {
        Phase.DRAFT: _("Being planned"),
        Phase.ANNOUNCED: _("Announced"),
        Phase.OPEN: _("Open"),
        Phase.CLOSED: _("List closed"),
        Phase.DRAWN: _("Drawn"),
        Phase.ALLOCATED: _("Places allocated"),
        Phase.PROVISIONAL: _("Provisional result published"),
        Phase.FINAL: _("Final result published"),
        Phase.SETTLED: _("Finished"),
    }[phase]


def step_word(step: Step, publishes: str | None = None) -> str:
    """Return what the button of a step says; ``publishes`` names the results it is about."""
    if step is Step.PUBLISH and publishes == "final":
        return _("Ask for publication of the final result")
    return {
        Step.ANNOUNCE: _("Announce the intake"),
        Step.OPEN: _("Open registration"),
        Step.CLOSE: _("Close and freeze the list"),
        Step.CLOSE_EARLY: _("Close before the end"),
        Step.PROPOSE: _("Record the public value"),
        Step.NAME_VALUE: _("Name another public value or date"),
        Step.CONFIRM: _("Confirm the public value and draw"),
        Step.TAKE_BACK: _("Take the recorded value back"),
        Step.ALLOCATE: _("Start the allocation"),
        Step.PUBLISH: _("Ask for publication of the provisional result"),
        Step.AGREE: _("Confirm publication as the second officer"),
        Step.HALT: _("Halt the publication"),
    }[step]


def status_tag(status: str) -> tuple[str, str]:
    """Return the kind of tag and the word of a registration's status."""
    return {
        "submitted": ("plain", _("Received")),
        "verifying": ("now", _("Residence being verified")),
        "needs_info": ("care", _("More information needed")),
        "eligible": ("good", _("Eligible")),
        "ineligible": ("bad", _("Not eligible")),
        "withdrawn": ("plain", _("Withdrawn")),
    }[status]


def fact_word(name: str) -> str:
    """Return what a fact is called."""
    return {
        "permanent_in_zone": _("Permanent residence in the zone"),
        "temporary_in_zone": _("Temporary residence in the zone"),
        "current_in_zone": _("Lives in the zone now"),
        "sibling_schools": _("Brother or sister at the school"),
        "policies": _("Priority categories"),
    }[name]


def fact_tag(status: str) -> tuple[str, str]:
    """Return the kind of tag and the word of a fact's status."""
    return {
        "declared": ("plain", _("Declared")),
        "verified": ("good", _("Verified")),
        "contradicted": ("bad", _("Contradicted")),
    }[status]


def source_word(source: str) -> str:
    """Return where a fact or residence comes from."""
    return {"register": _("From the register"), "family": _("From the family")}.get(source, source)


def residence_word(kind: str) -> str:
    """Return what a kind of residence is called."""
    return {
        "permanent": _("Permanent residence"),
        "temporary": _("Temporary residence"),
        "current": _("Current place of stay"),
    }[kind]


def role_word(role: str) -> str:
    """Return what an officer's role is called."""
    return {
        "city_officer": _("City officer"),
        "ward_officer": _("Ward officer"),
        "school_officer": _("School officer"),
    }[role]


def run_tag(state: str) -> tuple[str, str]:
    """Return the kind of tag and the word of a run's state."""
    return {
        "pending": ("plain", _("Waiting")),
        "running": ("now", _("Running")),
        "done": ("good", _("Done")),
        "failed": ("bad", _("Failed")),
    }[state]


def second_officer_told(refusal: NotIndependent | TooNew) -> str:
    """Return why an officer's account is not that of a second officer."""
    if isinstance(refusal, TooNew):
        return _(
            "Your account was made after this was asked for, so it cannot approve it. Another"
            " officer has to."
        )
    return _(
        "You and the officer who asked count as one: one of you made the other’s account or gave"
        " it its last password. Another officer has to approve this."
    )
