"""gunicorn's processes share their numbers, a dead one's included, and leave no files behind."""

import os
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from enrol.embedded import Supervisor

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = """
import os

class App:
    extensions = {}

    def __init__(self):
        from prometheus_client import Counter
        self.asked = Counter("asked", "Requests", ["kind"])

    def __call__(self, environ, start_response):
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector
        start_response("200 OK", [("Content-Type", "text/plain")])
        if environ["PATH_INFO"] == "/pid":
            self.asked.labels("one").inc()
            return [str(os.getpid()).encode()]
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return [os.environ["PROMETHEUS_MULTIPROC_DIR"].encode() + b"\\n", generate_latest(registry)]

app = App()
"""


@pytest.fixture
def server(tmp_path: Path):
    (tmp_path / "small.py").write_text(APPLICATION)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py")]
    argv += ["--chdir", str(tmp_path), "small:app"]
    environment = {"PORT": str(port), "WEB_CONCURRENCY": "2", "PYTHONPATH": str(ROOT)}
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("web", argv, environment)
        wait_for(lambda: supervisor.log_file("web").read_text().count("Booting worker") >= 2)
        yield supervisor, port


def wait_for(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ask(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.read().decode()


def test_numbers_of_all_processes_are_added_up_and_survive_one(server):
    supervisor, port = server
    wait_for(lambda: len({ask(port, "/pid") for _ in range(20)}) == 2)
    directory, _, text = ask(port, "/").partition("\n")
    before = counted(text)
    assert before >= 20

    os.kill(int(ask(port, "/pid")), signal.SIGKILL)
    wait_for(lambda: supervisor.log_file("web").read_text().count("Booting worker") >= 3)

    assert counted(ask(port, "/").partition("\n")[2]) == before + 1
    supervisor.stop_one("web")
    wait_for(lambda: not Path(directory).exists())


def counted(text: str) -> int:
    (line,) = [line for line in text.splitlines() if line.startswith("asked_total")]
    return int(float(line.split()[-1]))
