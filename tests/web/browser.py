"""A browser for tests: it keeps cookies, sends forms as pages offer them, judges every page."""

import gzip
import re
from contextvars import Context
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.messages import vietnamese

BASE = "https://localhost"
XHTML = "{http://www.w3.org/1999/xhtml}"
_ENTRIES = ("input", "select", "textarea")
_SAME_IN_BOTH = {"E-mail", "English"}


@dataclass(frozen=True)
class Page:
    """A page that was answered, with what a person sees on it."""

    response: TestResponse
    address: str

    @property
    def path(self) -> str:
        return self.address.partition("?")[0]

    @property
    def status(self) -> int:
        return self.response.status_code

    @cached_property
    def tree(self) -> Element:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        return parser.parse(self.response.text)

    @cached_property
    def text(self) -> str:
        """All visible text, with single spaces."""
        return " ".join(" ".join(_visible(self.tree.find("body"))).split())

    @property
    def title(self) -> str:
        return self.tree.findtext("head/title") or ""

    @property
    def heading(self) -> str:
        found = self.tree.find(".//h1")
        return " ".join("".join(found.itertext()).split()) if found is not None else ""

    @property
    def language(self) -> str:
        return self.tree.get("lang", "")

    def links(self) -> list[str]:
        return [a.get("href", "") for a in self.tree.iter("a")]

    def form(self, action: str | None = None) -> Element:
        """The page's main form, or the one with this action."""
        for form in self.tree.iter("form"):
            if (action is None and form.get("id") == "main-form") or (
                action is not None and form.get("action") == action
            ):
                return form
        raise AssertionError(f"no form {action or 'main-form'} on {self.path}")

    def offered(self, action: str | None = None) -> dict[str, str]:
        """What the form would send if nothing were touched."""
        values: dict[str, str] = {}
        form = self.form(action)
        for entry in form.iter("input"):
            if entry.get("type") in ("radio", "checkbox") and entry.get("checked") is None:
                continue
            values[entry.get("name", "")] = entry.get("value", "")
        for select in form.iter("select"):
            chosen = [o for o in select.iter("option") if o.get("selected") is not None]
            first = next(select.iter("option"), None)
            option = chosen[0] if chosen else first
            values[select.get("name", "")] = option.get("value", "") if option is not None else ""
        for area in form.iter("textarea"):
            values[area.get("name", "")] = area.text or ""
        return values

    @property
    def compressed_size(self) -> int:
        return len(gzip.compress(self.response.data, 6))


class Browser:
    """Opens pages and presses buttons; every page is checked on the way."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, path: str, *, expect: int = 200, **options) -> Page:
        return self._page(self.ask("GET", path, **options), path, expect)

    def ask(self, method: str, path: str, **options) -> TestResponse:
        """Send one request as a server gets it: outside the test's own application context."""
        return Context().run(
            lambda: self.client.open(path, method=method, base_url=BASE, **options)
        )

    def follow(self, response: TestResponse) -> Page:
        """Go where a 303 leads, until a page is shown."""
        while response.status_code == 303:
            path = response.headers["Location"]
            response = self.ask("GET", path)
        return self._page(response, response.request.full_path, response.status_code)

    def send(self, page: Page, *, action: str | None = None, **values: str | None) -> TestResponse:
        """Send a page's form with some entries changed (None: not sent at all)."""
        target = page.form(action).get("action") or page.address
        data = {**page.offered(action), **values}
        data = {name: value for name, value in data.items() if value is not None}
        return self.ask("POST", target, data=data)

    def press(self, page: Page, *, action: str | None = None, **values: str | None) -> Page:
        """Send a form and go where it leads."""
        response = self.send(page, action=action, **values)
        assert response.status_code in (200, 303, 422, 409), response.status_code
        if response.status_code == 303:
            return self.follow(response)
        return self._page(response, page.address, response.status_code)

    def _page(self, response: TestResponse, address: str, expect: int) -> Page:
        assert response.status_code == expect, (address, response.status_code)
        page = Page(response, address)
        if response.mimetype == "text/html":
            check(page)
        return page


def check(page: Page) -> None:
    """Judge what every page owes its reader."""
    where = f"{page.path}: {page.title}"
    assert page.tree.get("lang") in ("vi", "en"), where
    assert page.title.strip(" –"), where
    assert len(list(page.tree.iter("h1"))) == 1, where
    ids = [element.get("id") for element in page.tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"{where}: an id stands twice"
    _check_labels(page, set(ids), where)
    for element in page.tree.iter():
        assert not any(name == "style" or name.startswith("on") for name in element.attrib), where
        assert element.tag not in ("script", "style"), where
    if page.tree.get("lang") == "vi":
        leaks = english_in(page)
        assert not leaks, f"{where}: English on a Vietnamese page: {leaks}"


def _check_labels(page: Page, ids: set[str], where: str) -> None:
    labelled = {label.get("for") for label in page.tree.iter("label")}
    for entry in page.tree.iter():
        if entry.tag in _ENTRIES and entry.get("type") not in ("hidden", "submit"):
            assert entry.get("id") in labelled, f"{where}: {entry.get('name')} has no label"
        for name in ("aria-describedby", "aria-labelledby"):
            for target in entry.get(name, "").split():
                assert target in ids, f"{where}: {name} names {target}"
        if entry.tag == "a" and entry.get("href", "").startswith("#"):
            assert entry.get("href", "")[1:] in ids, f"{where}: a link leads nowhere"


def english_in(page: Page) -> list[str]:
    """Return the English messages that stand on the page as they are in the source."""
    pieces = {piece.strip() for piece in _visible(page.tree.find("body"))} | {page.title}
    return [
        english
        for english, translated in vietnamese().items()
        if english != translated and english not in _SAME_IN_BOTH and _stands_in(english, pieces)
    ]


def _stands_in(english: str, pieces: set[str]) -> bool:
    if len(english) < 4:
        return False
    if "%(" not in english:
        return any(english == piece or (len(english) > 12 and english in piece) for piece in pieces)
    pattern = re.compile(re.sub(r"%\\\(\w+\\\)[sd]", ".*", re.escape(english)))
    return len(english) > 20 and any(pattern.search(piece) for piece in pieces)


def _visible(element: Element | None) -> list[str]:
    if element is None or element.get("lang") not in (None, "vi"):
        return []
    found = [element.text or ""]
    found += [element.get(name, "") for name in ("alt", "aria-label", "placeholder", "title")]
    for child in element:
        found += [*_visible(child), child.tail or ""]
    return found
