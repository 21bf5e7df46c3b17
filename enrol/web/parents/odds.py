"""How a list would fare in rehearsal draws: counts, a warning when it is risky, what helps."""

from dataclasses import dataclass
from datetime import datetime

from enrol.core.intake import Phase, ShownPhase
from enrol.services import estimating
from enrol.services.estimating import FamilyEstimate
from enrol.services.preparing import Live, Window
from enrol.web.guards import family
from enrol.web.locale import named

RISKY_SHARE = 0.3
"""From this share of draws without any wish on, the page warns."""

_BEGUN = (ShownPhase.OPEN, ShownPhase.UNDER_REVIEW)
_NOT_FROZEN = (Phase.ANNOUNCED, Phase.OPEN)


@dataclass(frozen=True, slots=True)
class OddsView:
    """What the page shows; ``can_add`` when the intake and the zone leave room for more wishes."""

    in_zone: bool
    wishes: list[tuple[str, int]]
    left_over: int
    draws: int
    registrations: int
    taken_at: datetime
    is_risky: bool
    can_add: bool


def odds_view(*, window: Window, shown: ShownPhase, live: Live | None) -> OddsView | None:
    """Return the odds of a sent registration before closing, in one read; None when there are
    none.
    """
    if not is_awaited(window=window, shown=shown, live=live):
        return None
    found = estimating.estimate_of(actor=family(), intake_id=window.intake_id)
    return None if found is None else _view(found, window)


def is_awaited(*, window: Window, shown: ShownPhase, live: Live | None) -> bool:
    """Tell whether the registration is drawn for: the window has begun, nothing is frozen."""
    is_in_time = shown in _BEGUN and window.phase in _NOT_FROZEN
    return is_in_time and live is not None and live.status != "ineligible"


def _view(found: FamilyEstimate, window: Window) -> OddsView:
    return OddsView(
        in_zone=found.in_zone,
        wishes=[(named(wish), wish.count) for wish in found.wishes],
        left_over=found.left_over,
        draws=found.draws,
        registrations=found.registrations,
        taken_at=found.taken_at,
        is_risky=found.in_zone and found.left_over >= RISKY_SHARE * found.draws,
        can_add=window.is_open and len(found.wishes) < min(window.max_wishes, found.schools),
    )
