"""What the house is compared with in the same run: a bare page, and the database by itself."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from sqlalchemy import text

from benchmarks.load.processor_time import SERVING, spent
from enrol.cli.demo.browser import Browser, Page
from enrol.cli.demo.morning import CHECK, Letter, Visit, code_on
from enrol.config import ROOT
from enrol.core.message_texts import REGISTERED
from enrol.embedded.binaries import find_binaries
from enrol.store import drafts, messages, submitting
from enrol.store.db import Transaction, transaction

PAGES = {
    "form_page": "/gia-dinh/dang-ky/hoc-sinh",
    "home": "/gia-dinh/",
    "check_page": CHECK,
    "sign_in_page": "/gia-dinh/dang-nhap",
}
_AT_ONCE = 16
_CLIENTS, _THREADS, _SECONDS = 8, 2, 5


def page_costs(*, address: str, letter: Letter, times: int) -> dict[str, float]:
    """Return milliseconds of processor time a page, all of the server's side counted."""
    visit = Visit(address=address, letter=letter, seed=1)
    visit.prepare()
    costs = {name: _cost(visit.browser, path, times) for name, path in PAGES.items()}
    visit.browser.close()
    with _served("benchmarks.load.hello:app", "/", {}) as hello:
        browser = Browser(hello)
        costs["hello"] = _cost(browser, "/", times * 2)
        browser.close()
    return costs


