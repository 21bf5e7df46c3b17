"""Measure the waiting room: ``python -m benchmarks.waiting_room [--places N] [--polls N]``.

Starts its own PostgreSQL and Valkey in a temporary directory. The first part fills one line and
asks again; the second serves pages by gunicorn as in operation and divides the processor time of
gunicorn, PostgreSQL and Valkey by the number of requests. What counts are ratios within one run.
"""

import argparse
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import urlencode

import redis
from sqlalchemy import text

from enrol.adapters.waiting_room import RedisWaitingRoom
from enrol.config import ROOT, Settings
from enrol.core.actors import Family
from enrol.embedded import EmbeddedServices
from enrol.factory import create_app
from enrol.store import rooms, schema
from enrol.store.db import db, transaction
from enrol.web import door
from tests.officers import add_officer
from tests.world import SECRET, add_child, build_world

INTAKE = 1
HELLO = """
from flask import Flask
app = Flask(__name__)
@app.get("/")
def hello():
    return "Hello"
"""


def main() -> None:
    """Measure both parts and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=250_000)
    parser.add_argument("--polls", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=3_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, object] = {"load at the start": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o711)  # as root, the servers' account has to pass through
        with EmbeddedServices(directory) as servers:
            found |= line(servers.redis_url, places=options.places, polls=options.polls)
            found |= pages(servers, directory, requests=options.requests)
    for what, value in found.items():
        shown = f"{value:,.3f}" if isinstance(value, float) else f"{value:,}"
        print(f"{what:55} {shown:>14}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def line(redis_url: str, *, places: int, polls: int) -> dict[str, object]:
    """Return memory and time of one line of so many places, all asked by one thread."""
    room = RedisWaitingRoom(url=redis_url, key=b"k" * 32)
    opens_at = datetime.now(UTC) + timedelta(hours=1)

    def ask(child: int) -> float:
        began = perf_counter()
        standing = room.ask(
            intake_id=INTAKE,
            child_id=child,
            per_minute=0,
            opens_at=opens_at,
            since=None,
            is_inside=False,
        )
        assert standing.waiting
        return perf_counter() - began

    chance = random.Random(1)
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushdb()
        empty = int(connection.info("memory")["used_memory"])
        pings = [_timed(connection.ping) for _ in range(2000)]
        arriving = [ask(child) for child in range(places)]
        full = int(connection.info("memory")["used_memory"])
        server = _valkey_seconds(connection)
        again = [ask(chance.randrange(places)) for _ in range(polls)]
        server = _valkey_seconds(connection) - server
        later = int(connection.info("memory")["used_memory"])
        keys = connection.dbsize()
        connection.flushdb()
    return {
        "places": places,
        "memory of the line, MB": (full - empty) / 1e6,
        "memory a place, bytes": (full - empty) / places,
        "growth of memory by the polls, bytes": later - full,
        "keys": keys,
        "a ping, ms (median)": median(pings) * 1000,
        "arriving, first 1,000 places, ms (median)": median(arriving[:1000]) * 1000,
        "arriving, last 1,000 places, ms (median)": median(arriving[-1000:]) * 1000,
        "a poll of the full line, ms (median)": median(again) * 1000,
        "a poll of the full line, ms (99 %)": quantiles(again, n=100)[-1] * 1000,
        "of it Valkey's own processor time, ms": server / polls * 1000,
    }


def _timed(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def _valkey_seconds(connection: redis.Redis) -> float:
    usage = connection.info("cpu")
    return float(usage["used_cpu_user"]) + float(usage["used_cpu_sys"])


def pages(servers: EmbeddedServices, directory: Path, *, requests: int) -> dict[str, object]:
    """Return milliseconds of processor time a request, and the ratios that matter."""
    servers.create_database("pages")
    environment = {
        "ENROL_ENVIRONMENT": "development",
        "DATABASE_URL": servers.database_url.rpartition("/")[0] + "/pages"
        if "?" not in servers.database_url
        else re.sub(r"/[^/?]*\?", "/pages?", servers.database_url),
        "REDIS_URL": servers.redis_url,
        "ENROL_SESSION_KEY": "s" * 40,
        "ENROL_DATA_KEY": "d" * 40,
        "WEB_CONCURRENCY": "1",
    }
    (directory / "hello_page.py").write_text(HELLO)
    os.environ.update(environment)
    app = create_app(Settings.load())
    found: dict[str, float] = {}
    with app.app_context():
        schema.bring_up(app)
        world = build_world()
        add_child(world, number=1, secrets=app.extensions["enrol_adapters"].secrets)
        officer = add_officer(email="c@example.vn", role="city_officer", unit_id=world.city_id)
        with served("hello_page:app", directory, environment) as port:
            found["bare Flask"] = cpu(port, "/", "", requests)
        with served("wsgi:app", directory, environment) as port:
            cookie = signed_in(port)
            found["home page, room off"] = cpu(port, "/gia-dinh/", cookie, requests)
            _set_room(world.intake_id, officer.staff_id, per_minute=0)
            time.sleep(2.5)
            cookie = looked(port, cookie)
            found["waiting page"] = cpu(port, "/gia-dinh/", cookie, requests)
            _set_room(world.intake_id, officer.staff_id, per_minute=60_000)
            time.sleep(2.5)
            cookie = entered(port, cookie)
            found["home page, room on, inside"] = cpu(port, "/gia-dinh/", cookie, requests)
        db.engine.dispose()
    hello = found["bare Flask"]
    return {f"{name}, ms of processor time": value for name, value in found.items()} | {
        "waiting page / bare Flask, pages a second": hello / found["waiting page"],
        "what the room costs a family inside, ms": found["home page, room on, inside"]
        - found["home page, room off"],
        "the look at a room that is off, ms": off_look(app),
    }


def off_look(app: object) -> float:
    """Return the milliseconds of the guard's look when the room is off."""
    family = Family(child_id=1, secret_version=1)
    with app.test_request_context("/gia-dinh/"):  # type: ignore[attr-defined]
        kept = app.extensions["enrol_room"]  # type: ignore[attr-defined]
        with transaction() as tx:
            tx.execute(text("UPDATE waiting_rooms SET is_on = false"))
        kept.forget()
        door.wait_or_enter(family)
        rounds = 20_000
        began = perf_counter()
        for _ in range(rounds):
            door.wait_or_enter(family)
        return (perf_counter() - began) / rounds * 1000


