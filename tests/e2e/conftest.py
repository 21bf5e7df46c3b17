"""The real house on a free port, a small city in it, and people with browsers."""

import contextvars
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

import pytest
import redis
from playwright.sync_api import Browser, sync_playwright

from enrol.cli.demo.city import City, load_city
from enrol.cli.demo.season import Season
from enrol.cli.demo.stack import Stack, StackError
from enrol.services.refusals import StoreBusy
from enrol.store.db import db
from tests.application import empty_tables
from tests.e2e.inspection import DESK, PHONE, Inspector
from tests.e2e.visitor import Visitor

CHILDREN = 200
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = "NO CHROMIUM on this machine: no page was looked at in a browser"

_VIETNAM = timezone(timedelta(hours=7))
_SEASON = timedelta(minutes=5)
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Invite(Protocol):
    """Gives a person a browser of their own."""

    def __call__(self, *, phone: bool, languages: tuple[str, ...] = ()) -> Visitor: ...


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Web, workers and relay on servers of their own, whatever the environment names."""
    directory = Path(tempfile.mkdtemp(prefix="enrol-e2e-"))
    directory.chmod(0o711)  # as root, the servers' account has to pass through
    with pytest.MonkeyPatch.context() as environment:
        for name in ("DATABASE_URL", "REDIS_URL", "ENROL_ENV_FILE"):
            environment.delenv(name, raising=False)
        made = Stack(directory=directory, port=_free_port(), workers=1, fresh=True)
        # Its application context stays here: tests that follow stand in none.
        inside = contextvars.copy_context()
        inside.run(made.__enter__)
        try:
            inside.run(_start, made)
            yield made
        finally:
            inside.run(_end, made)
            _remove(directory)


@pytest.fixture(scope="module")
def city(stack: Stack) -> Iterator[City]:
    """A city of its own for each module, announced and open for registration."""
    now = _now_before_midnight()
    with stack.app.app_context():
        _sweep(stack)
        adapters = stack.app.extensions["enrol_adapters"]
        loaded = load_city(
            folder=stack.directory / "city",
            children=CHILDREN,
            seed=1,
            opens_at=now,
            closes_at=now.replace(hour=23, minute=59, second=59, microsecond=0),
            adapters=adapters,
        )
        season_of(stack, loaded).announce()
        yield loaded


@pytest.fixture
def season(stack: Stack, city: City) -> Season:
    """The office's steps, without pages."""
    return season_of(stack, city)


def season_of(stack: Stack, city: City) -> Season:
    first, second = city.officers
    return Season(
        intake_id=city.intake_id,
        first=first,
        second=second,
        adapters=stack.app.extensions["enrol_adapters"],
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own browser."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def invite(stack: Stack, chromium: Browser) -> Iterator[Invite]:
    """Invite people: a family on a telephone without scripts, or an officer at a desk.

    At the end nothing may have been wrong with any page that any of them saw.
    """
    inspectors = {phone: Inspector(chromium, phone=phone) for phone in (True, False)}
    visitors: list[Visitor] = []

    def one_more(*, phone: bool, languages: tuple[str, ...] = ()) -> Visitor:
        size = {"width": PHONE, "height": 740} if phone else {"width": DESK, "height": 900}
        context = chromium.new_context(viewport=size, java_script_enabled=not phone)
        context.set_default_timeout(45_000)
        inspector = inspectors[phone]
        visitors.append(Visitor(context, stack.address, inspector, languages=languages))
        return visitors[-1]

    yield one_more
    faults = [fault for inspector in inspectors.values() for fault in inspector.faults]
    faults += [complaint for visitor in visitors for complaint in visitor.complaints]
    for closing in (*inspectors.values(), *(visitor.context for visitor in visitors)):
        closing.close()
    assert not faults, "\n".join(faults)


def wait_until(condition: Callable[[], bool], *, what: str) -> None:
    """Return when the condition holds; fail when it does not within a generous time."""
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _now_before_midnight() -> datetime:
    """Return the time in Vietnam; a window and its draw have to fit into one day there."""
    while (now := datetime.now(_VIETNAM)).date() != (now + _SEASON).date():
        time.sleep(5)
    return now


def _sweep(stack: Stack) -> None:
    """Take away what another module left."""
    deadline = time.monotonic() + 30
    while True:
        try:
            empty_tables()
            break
        except StoreBusy:  # the relay held a row
            assert time.monotonic() < deadline
    with redis.Redis.from_url(
        stack.app.extensions["enrol_settings"].redis_url.get_secret_value()
    ) as hints:
        hints.flushdb()
    for name in ("city", "results"):
        shutil.rmtree(stack.directory / name, ignore_errors=True)


def _start(stack: Stack) -> None:
    try:
        stack.start_processes()
    except StackError as error:
        told = stack.processes.log_file("web").read_text(encoding="utf-8", errors="replace")
        pytest.fail(f"{error}\n{told[-3000:]}")


def _end(stack: Stack) -> None:
    db.engine.dispose()
    stack.__exit__(None, None, None)


def _remove(directory: Path) -> None:
    servers = directory / "servers"
    if servers.is_symlink():
        shutil.rmtree(servers.resolve(), ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)
