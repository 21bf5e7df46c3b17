"""What a family's telephone has to load: little, in few requests, and the first visit the most."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from enrol.cli.demo.city import City
from enrol.cli.demo.stack import Stack
from tests.e2e.inspection import PHONE
from tests.e2e.pages import CHECK, WISHES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack"), pytest.mark.timeout(600)]

FIRST_VISIT, LATER_PAGE, REQUESTS = 60_000, 10_000, 4
QUESTIONS = ("hoc-sinh", "thuong-tru", "tam-tru", "noi-o", "anh-chi", "lien-he")


@dataclass
class Meter:
    """Counts what came over the line, as the browser sees it; what it had kept weighs nothing."""

    page: Page
    requests: int = 0
    loaded: float = 0
    heavy: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        devtools = self.page.context.new_cdp_session(self.page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", self._finished)

    def weigh(self, *, most: int) -> None:
        """Note a page that weighs too much, and begin at nought."""
        for _ in range(100):  # the browser tells of it a moment after the page is there
            if self.loaded:
                break
            self.page.wait_for_timeout(20)
        assert self.loaded > 0
        if self.loaded > most or self.requests > REQUESTS:
            told = f"{self.page.url}: {self.loaded} bytes in {self.requests} requests"
            self.heavy.append(told)
        self.requests, self.loaded = 0, 0

    def _finished(self, event: dict[str, Any]) -> None:
        if event["encodedDataLength"]:
            self.requests += 1
            self.loaded += event["encodedDataLength"]


@pytest.fixture
def meter(chromium: Browser) -> Iterator[Meter]:
    size = {"width": PHONE, "height": 740}
    context = chromium.new_context(viewport=size, java_script_enabled=False)
    yield Meter(context.new_page())
    context.close()


def test_pages_are_light(meter: Meter, stack: Stack, city: City) -> None:
    page, letter = meter.page, city.letters[0]
    page.goto(stack.address)
    meter.weigh(most=FIRST_VISIT)
    page.goto(f"{stack.address}/gia-dinh/dang-nhap")
    meter.weigh(most=LATER_PAGE)
    page.fill("#pupil_code", letter.pupil_code)
    page.fill("#secret", letter.secret)
    for _button in ("Sign in", "Start"):
        with page.expect_navigation():
            page.click("main button")
        meter.weigh(most=LATER_PAGE)
    questions = (f"/gia-dinh/dang-ky/{name}" for name in QUESTIONS)
    for path in (WISHES, CHECK, *questions, "/quy-dinh", "/truong", "/boc-so", "/tra-cuu"):
        page.goto(stack.address + path)
        meter.weigh(most=LATER_PAGE)

    assert not meter.heavy, "\n".join(meter.heavy)
