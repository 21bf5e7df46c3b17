"""The words of reports of errors, alike for families and officers."""

from enrol.services.reporting_errors import FACTS
from enrol.web.locale import gettext as _


def error_word(fact: str) -> str:
    """Return what is said to be wrong."""
    return {
        "residence": _("Where our child lives or is registered"),
        "sibling": _("A brother or sister at the school"),
        "policy": _("A priority category"),
        "zone": _("The zone of our home"),
        "distance": _("The distance to a school"),
        "other": _("Another fact"),
    }[fact]


def papers_word(fact: str) -> str:
    """Return what a family should have at hand."""
    return {
        "residence": _(
            "Have at hand: a confirmation of residence, or the number of your household."
        ),
        "sibling": _("Have at hand: name and class of the brother or sister at the school."),
        "policy": _("Have at hand: the decision or certificate that shows the category."),
        "zone": _("Have at hand: your address with the residential group."),
        "distance": _("Have at hand: your exact address."),
        "other": _("Have at hand: a paper that shows what is right."),
    }[fact]


def error_choices() -> list[tuple[str, str, str]]:
    """Return what can be reported: value, words, what to have at hand."""
    return [(fact, error_word(fact), papers_word(fact)) for fact in FACTS]


def decision_tag(outcome: str | None, *, is_overdue: bool = False) -> tuple[str, str]:
    """Return the kind of tag and the word of where a report stands."""
    if outcome is None:
        return ("bad", _("Overdue")) if is_overdue else ("now", _("Being checked"))
    return {
        "corrected": ("good", _("Corrected")),
        "kept": ("plain", _("Stays as it is")),
    }[outcome]


def correction_word(reason: str) -> str:
    """Return why a fact was corrected, as it is published."""
    return {
        "residence": _("Residence"),
        "sibling": _("Brother or sister"),
        "policy": _("Priority category"),
        "zone": _("Zone"),
        "distance": _("Distance"),
        "office_mistake": _("A mistake of the office"),
    }[reason]
