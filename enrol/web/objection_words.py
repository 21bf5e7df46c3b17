"""The words of objections, alike for families and officers."""

from enrol.core.objections import GROUNDS
from enrol.web.locale import gettext as _


def ground_word(ground: str) -> str:
    """Return what an objection is about."""
    return {
        "facts": _("A fact about my child is wrong"),
        "zone": _("Our home belongs to another zone"),
        "order": _("The group, the number or the order is wrong"),
        "seats": _("The places of a school are wrong"),
        "procedure": _("Something was not done by the rules"),
        "other": _("Something else"),
    }[ground]


def ground_choices() -> list[tuple[str, str, str]]:
    """Return what a family may choose from: value, words, example."""
    examples = {
        "facts": _("For example residence, a brother or sister at the school, a priority category"),
        "zone": _("For example the residential group was assigned to the wrong school"),
        "order": _("For example another child should have come after yours"),
        "seats": _("For example a school has more places than it gave"),
        "procedure": _("For example a document was handed in and not looked at"),
        "other": "",
    }
    return [(ground, ground_word(ground), examples[ground]) for ground in GROUNDS]


def outcome_tag(outcome: str | None, *, is_overdue: bool = False) -> tuple[str, str]:
    """Return the kind of tag and the word of where an objection stands."""
    if outcome is None:
        return ("bad", _("Overdue")) if is_overdue else ("now", _("Waits for an answer"))
    return {
        "upheld": ("good", _("Upheld")),
        "rejected": ("plain", _("Not upheld")),
        "withdrawn": ("plain", _("Taken back")),
    }[outcome]