def submissions(*, address: str, letters: Sequence[Letter]) -> tuple[float, float]:
    """Return submissions a second with 16 connections, and milliseconds of processor time each.

    Every family is as far as the button before the clock starts; a 303 is one submission.
    """
    visits = [Visit(address=address, letter=letter, seed=1) for letter in letters]
    ready = [(visit.browser, visit.prepare()) for visit in visits]
    lock, done = threading.Lock(), [0]

    def press() -> None:
        while True:
            with lock:
                if not ready:
                    return
                browser, page = ready.pop()
            status = _press(browser, page)
            with lock:
                done[0] += status == 303

    before, started = spent(), time.monotonic()
    threads = [threading.Thread(target=press) for _ in range(_AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, used = time.monotonic() - started, spent().since(before).serving
    for visit in visits:
        visit.browser.close()
    return done[0] / seconds, 1000 * used / max(1, done[0])


def our_journeys(*, address: str, letters: Sequence[Letter]) -> dict[str, float]:
    """Return milliseconds of processor time a journey (sign in, answer, send, receipt) by the
    process that used them. Nobody presses twice or withdraws.
    """

    def one(letter: Letter) -> None:
        visit = Visit(address=address, letter=letter, seed=1)
        code_on(visit.browser.post(CHECK, visit.prepare().form.filled()))
        visit.browser.close()

    return _cost_of_each(one, letters)


def naive_journeys(*, letters: Sequence[Letter], environment: dict[str, str]) -> float:
    """Return the same of the naive house (``benchmarks/load/naive``), page for page."""
    with _served("benchmarks.load.naive.app:app", "/dang-nhap", environment) as address:

        def one(letter: Letter) -> None:
            browser = Browser(address)
            page = browser.submit(
                browser.get("/dang-nhap"), pupil_code=letter.pupil_code, secret=letter.secret
            )
            browser.submit(page)
            page = browser.get("/nguyen-vong")
            schools = [code for code in page.form.choices["wish_1"] if code]
            wishes = {f"wish_{rank}": code for rank, code in enumerate(schools[:3], start=1)}
            page = browser.post("/nguyen-vong", page.form.filled() | wishes)
            page = browser.post("/gui-ho-so", page.form.filled())
            if page.path != "/bien-nhan" or page.status != 200:
                raise RuntimeError(f"the naive journey ended at {page.path} ({page.status})")
            browser.close()

        one(letters[0])  # templates are compiled, mappers are made
        return sum(_cost_of_each(one, letters[1:])[name] for name in SERVING)


def _cost_of_each(one: Callable[[Letter], None], letters: Sequence[Letter]) -> dict[str, float]:
    before = spent()
    for letter in letters:
        one(letter)
    used = spent().since(before).seconds
    return {name: 1000 * seconds / len(letters) for name, seconds in used.items()}


def pgbench(*, database_url: str) -> float:
    """Return transactions a second of the submission's own statements, sent by pgbench.

    Eight clients, prepared statements, on the house's database after everything was checked. Rows
    are written as withdrawn, so that one child can stand in for many.
    """
    with transaction() as tx:
        most = _stand_ins(tx)
        row = tx.execute(text(_EXAMPLE)).one()
    script = _script(most=most, example=row._asdict())
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        result = subprocess.run(
            [
                str(_program()),
                "-n",
                "-M",
                "prepared",
                "-c",
                str(_CLIENTS),
                "-j",
                str(_THREADS),
                "-T",
                str(_SECONDS),
                "-f",
                file.name,
                database_url,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    found = re.search(r"tps = ([0-9.]+)", result.stdout)
    if found is None:
        raise RuntimeError(f"pgbench: {result.stderr[-800:]}")
    return float(found[1])


_EXAMPLE = """
SELECT r.intake_id, r.intake_zone_id, r.wishes::text AS wishes, r.distances::text AS distances,
       r.facts::text AS facts, r.submission_hash AS hash, m.payload, encode(m.salt, 'hex') AS salt,
       z.code AS zone, u.code AS unit, g.label AS label
  FROM registrations r
  JOIN submissions m ON m.registration_id = r.id AND m.version = 1
  JOIN intake_zones o ON o.id = r.intake_zone_id
  JOIN zones z ON z.id = o.zone_id
  JOIN residences e ON e.child_id = r.child_id AND e.kind = 'current'
  JOIN residential_groups g ON g.id = e.group_id
  JOIN units u ON u.id = g.unit_id
 WHERE r.version = 1 LIMIT 1"""


def _program() -> Path:
    """Return pgbench as the embedded server's package brings it, or the machine's own."""
    inside = find_binaries().postgres_bin / "pgbench"
    found = str(inside) if inside.exists() else shutil.which("pgbench")
    if found is None:
        raise RuntimeError("there is no pgbench")
    return Path(found)


def _stand_ins(tx: Transaction) -> int:
    tx.execute(
        text(
            "INSERT INTO drafts (intake_id, child_id, answers)"
            " SELECT d.intake_id, c.id, d.answers FROM children c,"
            " (SELECT intake_id, answers FROM drafts LIMIT 1) d ON CONFLICT DO NOTHING"
        )
    )
    return int(tx.execute(text("SELECT max(id) FROM children")).scalar_one())


def _script(*, most: int, example: dict[str, object]) -> str:
    values = {
        "intake_id": str(example["intake_id"]),
        "child_id": ":child",
        "secret_version": "1",
        "submission_key": "gen_random_uuid()",
        "zone": _quoted(example["zone"]),
        "units": _quoted(f"{{{example['unit']}}}") + "::text[]",
        "labels": _quoted(f'{{"{example["label"]}"}}') + "::text[]",
        "code": "concat('B', nextval('registration_numbers'))",
        "family_code": "'B'",
        "intake_zone_id": str(example["intake_zone_id"]),
        "status": "'withdrawn'",
        "wishes": _quoted(example["wishes"]) + "::int[]",
        "distances": _quoted(example["distances"]) + "::int[]",
        "facts": _quoted(example["facts"]) + "::jsonb",
        "hash": _quoted(example["hash"]),
        "submitted_at": "now()",
        "payload": _quoted(example["payload"]),
        "salt": f"decode({_quoted(example['salt'])}, 'hex')",
        "actor": "'system'",
        "detail": "'{}'::jsonb",
    }
    told = messages.guarded(submitting.WRITE_FIRST, event=REGISTERED)
    write = told.replace("submitted_at)\n  VALUES", "submitted_at, withdrawn_at)\n  VALUES")
    write = write.replace("%(submitted_at)s)\n  RETURNING", "%(submitted_at)s, now())\n  RETURNING")
    statements = (
        "BEGIN",
        f"SELECT pg_advisory_xact_lock_shared(1, {example['intake_id']})",
        _filled(drafts.HOLD, values),
        # A made-up key once for all: made anew it could not be looked up in the index.
        _filled(submitting.LOOK, values | {"submission_key": "'" + "0" * 32 + "'::uuid"}),
        _filled(write, values),
        "COMMIT",
    )
    lines = (" ".join(statement.split()) + ";" for statement in statements)
    return f"\\set child random(1, {most})\n" + "\n".join(lines) + "\n"


def _filled(statement: str, values: dict[str, str]) -> str:
    return re.sub(r"%\((\w+)\)s", lambda match: values[match[1]], statement)


def _quoted(value: object) -> str:
    # A colon before a letter would be a variable of pgbench's: it is written as an escape.
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\x3A")
    return f"E'{escaped}'"


def _press(browser: Browser, page: Page) -> int:
    try:
        return browser.ask_once("POST", CHECK, page.form.filled())
    except (HTTPException, OSError):  # the kept connection had grown too old: a browser asks again
        return browser.ask_once("POST", CHECK, page.form.filled())


def _cost(browser: Browser, path: str, times: int) -> float:
    for _ in range(20):
        browser.get(path)
    before = spent()
    for _ in range(times):
        if browser.get(path).status != 200:
            raise RuntimeError(f"{path} is not shown")
    return 1000 * spent().since(before).serving / times


@contextmanager
def _served(application: str, path: str, environment: dict[str, str]) -> Iterator[str]:
    """Serve an application on the house's own gunicorn settings; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", application],
        cwd=ROOT,
        env=os.environ | environment | {"ENROL_BIND": f"127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + path)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers at {address}")
