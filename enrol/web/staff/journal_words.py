"""What the journal's actions are called, and who acted."""

from collections.abc import Mapping

from enrol.web.locale import gettext as _


def action_word(action: str) -> str:
    """Return what an action is called; the code itself for one that has no words yet."""
    return _words().get(action, action)


def actor_word(label: str, names: Mapping[str, str]) -> str:
    """Return who acted: an officer by name, a family without one."""
    if label in names:
        return names[label]
    if label.startswith("family:"):
        return _("A family")
    return _("The system") if label.startswith("system") else label


def _words() -> dict[str, str]:
    return {
        "intake.announced": _("Intake announced"),
        "intake.opened": _("Registration opened"),
        "intake.closed": _("List closed and frozen"),
        "intake.allocated": _("All places allocated"),
        "draw.proposed": _("Public value recorded"),
        "draw.taken_back": _("Recorded value taken back"),
        "draw.confirmed": _("Public value confirmed, sealed number opened"),
        "draw.value_named": _("Another public value or date named"),
        "allocation.started": _("Allocation started"),
        "run.done": _("Zone allocated"),
        "seats.changed": _("Seats changed"),
        "file.read": _("A child's file read"),
        "wishes.read": _("List of first wishes read"),
        "roll.read": _("Roll read"),
        "registration.submitted": _("Registration submitted"),
        "registration.changed": _("Registration changed"),
        "registration.withdrawn": _("Registration withdrawn"),
        "result.published": _("Result published"),
    }
