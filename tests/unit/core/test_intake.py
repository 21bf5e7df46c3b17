import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest

from enrol.core import intake
from enrol.core.intake import Closure, Phase, ShownPhase, WindowClosed

OPENS = datetime(2026, 7, 1, 0, 0, tzinfo=timezone(timedelta(hours=7)))
CLOSES = datetime(2026, 7, 4, 0, 0, tzinfo=timezone(timedelta(hours=7)))
INSTANT = timedelta(microseconds=1)
WINDOW = {"opens_at": OPENS, "closes_at": CLOSES}


def test_the_lawful_way_is_the_order_of_the_phases():
    phases = list(Phase)

    for current, target in itertools.pairwise(phases):
        assert intake.can_move(current, target)


def test_no_phase_stands_still_goes_back_or_skips_the_draw():
    phases = list(Phase)
    lawful = {
        (current, target)
        for current in phases
        for target in phases
        if intake.can_move(current, target)
    }

    assert all(phases.index(current) < phases.index(target) for current, target in lawful)
    skipping = {(a, b) for a, b in lawful if phases.index(b) - phases.index(a) > 1}
    assert skipping == {(Phase.ANNOUNCED, Phase.CLOSED)}


@pytest.mark.parametrize("phase", [Phase.ANNOUNCED, Phase.OPEN])
def test_the_window_is_half_open_and_needs_no_button(phase):
    assert not intake.is_open(phase=phase, at=OPENS - INSTANT, **WINDOW)
    assert intake.is_open(phase=phase, at=OPENS, **WINDOW)
    assert intake.is_open(phase=phase, at=CLOSES - INSTANT, **WINDOW)
    assert not intake.is_open(phase=phase, at=CLOSES, **WINDOW)


def test_no_other_phase_is_ever_open():
    for phase in set(Phase) - {Phase.ANNOUNCED, Phase.OPEN}:
        assert not intake.is_open(phase=phase, at=OPENS, **WINDOW)


def test_an_instant_in_another_zone_is_the_same_instant():
    assert intake.is_open(phase=Phase.OPEN, at=OPENS.astimezone(UTC), **WINDOW)


def test_the_refusal_says_not_yet_or_over_with_the_instants():
    def refusal(phase, at):
        return intake.window_refusal(phase=phase, at=at, **WINDOW)

    assert refusal(Phase.ANNOUNCED, OPENS - INSTANT) == WindowClosed(Closure.NOT_YET, OPENS, CLOSES)
    assert refusal(Phase.OPEN, OPENS) is None
    assert refusal(Phase.OPEN, CLOSES) == WindowClosed(Closure.OVER, OPENS, CLOSES)
    assert refusal(Phase.CLOSED, OPENS) == WindowClosed(Closure.OVER, OPENS, CLOSES)
    assert refusal(Phase.DRAFT, OPENS) == WindowClosed(Closure.NOT_YET, OPENS, CLOSES)


@pytest.mark.parametrize(
    ("phase", "at", "shown"),
    [
        (Phase.DRAFT, OPENS, ShownPhase.HIDDEN),
        (Phase.ANNOUNCED, OPENS - INSTANT, ShownPhase.ANNOUNCED),
        (Phase.OPEN, OPENS - INSTANT, ShownPhase.ANNOUNCED),
        (Phase.ANNOUNCED, OPENS, ShownPhase.OPEN),
        (Phase.OPEN, CLOSES - INSTANT, ShownPhase.OPEN),
        (Phase.ANNOUNCED, CLOSES, ShownPhase.UNDER_REVIEW),
        (Phase.OPEN, CLOSES, ShownPhase.UNDER_REVIEW),
        (Phase.CLOSED, CLOSES, ShownPhase.UNDER_REVIEW),
        (Phase.DRAWN, CLOSES, ShownPhase.DRAWN),
        (Phase.ALLOCATED, CLOSES, ShownPhase.DRAWN),
        (Phase.PROVISIONAL, CLOSES, ShownPhase.PROVISIONAL),
        (Phase.FINAL, CLOSES, ShownPhase.FINAL),
        (Phase.SETTLED, CLOSES, ShownPhase.SETTLED),
    ],
)
def test_the_public_is_told_what_holds_at_the_instant(phase, at, shown):
    assert intake.shown_phase(phase=phase, at=at, **WINDOW) is shown


def test_what_is_shown_as_open_is_open():
    for phase in Phase:
        for at in (OPENS - INSTANT, OPENS, CLOSES - INSTANT, CLOSES):
            shown = intake.shown_phase(phase=phase, at=at, **WINDOW)

            assert (shown is ShownPhase.OPEN) == intake.is_open(phase=phase, at=at, **WINDOW)


def test_a_list_is_frozen_only_after_the_window():
    assert not intake.can_close(phase=Phase.OPEN, closes_at=CLOSES, at=CLOSES - INSTANT)
    assert intake.can_close(phase=Phase.OPEN, closes_at=CLOSES, at=CLOSES)
    assert intake.can_close(phase=Phase.ANNOUNCED, closes_at=CLOSES, at=CLOSES)
    assert not intake.can_close(phase=Phase.CLOSED, closes_at=CLOSES, at=CLOSES)


def test_phases_read_as_their_words():
    assert f"{Phase.OPEN} {ShownPhase.UNDER_REVIEW}" == "open under_review"
    assert Phase("settled") is Phase.SETTLED
