"""The words of the review desks for what the services name in code."""

from enrol.core.decided import RESIDENCE_FACTS
from enrol.core.review import REASONS, Verdict
from enrol.web.documents import ineligible_words
from enrol.web.documents import shown_word as asked_word
from enrol.web.locale import gettext as _

__all__ = [
    "answer_word",
    "asked_word",
    "findings",
    "reason_word",
    "source_word",
    "urgency_tag",
    "verdict_word",
]

_OF_RESIDENCES = {
    "seen_in_vneid",
    "document_shown",
    "confirmed_by_police",
    "not_resident",
    "lives_elsewhere",
    "address_not_in_zone",
    "no_such_address",
    "document_not_valid",
    "mistake_by_family",
}
_OF_OTHERS = {
    "sibling_schools": {
        "document_shown",
        "known_to_school",
        "not_at_school",
        "mistake_by_family",
    },
    "policies": {
        "document_shown",
        "document_not_valid",
        "not_in_category",
        "mistake_by_family",
    },
}
_BACK = ("decided_by_mistake", "new_information")


def findings(fact: str, *, is_decided: bool) -> list[tuple[str, str]]:
    """Return what an officer may find about a fact: (verdict:reason, words)."""
    lawful = _OF_RESIDENCES if fact in RESIDENCE_FACTS else _OF_OTHERS[fact]
    offered = [
        (f"{verdict}:{reason}", f"{verdict_word(verdict)}: {reason_word(reason)}")
        for verdict in (Verdict.VERIFIED, Verdict.CONTRADICTED)
        for reason in REASONS[verdict]
        if reason in lawful
    ]
    if is_decided:
        offered += [
            (f"{Verdict.UNDONE}:{reason}", f"{verdict_word('undone')}: {reason_word(reason)}")
            for reason in _BACK
        ]
    return offered


def verdict_word(verdict: str) -> str:
    """Return what a verdict is called."""
    return {
        "verified": _("Right"),
        "contradicted": _("Not right"),
        "undone": _("Take the finding back"),
    }[verdict]


def reason_word(reason: str) -> str:
    """Return what a reason says; the code itself for one that has no words yet."""
    return _reasons().get(reason, reason)


def source_word(source: str) -> str:
    """Return where a finding comes from."""
    return {
        "officer": _("an officer"),
        "document": _("a document"),
        "residence_list": _("the police’s list of residence"),
        "registry": _("the residence registry"),
        "family": _("the family"),
    }.get(source, source)


def answer_word(answer: str | None) -> str:
    """Return how a request to a family ended."""
    return {
        None: _("Not answered yet"),
        "sent_anew": _("Answered: registration corrected"),
        "documents": _("Answered: documents uploaded"),
        "decided": _("Ended by the office"),
    }[answer]


def urgency_tag(urgency: str) -> tuple[str, str]:
    """Return the kind of tag and the word of a near or missed due date."""
    return {"overdue": ("bad", _("Overdue")), "soon": ("care", _("Due soon"))}[urgency]


def _reasons() -> dict[str, str]:
    return {
        "seen_in_vneid": _("seen in VNeID"),
        "document_shown": _("a document was shown"),
        "confirmed_by_police": _("confirmed by the ward police"),
        "known_to_school": _("known to the school"),
        "not_resident": _("not registered there"),
        "lives_elsewhere": _("lives elsewhere"),
        "address_not_in_zone": _("the address is not in the zone"),
        "no_such_address": _("there is no such address"),
        "document_not_valid": _("the document is not valid"),
        "not_at_school": _("the brother or sister is not at the school"),
        "not_in_category": _("does not belong to the category"),
        "mistake_by_family": _("stated by mistake"),
        "decided_by_mistake": _("decided by mistake"),
        "new_information": _("there is new information"),
        "changed_by_family": _("the family changed its answers"),
        **ineligible_words(),
        "address_in_other_zone": _("the address lies in the other zone"),
        "zone_chosen_by_mistake": _("the family chose the zone by mistake"),
        "group_moved": _("the residential group belongs to another zone now"),
    }
