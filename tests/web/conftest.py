"""Browsers on a small city: one that nobody is signed in with, one of a family."""

import pytest
from flask import Flask

from enrol.core.actors import Family
from enrol.factory import Adapters
from tests.web.browser import Browser
from tests.world import SECRET, World, add_child, build_world


@pytest.fixture(autouse=True)
def _no_limits_left_over(empty_redis_url: str) -> None:
    """What one test typed wrongly does not count in the next."""


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def world(app: Flask) -> World:
    return build_world()


@pytest.fixture
def family(world: World, adapters: Adapters) -> Family:
    return add_child(world, number=1, secrets=adapters.secrets)


@pytest.fixture
def parent(browser: Browser, family: Family) -> Browser:
    """A family's browser, signed in."""
    sign_in(browser)
    return browser


def sign_in(browser: Browser, *, pupil_code: str = "0000000001", secret: str = SECRET) -> None:
    page = browser.open("/gia-dinh/dang-nhap")
    page = browser.press(page, pupil_code=pupil_code, secret=secret)
    assert page.path == "/gia-dinh/", page.text
