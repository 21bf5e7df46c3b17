"""A person with a browser of their own. Every page they arrive at is inspected."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Request, Response

from tests.e2e.inspection import Inspector, Seen
from tests.e2e.words import other, say

SWITCH = {"vi": "Tiếng Việt", "en": "English"}
_OWN_ANSWER = "Failed to load resource: the server responded with a status of"


@dataclass
class Visitor:
    """Opens pages, presses buttons, and remembers whatever the browser complained about.

    ``languages`` are those in which the inspector looks at every page besides the one shown.
    """

    context: BrowserContext
    address: str
    inspector: Inspector
    languages: tuple[str, ...] = ()
    language: str = "vi"
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text().strip()

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    def open(self, path: str, *, expect: int = 200) -> None:
        """Go to an address of the site, as typed or from a letter."""
        response = self.page.goto(self.address + path)
        assert response is not None
        self._arrive(response, expect)

    def glance(self, path: str) -> None:
        """Go to an address and do not look at the page: for whoever waits for its words."""
        response = self.page.goto(self.address + path)
        assert response is not None
        self._response = response

    def press(self, english: str, *, expect: int | tuple[int, ...] = 200) -> int:
        """Press the button of this name; returns the status of the page it leads to."""
        return self._go(self.button(english), expect)

    def follow(self, english: str, *, expect: int = 200) -> None:
        """Follow the link of this name in the page's content."""
        self._go(self.link(english), expect)

    def click(self, target: Locator, *, expect: int | tuple[int, ...] = 200) -> int:
        """Press or follow what was found; returns the status of the page it leads to."""
        return self._go(target, expect)

    def go_back(self) -> None:
        response = self.page.go_back()
        if response is not None:  # a page that the browser kept has no answer
            self._arrive(response, 200)

    def reload(self) -> None:
        """Load the page again, without another look at it."""
        response = self.page.reload()
        assert response is not None
        self._response = response

    def switch_language(self) -> None:
        """Press the switch; the page stays, in the other language."""
        wanted = other(self.language)
        self.language = wanted
        self._go(self.page.locator(f".masthead-links [lang={wanted}]"), 200)

    def button(self, english: str) -> Locator:
        name = say(english, self.language)
        return self.page.locator("main").get_by_role("button", name=name, exact=True)

    def link(self, english: str) -> Locator:
        name = say(english, self.language)
        return self.page.locator("main").get_by_role("link", name=name, exact=True)

    def entry(self, english: str, **variables: object) -> Locator:
        """Return the field with this label."""
        name = say(english, self.language, **variables)
        return self.page.locator("main").get_by_label(name, exact=True)

    def download(self, address: str, path: Path) -> bytes:
        """Follow the link to the file at this address and return what was saved."""
        with self.page.expect_download() as expected:
            self.page.locator(f"main a[href='{address}']").click()
        expected.value.save_as(path)
        return path.read_bytes()

    def second_window(self) -> "Visitor":
        """Open another window of the same browser at the same page."""
        window = replace(self)
        window.open(self.path)
        return window

    def _go(self, target: Locator, expect: int | tuple[int, ...]) -> int:
        with self.page.expect_navigation() as arrival:
            target.click()
        return self._arrive(arrival.value, expect)

    def _arrive(self, response: Response, expect: int | tuple[int, ...]) -> int:
        wanted = expect if isinstance(expect, tuple) else (expect,)
        assert response.status in wanted, f"{response.status} at {self.path}: {self.text}"
        self._response = response
        self.look()
        return response.status

    def look(self) -> None:
        """Let the inspector look at the page as it is now."""
        response = self._response
        self.inspector.inspect(
            Seen(
                url=self.page.url,
                html=self.page.content(),
                language=self.language,
                headers=response.headers,
                can_be_asked=response.request.method == "GET",
                cookies=self.context.cookies(),
            ),
            languages=self.languages,
        )

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.address + "/", "data:")):
            self.complaints.append(f"asks another host: {request.url}")

    def _answered(self, response: Response) -> None:
        is_document = response.request.resource_type == "document"
        if response.status >= 500 or (response.status >= 400 and not is_document):
            self.complaints.append(f"{response.status} for {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # An expected 404 or 422 is told by ``expect``, one of a part of the page by ``_answered``.
        if message.type in ("error", "warning") and not message.text.startswith(_OWN_ANSWER):
            self.complaints.append(f"console {message.type} at {self.path}: {message.text}")
