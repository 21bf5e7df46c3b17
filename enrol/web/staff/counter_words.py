"""The words of the counter for what the services name in code."""

from enrol.core.eligibility import Refusal
from enrol.web.locale import gettext as _


def consent_word(consent: str) -> str:
    """Return how a family agreed."""
    return {
        "signed": _("The family has signed the paper form"),
        "spoken": _("The family has read the entries and agreed aloud"),
    }[consent]


def reason_word(reason: Refusal) -> str:
    """Return why a registration is not taken."""
    return {
        Refusal.BORN_TOO_LATE: _("The child is too young for this intake."),
        Refusal.BORN_TOO_EARLY: _("The child was born before the years of this intake."),
        Refusal.NO_WISH_GIVEN: _("Choose at least one school."),
        Refusal.TOO_MANY_WISHES_GIVEN: _("There are more schools than may be chosen."),
        Refusal.WISH_REPEATED: _("A school was chosen twice."),
        Refusal.WISH_OUTSIDE_ZONE: _("A school lies outside the zone."),
        Refusal.HOLDS_A_SEAT: _("The child holds a place of the first round."),
    }[reason]
