"""The supervisor restarts what dies, stops in reverse order, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from enrol.embedded import Supervisor

ROOT = Path(__file__).resolve().parents[2]
SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path) as supervisor:
        yield supervisor


def eventually(check: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not check():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def words(supervisor: Supervisor, name: str) -> list[str]:
    return supervisor.log_file(name).read_text().split()


def test_a_killed_child_is_started_again(supervisor):
    supervisor.start("web", SLEEP)
    old = supervisor.pid("web")
    supervisor.kill("web", signal.SIGKILL)
    eventually(lambda: supervisor.pid("web") not in (old, None))
    assert not alive(old)
    assert supervisor.early_deaths("web") == 1


def test_a_child_that_ends_by_itself_is_started_again_and_again(supervisor):
    supervisor.start("worker", [sys.executable, "-c", "print('once')"])
    eventually(lambda: words(supervisor, "worker").count("once") >= 3)
    assert supervisor.early_deaths("worker") >= 2


def test_output_of_both_kinds_goes_to_the_log_and_the_environment_arrives(supervisor, tmp_path):
    script = (
        "import os, sys, time; print(os.environ['WHO']);"
        "print('err', file=sys.stderr); time.sleep(600)"
    )
    supervisor.start("relay", [sys.executable, "-u", "-c", script], {"WHO": "parent"})
    eventually(lambda: words(supervisor, "relay") == ["parent", "err"])
    log = tmp_path / "log" / "relay.log"
    assert log == supervisor.log_file("relay")
    assert log.stat().st_mode & 0o777 == 0o600


def test_children_stop_in_reverse_order_by_their_signal(tmp_path):
    script = """
import pathlib, signal, sys, time
def end(*_):
    with pathlib.Path(sys.argv[1]).open("a") as file: file.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(600)
"""
    order = tmp_path / "order"
    with Supervisor(tmp_path) as supervisor:
        for name in ("database", "web", "relay"):
            supervisor.start(name, [sys.executable, "-c", script, str(order), name])
            eventually(lambda name=name: words(supervisor, name) == ["up"])
        assert supervisor.names() == ["database", "web", "relay"]
    assert order.read_text().split() == ["relay", "web", "database"]


def test_a_deaf_child_is_killed_after_the_grace_together_with_its_own_children(supervisor):
    script = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
print(child.pid, flush=True)
time.sleep(600)
"""
    supervisor.start("deaf", [sys.executable, "-c", script], grace_seconds=0.2)
    eventually(lambda: words(supervisor, "deaf"))
    grandchild = int(words(supervisor, "deaf")[0])
    pid = supervisor.pid("deaf")
    supervisor.stop_one("deaf")
    assert not alive(pid)
    eventually(lambda: not alive(grandchild))
    assert supervisor.names() == []


def test_what_a_killed_master_left_is_gone_before_it_starts_again(supervisor):
    script = """
import subprocess, time
print(subprocess.Popen(["sleep", "600"]).pid, flush=True)
time.sleep(600)
"""
    supervisor.start("web", [sys.executable, "-c", script])
    eventually(lambda: words(supervisor, "web"))
    left = int(words(supervisor, "web")[0])
    supervisor.kill("web")
    eventually(lambda: len(words(supervisor, "web")) == 2)
    assert not alive(left)


def test_children_are_out_of_reach_of_ctrl_c(supervisor):
    supervisor.start("web", SLEEP)
    assert os.getpgid(supervisor.pid("web")) == supervisor.pid("web")


def test_children_die_when_the_supervisor_is_killed(tmp_path):
    script = f"""
import sys, threading
from pathlib import Path
from enrol.embedded import Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
starter = threading.Thread(target=supervisor.start, args=("web", {SLEEP!r}))
starter.start()
starter.join()
print(supervisor.pid("web"), flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        child = int(process.stdout.readline())
        log = tmp_path / "log" / "web.log"
        # The thread that asked has ended long ago; the child lives on.
        eventually(lambda: log.read_text() == "up\n")
        assert alive(child)
        process.kill()
    eventually(lambda: not alive(child))


def test_a_program_that_does_not_exist_says_so_in_the_log(supervisor):
    supervisor.start("web", ["/nonexistent/gunicorn"])
    eventually(lambda: "/nonexistent/gunicorn:" in words(supervisor, "web"))


def test_a_name_is_taken_once(supervisor):
    supervisor.start("web", SLEEP)
    with pytest.raises(ValueError, match="already"):
        supervisor.start("web", SLEEP)


def test_a_name_is_free_after_its_stop(supervisor):
    supervisor.start("web", SLEEP)
    supervisor.stop_one("web")
    supervisor.start("web", SLEEP)
    assert alive(supervisor.pid("web"))


def test_a_supervisor_can_be_used_again_after_a_stop(supervisor):
    supervisor.start("web", SLEEP)
    pid = supervisor.pid("web")
    supervisor.stop()
    supervisor.stop()
    assert not alive(pid)
    supervisor.start("web", SLEEP)
    assert alive(supervisor.pid("web"))
