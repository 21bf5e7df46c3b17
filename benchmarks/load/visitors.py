"""Families before the pages, driven by locust; each does what families do, some of it twice.

Run by ``benchmarks.load`` in an environment of its own; it knows the house by its pages alone. Each
line of the log is one request. What every family ends with is written to a file of its own.
"""

import csv
import json
import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import gevent
from gevent.queue import Empty, Queue
from locust import FastHttpUser, events, task
from locust.exception import StopUser

from benchmarks.load.slow_phone import SlowPhone

SIGN_IN, BEGIN, CHECK = "/gia-dinh/dang-nhap", "/gia-dinh/bat-dau", "/gia-dinh/gui-ho-so"
HOME, RECEIPT, LOOK_UP = "/gia-dinh/", "/gia-dinh/bien-nhan", "/tra-cuu"
MOST_QUESTIONS, MOST_TRIES = 12, 40
GIVES_UP_AFTER = 300.0
_CODE = re.compile(r"\b(?:AR|TT)\d{14}[0-9A-Z]\b")
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_PROBLEMS = re.compile(r'<div class="problems"(?:[^>]*)>(.*?)</div>', re.DOTALL)
_MAIN = re.compile(r'<form id="main-form" method="post"(?: action="([^"]*)")?.*?</form>', re.DOTALL)
_SELECT = re.compile(r'<select[^>]* name="(wish_\d+)".*?</select>', re.DOTALL)
_RADIO = re.compile(r'<input type="radio"[^>]* name="(\w+)" value="([^"]*)"( checked)?')
_TEXT = re.compile(r'<input class="entry[^>]* name="(\w+)" type="\w+" value="([^"]*)"')
_ACT = re.compile(r'class="act" href="([^"]+)"')
_TOLD = {
    "guardian_name": "Trần Thị Bình",
    "phone": "0952 345 678",
    "address": "Ngõ chưa đặt tên",
}
KINDS = (
    ("plain", 0.80),
    ("double_press", 0.05),
    ("two_tabs", 0.03),
    ("retry", 0.05),
    ("abandons", 0.04),
    ("slow_phone", 0.03),
)

_settings = json.loads(Path(os.environ["ENROL_LOAD_SETTINGS"]).read_text(encoding="utf-8"))
_families: Queue = Queue()
_log = Path(_settings["log"]).open("w", encoding="utf-8", buffering=1)  # noqa: SIM115 - stays open
_ends = Path(_settings["ends"]).open("w", encoding="utf-8")  # noqa: SIM115
_begun = time.time()


@events.test_start.add_listener
def _invite(environment, **_: object) -> None:
    """Queue every family with the moment it comes."""
    global _begun
    _begun = time.time()
    with Path(_settings["letters"]).open(encoding="utf-8-sig", newline="") as file:
        letters = [(row["pupil_code"], row["secret"]) for row in csv.DictReader(file)]
    for number, letter in enumerate(letters[: _settings["families"]]):
        _families.put((number, *letter, _begun + number / _settings["per_second"]))
    gevent.spawn_later(_settings["most_seconds"], environment.runner.quit)


class NotAPageForUs(Exception):
    """The answer was not what a family could go on with."""


class FamilyUser(FastHttpUser):
    """One telephone after another: takes the next family when it has done with one."""

    connection_timeout = network_timeout = 60.0
    insecure = True

    @task
    def next_family(self) -> None:
        try:
            number, code, secret, comes_at = _families.get_nowait()
        except Empty:
            if self.environment.runner.user_count <= 1:
                gevent.spawn(self.environment.runner.quit)
            raise StopUser from None
        gevent.sleep(max(0.0, comes_at - time.time()))
        self.client.cookiejar.clear()
        Family(self, number=number, pupil_code=code, secret=secret).live()


