"""The steps of a season as the city's officers take them in their browsers."""

from tests.e2e.conftest import wait_until
from tests.e2e.pages import Officer

THROWN = "3-1-6-2-5-4-1-6-2-3"
ASK = "Ask for publication of the provisional result"


def close(first: Officer) -> None:
    """End registration before its time, after reading what that means."""
    step = "Close before the end"
    first.at.follow(step)
    first.at.press(step, expect=422)
    assert first.at.page.locator(".problems").count() == 1, "not without the tick"
    first.at.entry("Yes, end registration before its time").check()
    first.at.press(step)
    assert first.told("The list is frozen. Its fingerprint is now public.")


def draw(first: Officer, second: Officer) -> None:
    """One officer records the public value, another types it again."""
    first.type_value("Record the public value", THROWN)
    assert first.told("The value was recorded. A second officer must now confirm it.")
    assert not first.is_offered("Confirm the public value and draw")
    second.at.reload()
    second.type_value("Confirm the public value and draw", "1-2-3", expect=422)
    assert second.at.page.locator(".problems").count() == 1
    second.at.entry("Public value").fill(THROWN)
    second.at.press("Confirm the public value and draw")
    assert second.told("The draw is done. The sealed number is now public.")


def allocate(first: Officer) -> None:
    """Start the allocation and look until it is done."""
    first.at.reload()
    first.take_step("Start the allocation")
    assert first.told("The allocation has started. This page shows how far it is.")

    def is_done() -> bool:
        first.at.reload()
        return first.is_offered(ASK)

    wait_until(is_done, what="every zone is allocated")
    first.at.look()
