"""A very small browser for one family: cookies, forms and redirects over one kept connection."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

MOST_REDIRECTS = 5
_FOUND = frozenset({302, 303})
_TIMEOUT_SECONDS = 60


@dataclass
class Form:
    """A form as a page offers it: where it goes and what it holds."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The names of every field, chosen or not."""
        return {name for name, _ in self.fields} | set(self.choices)

    def filled(self, **values: str) -> dict[str, str]:
        """Return what a press of the button would send, with some fields typed over."""
        return dict(self.fields) | {
            name: value for name, value in values.items() if name in self.names
        }


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its status, the path it ended at, its text and forms."""

    status: int
    path: str
    text: str
    forms: tuple[Form, ...]

    @property
    def form(self) -> Form:
        """The page's main form: the last one, after the language switch."""
        if not self.forms:
            raise BrowserError(f"no form at {self.path} (status {self.status})")
        return self.forms[-1]


class BrowserError(Exception):
    """The page was not what a family would need to go on."""


class Browser:
    """Keeps one connection and its cookies. Secure cookies go over loopback too, as browsers do."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = HTTPConnection(parts.netloc, timeout=_TIMEOUT_SECONDS)
        self._cookies: dict[str, str] = {}
        self.requests = 0

    def get(self, path: str) -> Page:
        """Fetch a page, following redirects."""
        return self._follow("GET", path, None)

    def post(self, path: str, values: dict[str, str]) -> Page:
        """Send a form, following the redirect it answers with."""
        return self._follow("POST", path, values)

    def ask_once(self, method: str, path: str, values: dict[str, str] | None = None) -> int:
        """Ask without following where the answer leads; returns its status."""
        return self._ask(method, path, values)[0]

    def submit(self, page: Page, **values: str) -> Page:
        """Press the button of the page's main form after typing some values."""
        return self.post(page.form.action or page.path, page.form.filled(**values))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _follow(self, method: str, path: str, values: dict[str, str] | None) -> Page:
        for _ in range(MOST_REDIRECTS):
            status, location, text = self._ask(method, path, values)
            if status not in _FOUND or location is None:
                return Page(status, path, text, _forms(text))
            parts = urlsplit(location)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            method, values = "GET", None
        raise BrowserError(f"too many redirects, the last to {path}")

    def _ask(
        self, method: str, path: str, values: dict[str, str] | None
    ) -> tuple[int, str | None, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if values is not None:
            body = urlencode(values).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.requests += 1
        try:
            self._connection.request(method, path, body=body, headers=headers)
            answer = self._connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (HTTPException, OSError):
            self._connection.close()
            raise
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        return answer.status, answer.headers.get("Location"), text


def _forms(text: str) -> tuple[Form, ...]:
    reader = _FormReader()
    reader.feed(text)
    return tuple(form for form in reader.forms if form.fields or form.choices)


class _FormReader(HTMLParser):
    """Collects the forms that POST, with typed, hidden, checked and selected values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "get").lower() == "post":
            self._form = Form(action=given.get("action", ""))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and given.get("name"):
            self._input(self._form, given)
        elif tag == "select":
            self._select = given.get("name", "")
            self._form.choices.setdefault(self._select, [])
        elif tag == "option" and self._select:
            self._form.choices[self._select].append(given.get("value", ""))
            if "selected" in given:
                self._form.fields.append((self._select, given.get("value", "")))
        elif tag == "textarea":
            self._textarea = given.get("name", "")
        elif tag == "button" and given.get("name") and given.get("type", "submit") == "submit":
            self._form.choices.setdefault(given["name"], []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._textarea:
            self._form.fields.append((self._textarea, data.strip("\n")))

    @staticmethod
    def _input(form: Form, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(given["name"], []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields.append((given["name"], given.get("value", "on")))
        elif kind not in ("submit", "button", "file"):
            form.fields.append((given["name"], given.get("value", "")))