class Family:
    """One family's visit."""

    def __init__(self, user: FamilyUser, *, number: int, pupil_code: str, secret: str) -> None:
        self._user = user
        self._number = number
        self._letter = {"pupil_code": pupil_code, "secret": secret}
        self._chance = random.Random(f"{_settings['seed']}/{number}")
        kinds, weights = zip(*KINDS, strict=True)
        self.kind = self._chance.choices(kinds, weights)[0]
        self.codes: list[str] = []
        self._deadline = time.time() + GIVES_UP_AFTER
        self.waited = 0

    def live(self) -> None:
        """Do the visit of the shape, and write down how it ended."""
        started, problem = time.time(), ""
        try:
            self._look_up() if _settings["what"] == "results" else self._register()
        except (NotAPageForUs, OSError) as error:
            problem = f"{type(error).__name__}: {error}"
        end = {
            "family": self._number,
            "pupil_code": self._letter["pupil_code"],
            "kind": self.kind,
            "codes": sorted(set(self.codes)),
            "problem": problem,
            "waited": self.waited,
            "seconds": round(time.time() - started, 3),
        }
        _ends.write(json.dumps(end) + "\n")
        _ends.flush()

    def _register(self) -> None:
        page = self._page("GET", SIGN_IN)
        page = self._press(page, SIGN_IN, **self._letter)
        token = dict(_HIDDEN.findall(page))
        if BEGIN not in page:
            raise NotAPageForUs("nothing to begin at home")
        page = self._page("POST", BEGIN, token)
        if self.path.endswith("/thong-tin"):
            page = self._page("GET", _found(_ACT, page))
        for _ in range(MOST_QUESTIONS):
            if self.path == CHECK:
                break
            page = self._press(page, self.address, **self._answers(page))
        if self.kind == "abandons":
            return
        self._send(page)
        self._note(self._page("GET", RECEIPT))  # fetched again, from the address they kept

    def _send(self, page: str) -> None:
        form = _fields(page)
        if self.kind == "two_tabs":
            other = _fields(self._page("GET", CHECK))
            self._note(self._page("POST", CHECK, form))
            self._page("POST", CHECK, other)
            self._note(self._page("GET", RECEIPT))
        elif self.kind == "double_press":
            presses = [gevent.spawn(self._page, "POST", CHECK, form) for _ in range(2)]
            for press in gevent.joinall(presses, raise_error=True):
                self._note(press.value)
        elif self.kind == "retry":
            self._hang_up_after_sending(form)
            self._note(self._page("POST", CHECK, form))
        elif self.kind == "slow_phone":
            cookies = {cookie.name: cookie.value for cookie in self._user.client.cookiejar}
            phone = SlowPhone(self._user.host, cookies=cookies)
            status = self._timed("POST", CHECK, lambda: phone.post(CHECK, form))
            if status != 303:
                raise NotAPageForUs(f"{status} for a slow phone")
            self._note(self._page("GET", RECEIPT))
        else:
            self._note(self._page("POST", CHECK, form))

    def _hang_up_after_sending(self, form: dict[str, str]) -> None:
        """Lose the connection at the moment of pressing: nobody knows whether it counted."""
        cookies = {cookie.name: cookie.value for cookie in self._user.client.cookiejar}
        SlowPhone(self._user.host, cookies=cookies).post_and_hang_up(CHECK, form)

    def _look_up(self) -> None:
        self._page("GET", "/")
        code = _settings["codes"].get(self._letter["pupil_code"])
        if code is None:
            return
        self._page("GET", f"{LOOK_UP}?ma={code}")
        self._page("POST", LOOK_UP, {"code": code, "secret": self._letter["secret"]})
        if not self.path.startswith("/ket-qua/"):
            raise NotAPageForUs(f"no result, but {self.path}")
        self._page("GET", self.path)

    def _answers(self, page: str) -> dict[str, str]:
        wishes = {
            match[1]: re.findall(r'value="([^"]+)"', match[0]) for match in _SELECT.finditer(page)
        }
        if wishes:
            offered = next(iter(wishes.values()))
            self._chance.shuffle(offered)
            return dict(zip(wishes, offered, strict=False))
        told = {name: value or _TOLD.get(name, "") for name, value in _TEXT.findall(page)}
        radios = _RADIO.findall(page)
        for name in {name for name, _, _ in radios}:
            values = [value for at, value, _ in radios if at == name]
            chosen = [value for at, value, checked in radios if at == name and checked]
            told[name] = (chosen or values)[0]
        selects = re.findall(r'<select[^>]* name="(\w+)"(.*?)</select>', page, re.DOTALL)
        for name, options in selects:
            told[name] = (re.findall(r'value="([^"]+)"', options) or [""])[0]
        return told

    def _press(self, page: str, path: str, **typed: str) -> str:
        main = _MAIN.search(page)
        target = (main[1] or "").replace("&amp;", "&") if main else ""
        return self._page("POST", target or path, _fields(page) | typed)

    def _page(self, method: str, path: str, form: dict[str, str] | None = None) -> str:
        """Ask until a page is shown, following redirects and waiting where it says so."""
        for _ in range(MOST_TRIES):
            answer = self._ask(method, path, form)
            if answer.status_code in (302, 303):
                parts = urlsplit(answer.headers["Location"])
                method, form = "GET", None
                path = parts.path + (f"?{parts.query}" if parts.query else "")
                continue
            headers = answer.headers or {}  # none when the line broke
            is_waiting = headers.get("X-Enrol-Room") is not None
            if not is_waiting and answer.status_code not in (503, 0):
                break
            if time.time() > self._deadline:
                raise NotAPageForUs("waited too long")
            self.waited += 1
            hint = headers.get("Refresh") or headers.get("Retry-After") or "1"
            gevent.sleep(min(float(hint.split(";")[0]), 30.0))
        if answer.status_code not in (200, 409):
            raise NotAPageForUs(f"{answer.status_code} at {_plain(path)}{_told_wrong(answer)}")
        self.address, self.path = path, path.partition("?")[0]
        return answer.text or ""

    def _ask(self, method: str, path: str, form: dict[str, str] | None):
        started = time.time()
        answer = self._user.client.request(
            method,
            path,
            data=form,
            allow_redirects=False,
            name=f"{method} {_plain(path)}",
            headers={"Accept-Language": "vi", "Accept-Encoding": "gzip"},
        )
        self._line(
            method, path, answer.status_code, started, answer.headers, len(answer.content or b"")
        )
        return answer

    def _timed(self, method: str, path: str, act: Callable[[], int]) -> int:
        started = time.time()
        status = act()
        self._line(method, path, status, started, {}, 0, is_slow=True)
        return status

    def _line(self, method, path, status, started, headers, size, *, is_slow=False) -> None:
        line = {
            "at": round(started - _begun, 3),
            "family": self._number,
            "method": method,
            "path": _plain(path),
            "status": status,
            "ms": round((time.time() - started) * 1000, 1),
            "bytes": size,
            "waiting": bool(headers and headers.get("X-Enrol-Room") is not None),
            "slow": is_slow,
        }
        _log.write(json.dumps(line) + "\n")

    def _note(self, page: str) -> None:
        found = set(_CODE.findall(page))
        if len(found) != 1:
            raise NotAPageForUs(f"no receipt at {self.path}")
        self.codes += found


def _fields(page: str) -> dict[str, str]:
    main = _MAIN.search(page)
    return dict(_HIDDEN.findall(main[0] if main else page))


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    if match is None:
        raise NotAPageForUs("no way on")
    return match[1]


def _told_wrong(answer) -> str:
    """Return what the page says is wrong, without its marks."""
    box = _PROBLEMS.search(answer.text or "")
    return "" if box is None else ": " + " ".join(re.sub("<[^>]*>", " ", box[1]).split())


def _plain(path: str) -> str:
    bare = path.partition("?")[0]
    return "/ket-qua/*" if bare.startswith("/ket-qua/") else bare
