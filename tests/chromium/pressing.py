"""Pressing what leads to another page, and being there before anybody judges it."""

from playwright.sync_api import Page


def press(page: Page, selector: str) -> None:
    """Press a button or link and wait for the page it leads to, however slow the machine is."""
    with page.expect_navigation():
        page.click(selector)
