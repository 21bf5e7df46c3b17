"""A morning of registrations: every family with a browser of its own, over real HTTP."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from enrol.cli.demo.browser import Browser, BrowserError, Form, Page
from enrol.core.codes import is_code

SIGN_IN = "/gia-dinh/dang-nhap"
BEGIN = "/gia-dinh/bat-dau"
KNOWN = "/gia-dinh/thong-tin"
CHECK = "/gia-dinh/gui-ho-so"
WITHDRAW = "/gia-dinh/rut-ho-so"

MOST_QUESTIONS = 12
_CODE = re.compile(r"\b(?:AR|TT)\d{14}[0-9A-Z]\b")
_ACT = re.compile(r'<a class="act" href="([^"?#]+)"')
_WISH = re.compile(r"wish_(\d+)")

_TOLD = {
    "guardian_name": "Trần Thị Bình",
    "relation": "mother",
    "phone": "0952 345 678",
    "address": "Ngõ chưa đặt tên",
}
"""What a family says when the register does not know it."""

_DOUBLE_PRESS = 0.05
_WITHDRAWN = 0.004
_FEWER_WISHES = 0.3


@dataclass(frozen=True, slots=True)
class Letter:
    """What a family got by post."""

    pupil_code: str
    secret: str


@dataclass
class Morning:
    """What happened: codes of kept registrations by pupil code, and the numbers to print."""

    kept: dict[str, str] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    double_presses: int = 0
    requests: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def replay_morning(
    *,
    address: str,
    letters: Sequence[Letter],
    seed: int,
    browsers: int,
    on_step: Callable[[], None],
) -> Morning:
    """Let every family register; ``on_step`` is called once a family, from any thread."""
    morning = Morning()
    lock = threading.Lock()
    started = time.monotonic()

    def one(letter: Letter) -> None:
        visit = Visit(address=address, letter=letter, seed=seed)
        try:
            visit.register()
            problem = ""
        except (BrowserError, OSError) as error:
            problem = f"{type(error).__name__}: {error}"
        finally:
            visit.browser.close()
        with lock:
            _note(morning, visit, problem)
        on_step()

    _run(one, letters, browsers)
    morning.seconds = time.monotonic() - started
    return morning


def _run(one: Callable[[Letter], None], letters: Iterable[Letter], browsers: int) -> None:
    with ThreadPoolExecutor(browsers) as threads:
        for _ in threads.map(one, letters):
            pass


def _note(morning: Morning, visit: "Visit", problem: str) -> None:
    morning.requests += visit.browser.requests
    morning.double_presses += visit.pressed_twice
    if problem:
        morning.problems.append(problem)
    elif visit.has_withdrawn:
        morning.withdrawn.append(visit.code)
    else:
        morning.kept[visit.letter.pupil_code] = visit.code


class Visit:
    """One family's way from the letter to the receipt."""

    def __init__(self, *, address: str, letter: Letter, seed: int) -> None:
        self.browser = Browser(address)
        self.letter = letter
        self.code = ""
        self.pressed_twice = False
        self.has_withdrawn = False
        self._chance = random.Random(f"{seed}/{letter.pupil_code}")  # noqa: S311 - play-acting

    def register(self) -> None:
        """Sign in, answer what is open, send, and read the code off the receipt."""
        self.code = self.send(self.prepare())
        if self._chance.random() < _WITHDRAWN:
            self._withdraw()

    def prepare(self) -> Page:
        """Sign in and answer what is open; returns the page whose button sends."""
        page = self.browser.submit(
            self.browser.get(SIGN_IN), pupil_code=self.letter.pupil_code, secret=self.letter.secret
        )
        begin = next((form for form in page.forms if form.action.endswith(BEGIN)), None)
        if begin is None:
            raise BrowserError(f"signed in, but nothing to begin at {page.path}")
        page = self.browser.post(BEGIN, begin.filled())
        if page.path == KNOWN:
            page = self.browser.get(_onward(page))
        for _ in range(MOST_QUESTIONS):
            if page.path.startswith(CHECK):
                break
            page = self._answer(page)
        return page

    def send(self, page: Page) -> str:
        """Press the button, some families twice; returns the code on the receipt."""
        form = page.form.filled()
        receipt = self.browser.post(CHECK, form)
        code = code_on(receipt)
        if self._chance.random() < _DOUBLE_PRESS:
            self.pressed_twice = True
            again = code_on(self.browser.post(CHECK, form))
            if again != code:
                raise BrowserError("pressing twice gave two receipts")
        return code

    def _answer(self, page: Page) -> Page:
        values = self._values(page.form)
        after = self.browser.submit(page, **values)
        if after.path == page.path:
            raise BrowserError(f"the answer was not taken at {page.path} (status {after.status})")
        return after

    def _values(self, form: Form) -> dict[str, str]:
        ranks = sorted(int(match[1]) for name in form.choices if (match := _WISH.fullmatch(name)))
        if ranks:
            return self._wishes(form, ranks)
        told = dict(form.fields)
        values = {name: text for name, text in _TOLD.items() if not told.get(name)}
        for name in ("choice", "group"):
            offered = [value for value in form.choices.get(name, []) if value]
            if offered and not told.get(name):
                values[name] = self._chance.choice(offered)
        return values

    def _wishes(self, form: Form, ranks: list[int]) -> dict[str, str]:
        offered = [school for school in form.choices[f"wish_{ranks[0]}"] if school]
        # The nearest is the likeliest first wish; some families have their hearts set elsewhere.
        weighed = sorted(
            offered, key=lambda school: self._chance.expovariate(1) * (1 + offered.index(school))
        )
        wanted = len(weighed) if self._chance.random() > _FEWER_WISHES else 1
        chosen = weighed[: min(wanted, len(ranks))]
        return {f"wish_{rank}": school for rank, school in zip(ranks, chosen, strict=False)}

    def _withdraw(self) -> None:
        self.browser.submit(self.browser.get(WITHDRAW))
        self.has_withdrawn = True


def _onward(page: Page) -> str:
    link = _ACT.search(page.text)
    if link is None:
        raise BrowserError(f"no way on from {page.path} (status {page.status})")
    return link[1]


def code_on(page: Page) -> str:
    """Return the registration code on a receipt; BrowserError when the page is none."""
    found = {code for code in _CODE.findall(page.text) if is_code(code)}
    if len(found) != 1:
        raise BrowserError(f"no receipt at {page.path} (status {page.status})")
    return str(found.pop())
