"""Where a journey's milliseconds go: samples of processor time, each given to one part.

The pages are called in this process, as gunicorn calls them; a timer of the kernel looks every
millisecond of processor time at which code runs. The innermost frame that belongs to a part names
it. What gunicorn, PostgreSQL and Valkey use is measured at the processes.
"""

import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context
from types import FrameType

from flask import Flask
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from enrol.cli.demo.browser import Browser, BrowserError
from enrol.cli.demo.morning import CHECK, Letter, Visit, code_on

EVERY_SECONDS = 0.001
PARTS = (
    ("templates", ("/jinja2/", "/templates/", "/markupsafe/")),
    (
        "session and token",
        ("/itsdangerous/", "/flask/sessions.py", "/flask_wtf/", "/web/cookies.py"),
    ),
    ("forms", ("/wtforms/", "/web/asking.py", "/parents/forms.py")),
    ("SQL, the client's side", ("/psycopg", "/sqlalchemy/", "/enrol/store/")),
    ("limits and Redis", ("/flask_limiter/", "/limits/", "/redis/", "/web/limits.py")),
    ("languages", ("/flask_babel/", "/babel/", "/web/locale.py")),
    ("what a page says", ("/enrol/web/",)),
    ("rules and services", ("/enrol/services/", "/enrol/core/", "/enrol/adapters/")),
    ("Flask and routing", ("/flask/", "/werkzeug/", "/flask_security/", "/flask_principal")),
)
OTHER = "other"


class InsideBrowser(Browser):
    """Calls the application instead of a server; ``used`` is the processor time inside it."""

    def __init__(self, app: Flask) -> None:
        super().__init__("http://localhost")
        self._app = app
        self.used = 0.0

    def _ask(
        self, method: str, path: str, values: dict[str, str] | None
    ) -> tuple[int, str | None, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        builder = EnvironBuilder(path, method=method, data=values, headers={"Cookie": cookie})
        environment = builder.get_environ()
        before = time.process_time()
        # In a context of its own, as in a server: what ``g`` keeps is kept for one request.
        answer = Context().run(Response.from_app, self._app, environment, buffered=True)
        self.used += time.process_time() - before
        for header in answer.headers.getlist("Set-Cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status_code, answer.headers.get("Location"), answer.get_data(as_text=True)


def inside(*, app: Flask, letters: Sequence[Letter]) -> dict[str, float]:
    """Return milliseconds a journey by part, of the time inside the application."""
    counted: Counter[str] = Counter()

    def look(_number: int, frame: FrameType | None) -> None:
        part = _part(frame)
        if part is not None:
            counted[part] += 1

    before = signal.signal(signal.SIGPROF, look)
    used = 0.0
    try:
        for number, letter in enumerate(letters):
            if number == 1:  # templates are compiled, statements prepared
                signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
            visit = Visit(address="http://localhost", letter=letter, seed=1)
            visit.browser = browser = InsideBrowser(app)
            with suppress(BrowserError):
                code_on(visit.browser.post(CHECK, visit.prepare().form.filled()))
            used += browser.used if number else 0.0
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    # The timer's step depends on the kernel: samples are shares, the clock knows the whole.
    each = 1000 * used / max(1, len(letters) - 1) / max(1, counted.total())
    return {part: counted[part] * each for part, _ in (*PARTS, (OTHER, ()))}


def _part(frame: FrameType | None) -> str | None:
    found, is_inside = None, False
    while frame is not None:
        name = frame.f_code.co_filename
        if found is None:
            found = next((part for part, marks in PARTS if any(m in name for m in marks)), None)
        if frame.f_code.co_name == "wsgi_app":
            is_inside = True
            break
        frame = frame.f_back
    return (found or OTHER) if is_inside else None