def _set_room(intake_id: int, staff_id: int, *, per_minute: int) -> None:
    with transaction() as tx:
        rooms.save(
            tx,
            intake_id=intake_id,
            is_on=True,
            per_minute=per_minute,
            message="",
            message_en="",
            staff_id=staff_id,
        )


@contextmanager
def served(target: str, directory: Path, environment: dict[str, str]) -> Iterator[int]:
    """Serve an application by one gunicorn process under our settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), target]
    settings = {"PORT": str(port), "PYTHONPATH": f"{ROOT}:{directory}"}
    with (directory / "gunicorn.log").open("ab") as log:
        process = subprocess.Popen(
            argv, cwd=ROOT, env={**os.environ, **environment, **settings}, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "gunicorn does not answer"
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def signed_in(port: int) -> str:
    """Return the cookie of a family that has signed in."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/gia-dinh/dang-nhap")
    answer = connection.getresponse()
    token = re.search(rb'name="csrf_token" value="([^"]+)"', answer.read())
    assert token is not None
    form = {"pupil_code": "0000000001", "secret": SECRET, "csrf_token": token[1].decode()}
    headers = {
        "Cookie": _cookie(answer.getheader("Set-Cookie")),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/gia-dinh/dang-nhap", urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303
    return _cookie(answer.getheader("Set-Cookie"))


def looked(port: int, cookie: str) -> str:
    """Return the cookie of a family that has seen the waiting page once, as a browser keeps it."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/gia-dinh/", headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    assert answer.getheader("X-Enrol-Room") == "waiting"
    return _cookie(answer.getheader("Set-Cookie"))


def entered(port: int, cookie: str) -> str:
    """Return the cookie of the same family once it carries its pass."""
    connection = HTTPConnection("127.0.0.1", port)
    for _look in range(20):
        connection.request("GET", "/gia-dinh/", headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.getheader("X-Enrol-Room") is None:
            return _cookie(answer.getheader("Set-Cookie"))
        time.sleep(0.5)
    raise AssertionError("the room lets nobody in")


def _cookie(header: str | None) -> str:
    return (header or "").partition(";")[0]


def cpu(port: int, path: str, cookie: str, requests: int) -> float:
    """Return the milliseconds of processor time that all servers spend on one request."""
    connection = HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        assert answer.status == 200, (path, answer.status)
        answer.read()

    for _ in range(200):
        ask()
    before = _server_seconds()
    for _ in range(requests):
        ask()
    return (_server_seconds() - before) / requests * 1000


def _server_seconds() -> float:
    """Return the processor time so far of every process below this one."""
    parents, used = {}, {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        used[int(folder.name)] = int(fields[11]) + int(fields[12])
    ticks = sum(seconds for pid, seconds in used.items() if _is_below(pid, parents))
    return ticks / os.sysconf("SC_CLK_TCK")


def _is_below(pid: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == os.getpid():
            return True
    return False


if __name__ == "__main__":
    main()
