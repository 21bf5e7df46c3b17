"""What every page owes its reader, judged in a browser: access, words, room, size of targets."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Route

from tests.web.browser import Page as ReadPage
from tests.web.browser import check
from tests.web.messages import vietnamese

SHOTS = "ENROL_SCREENSHOTS"
"""Name a directory in this variable to keep a picture of every page, language and width."""

PHONE, DESK = 360, 1280
NARROWEST = 320
"""What a page of 1280 pixels leaves when it is enlarged to 400 % (WCAG 2.2, 1.4.10)."""

_STANDARD = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_CONTRAST = {"type": "rule", "values": ["color-contrast"]}
_SHORTEN = """() => document.querySelectorAll(
  'tbody tr:nth-child(n+13), main > .scroller:nth-of-type(n+7), .names li:nth-child(n+13)'
).forEach(e => e.remove())"""
"""axe reads a line in milliseconds, and the office has pages of hundreds, all alike."""

_RUN = "options => axe.run(document, options)"
_LEAST_TARGET = 44
"""Height in pixels of what a thumb presses: WCAG asks for 24 (axe checks that), phones for more."""

_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.scroller, .skip, .default-button'))
    .filter(e => e.getBoundingClientRect().right > width + 0.5)
    .map(e => e.outerHTML.slice(0, 120)).concat('the page is wider than the screen');
}"""
_TOO_LOW = """least => [...document.querySelectorAll('main .act, main .entry, main .choice')]
  .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < least)
  .map(e => e.outerHTML.slice(0, 120))"""


@dataclass(frozen=True)
class Seen:
    """A page as a visitor got it; ``can_be_asked`` when its address alone leads to it."""

    url: str
    html: str
    language: str
    headers: dict[str, str]
    can_be_asked: bool
    cookies: Sequence[Any]


@dataclass
class Inspector:
    """Looks at pages in a browser of its own, in which scripts run: axe is one.

    ``phone`` pages are looked at on a telephone, the others on a desk; both have to fit into 320
    pixels, and their colours must also do in the dark. What is wrong is kept in ``faults``.
    """

    browser: Browser
    phone: bool
    faults: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        size = {"width": PHONE, "height": 740} if self.phone else {"width": DESK, "height": 900}
        self._width = size["width"]
        self._context: BrowserContext = self.browser.new_context(
            viewport=size,
            reduced_motion="reduce",  # colours are judged when they have come to rest
        )
        self._page = self._context.new_page()

    def inspect(self, seen: Seen, *, languages: Iterable[str]) -> None:
        """Look at a page as it was seen, and in further languages as its address gives it."""
        self._show(seen)
        self._judge(seen.language)
        for language in languages:
            if language != seen.language and seen.can_be_asked:
                self._ask(seen, language)
                self._judge(language)

    def close(self) -> None:
        self._context.close()

    def _show(self, seen: Seen) -> None:
        kept = {"content-type", "content-security-policy"}
        headers = {name: value for name, value in seen.headers.items() if name in kept}

        def answer(route: Route) -> None:
            route.fulfill(body=seen.html, headers=headers)

        self._page.route(seen.url, answer)
        self._page.goto(seen.url)
        self._page.unroute(seen.url, answer)

    def _ask(self, seen: Seen, language: str) -> None:
        self._context.add_cookies(seen.cookies)
        home = "{0.scheme}://{0.netloc}".format(urlsplit(seen.url))
        self._context.add_cookies([{"name": "lang", "value": language, "url": home}])
        # Published pages say their language at the end of their address.
        self._page.goto(re.sub(r"[?&]lang=\w+|\.(vi|en)$", "", seen.url))
        self._context.clear_cookies()

    def _judge(self, language: str) -> None:
        self._page.evaluate(Axe().axe_script)
        place = f"{urlsplit(self._page.url).path} ({language})"
        self.looked_at.append(place)
        found = [*self._words(language), *self._room(), *self._targets()]
        self._keep_picture(language)
        self._page.evaluate(_SHORTEN)
        found += self._access(_STANDARD)
        self._page.emulate_media(color_scheme="dark")
        found += [f"in the dark: {fault}" for fault in self._access(_CONTRAST)]
        self._page.emulate_media(color_scheme="light")
        self.faults += [f"{place}: {fault}" for fault in found]

    def _words(self, language: str) -> list[str]:
        page = ReadPage(SimpleNamespace(text=self._page.content()), self._page.url)
        try:
            check(page)
        except AssertionError as error:
            return [str(error)]
        if page.language != language:
            return [f"the page is in {page.language}"]
        leaks = vietnamese_in(page) if language == "en" else []
        return [f"Vietnamese on an English page: {text}" for text in leaks]

    def _room(self) -> list[str]:
        found = []
        for width in sorted({NARROWEST, PHONE, self._width}):
            self._page.set_viewport_size({"width": width, "height": 740})
            found += [f"{width} px: {what}" for what in self._page.evaluate(_TOO_WIDE)]
        return found

    def _targets(self) -> list[str]:
        if not self.phone:
            return []
        return [f"low: {what}" for what in self._page.evaluate(_TOO_LOW, _LEAST_TARGET)]

    def _access(self, rules: dict[str, Any]) -> list[str]:
        results = self._page.evaluate(_RUN, {"resultTypes": ["violations"], "runOnly": rules})
        assert results["passes"], "axe judged nothing"
        return [
            f"{fault['id']}: {fault['help']}: {node['html'][:160]} {node['failureSummary']}"
            for fault in results["violations"]
            for node in fault["nodes"]
        ]

    def _keep_picture(self, language: str) -> None:
        directory = os.environ.get(SHOTS)
        if directory is None:
            return
        Path(directory).mkdir(parents=True, exist_ok=True)
        path = urlsplit(self._page.url).path.strip("/") or "start"
        name = re.sub(r"[^a-z0-9-]+", "_", path.lower())[:60]
        number = len(self.looked_at)
        file = Path(directory) / f"{self._width}-{number:03}-{name}-{language}.png"
        self._page.screenshot(path=file, full_page=True)


def vietnamese_in(page: ReadPage) -> list[str]:
    """Return the Vietnamese messages that stand on an English page."""
    pieces = {" ".join("".join(element.itertext()).split()) for element in page.tree.iter()}
    catalog = vietnamese()
    return [text for english, text in catalog.items() if text != english and text in pieces]
