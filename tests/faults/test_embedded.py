"""The embedded servers keep what was committed and say in one line why they cannot start."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from enrol.embedded import EmbeddedServices, EmbeddedServicesError, RunningServices, binaries
from enrol.embedded.leftovers import servers_in

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")


@pytest.fixture(scope="module")
def running(open_directory: Path) -> Iterator[EmbeddedServices]:
    """Servers for tests that leave them running."""
    with EmbeddedServices(directory=open_directory / "var") as services:
        yield services


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def value(url: str, query: str) -> object:
    with connected(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def back_with_another_pid(services: EmbeddedServices, name: str, old: int) -> None:
    deadline = time.monotonic() + 60
    while services.supervisor.pid(name) in (old, None):
        assert time.monotonic() < deadline, "not started again"
        time.sleep(0.02)
    services.wait_until_ready()


@pytest.mark.parametrize(
    "setting", ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"]
)
def test_what_is_acknowledged_is_on_disk(running, setting):
    assert value(running.database_url, f"SHOW {setting}") == "on"


def test_the_order_of_letters_is_the_same_on_every_machine(running):
    query = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'enrol'"
    assert value(running.database_url, query) == "bC.UTF-8"
    assert value(running.database_url, "SHOW server_encoding") == "UTF8"


def test_an_accented_letter_is_a_letter_for_the_trigram_search(running):
    # Under LC_CTYPE "C" the letters of "Đào" fall apart and only "o" would be left.
    assert value(running.database_url, "SELECT similarity('Đào', 'đào') = 1 AND 'Đ' ~ '\\w'")
    assert value(running.database_url, "SELECT cardinality(show_trgm('Đào'))") == 4


def test_the_application_owns_its_database_and_is_no_superuser(running):
    url = running.database_url
    rights = "rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls"
    assert value(url, f"SELECT {rights} FROM pg_roles WHERE rolname = current_user") is False
    owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
    assert value(url, owner) == "enrol"
    with connected(url) as connection:
        connection.execute("CREATE TABLE of_mine (number int)")
        connection.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY of_mine FROM PROGRAM 'id'")
        connection.execute("DROP TABLE of_mine")


def test_a_new_database_has_the_extensions(running):
    url = running.create_database("another")
    names = "extname IN ('unaccent', 'pg_trgm', 'btree_gist')"
    assert value(url, f"SELECT count(*) FROM pg_extension WHERE {names}") == 3
    assert running.create_database("another") == url
    running.drop_database("another")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        value(url, "SELECT 1")


@pytest.mark.parametrize("name", ["", "Big", "a b", 'a"; DROP ROLE enrol; --', "ắ", "x" * 64])
def test_only_plain_database_names_are_taken(running, name):
    with pytest.raises(ValueError, match="not a database name"):
        running.create_database(name)


def test_no_one_enters_without_the_password(running):
    right = running.database_url.replace("+psycopg", "")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(right, password="")
    for role in ("enrol", "postgres"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(right, user=role, password="guess")
    path = running.redis_url.split("@", 1)[1].partition("?")[0]
    for url in (f"unix://{path}", f"unix://:guess@{path}"):
        with redis.Redis.from_url(url) as connection, pytest.raises(redis.AuthenticationError):
            connection.ping()


def test_no_rule_trusts_and_none_is_for_the_network(running, open_directory):
    rules = [
        line.split()
        for line in (open_directory / "var/servers/postgres/data/pg_hba.conf")
        .read_text()
        .splitlines()
        if line and not line.startswith("#")
    ]
    assert rules == [["local", "all", "all", "scram-sha-256"]]


def test_passwords_and_sockets_are_closed_to_others(running, open_directory):
    var = open_directory / "var"
    secrets = list((var / "secrets").iterdir())
    assert len(secrets) == 3
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    assert {
        (var / "servers" / name).stat().st_mode & 0o777 for name in ("postgres", "valkey", "run")
    } == {0o700}
    assert (var / "servers/valkey/valkey.conf").stat().st_mode & 0o777 == 0o600
    for pid in (running.postgres_pid, running.valkey_pid):
        seen = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        assert not [path for path in secrets if path.read_bytes() in seen]


def test_nothing_listens_on_the_network(running):
    listening = set()
    for table in ("tcp", "tcp6"):
        rows = [row.split() for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
        listening |= {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}
    held = set()
    for pid in (running.postgres_pid, running.valkey_pid):
        held |= {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    assert any(name.startswith("socket:") for name in held)
    assert not held & listening


def test_committed_rows_outlive_a_killed_postmaster(running):
    url = running.database_url
    with connected(url) as connection:
        connection.execute("CREATE TABLE receipts (code text PRIMARY KEY)")
        connection.execute("INSERT INTO receipts VALUES ('AR1')")
    old = running.postgres_pid
    os.kill(old, signal.SIGKILL)
    back_with_another_pid(running, "postgres", old)
    assert value(url, "SELECT code FROM receipts") == "AR1"


def test_a_killed_backend_takes_only_the_sessions_with_it(running):
    with connected(running.database_url) as connection:
        before = running.postgres_pid
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    running.wait_until_ready()
    assert running.postgres_pid == before
    assert value(running.database_url, "SELECT 1") == 1


def test_an_orphaned_backend_in_a_long_query_does_not_stop_the_restart(running, open_directory):
    with connected(running.database_url) as connection:
        orphan = connection.info.backend_pid
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
        connection.pgconn.flush()
        old = running.postgres_pid
        os.kill(old, signal.SIGKILL)
        connection.close()
    back_with_another_pid(running, "postgres", old)
    data = open_directory / "var/servers/postgres/data"
    assert orphan not in servers_in(directory=data, program="postgres")
    assert value(running.database_url, "SELECT 1") == 1


def test_a_killed_valkey_comes_back_with_its_keys(running):
    with redis.Redis.from_url(running.redis_url) as connection:
        connection.set("place", "17")
    old = running.valkey_pid
    os.kill(old, signal.SIGKILL)
    back_with_another_pid(running, "valkey", old)
    with redis.Redis.from_url(running.redis_url) as connection:
        assert connection.get("place") == b"17"
        assert connection.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_a_refused_row_leaves_no_personal_data_in_the_log(running, open_directory):
    with connected(running.database_url) as connection:
        connection.execute("CREATE TABLE children (name text UNIQUE)")
        connection.execute("INSERT INTO children VALUES ('Nguyễn Thị Ẩn Danh')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO children VALUES (%s)", ["Nguyễn Thị Ẩn Danh"])
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("INSERT INTO childrn VALUES ('Nguyễn Thị Ẩn Danh')")
    text = (open_directory / "var/log/postgres.log").read_text()
    assert "children_name_key" in text
    assert "Danh" not in text


def test_a_second_instance_is_refused_in_one_clear_line(running, open_directory):
    with (
        pytest.raises(EmbeddedServicesError) as caught,
        EmbeddedServices(directory=open_directory / "var"),
    ):
        pass
    line = str(caught.value)
    assert "\n" not in line
    assert str(os.getpid()) in line
    assert str(open_directory / "var") in line
    assert value(running.database_url, "SELECT 1") == 1


def test_another_process_finds_the_running_servers(running, open_directory):
    found = RunningServices(directory=open_directory / "var")
    assert (found.database_url, found.redis_url) == (running.database_url, running.redis_url)


def test_nothing_was_ever_started_here(fresh_directory):
    with pytest.raises(EmbeddedServicesError, match="No embedded servers were ever started"):
        RunningServices(directory=fresh_directory)


def test_a_stop_leaves_no_process_and_the_next_start_finds_the_data(fresh_directory):
    var = fresh_directory / "var"
    with EmbeddedServices(directory=var) as services:
        with connected(services.database_url) as connection:
            connection.execute("CREATE TABLE kept (number int)")
        with redis.Redis.from_url(services.redis_url) as connection:
            connection.set("kept", "yes")
        first = services.database_url
    assert not servers_in(directory=var / "servers/postgres/data", program="postgres")
    assert not servers_in(directory=var / "servers/valkey", program="valkey-server")
    with EmbeddedServices(directory=var) as services:
        assert services.database_url == first
        assert value(services.database_url, "SELECT count(*) FROM kept") == 0
        with redis.Redis.from_url(services.redis_url) as connection:
            assert connection.get("kept") == b"yes"


def test_stale_lock_files_naming_a_living_process_do_not_matter(fresh_directory):
    var = fresh_directory / "var"
    with EmbeddedServices(directory=var):
        pass
    data = var / "servers/postgres/data"
    owner = data.stat()
    stranger = subprocess.Popen(
        ["sleep", "600"],
        user=owner.st_uid,
        group=owner.st_gid,
        extra_groups=[] if os.geteuid() == 0 else None,
    )
    try:
        for stale in (data / "postmaster.pid", var / "servers/run/.s.PGSQL.5432.lock"):
            stale.write_text(f"{stranger.pid}\n{data}\n1700000000\n5432\n{var}/servers/run\n\n")
            os.chown(stale, owner.st_uid, owner.st_gid)
        (var / "servers/run/valkey.sock").touch()
        with EmbeddedServices(directory=var) as services:
            assert value(services.database_url, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_torn_append_only_file_is_read_up_to_the_tear(fresh_directory):
    var = fresh_directory / "var"
    with (
        EmbeddedServices(directory=var) as services,
        redis.Redis.from_url(services.redis_url) as connection,
    ):
        connection.set("first", "1")
        connection.set("second", "2")
    (file,) = (var / "servers/valkey/appendonlydir").glob("*.incr.aof")
    os.truncate(file, file.stat().st_size - 5)
    with (
        EmbeddedServices(directory=var) as services,
        redis.Redis.from_url(services.redis_url) as connection,
    ):
        assert connection.get("first") == b"1"
        assert connection.get("second") is None


def test_an_unreadable_append_only_file_is_set_aside(fresh_directory):
    var = fresh_directory / "var"
    with (
        EmbeddedServices(directory=var) as services,
        redis.Redis.from_url(services.redis_url) as connection,
    ):
        connection.set("first", "1")
    valkey = var / "servers/valkey"
    (file,) = (valkey / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(b"\x00rubbish\r\n" * 100)
    with (
        EmbeddedServices(directory=var) as services,
        redis.Redis.from_url(services.redis_url) as connection,
    ):
        assert connection.dbsize() == 0
    (kept,) = valkey.glob("appendonlydir.broken-*")
    assert (kept / file.name).read_bytes().startswith(b"\x00rubbish")


def test_a_lost_password_file_is_named(fresh_directory):
    var = fresh_directory / "var"
    with EmbeddedServices(directory=var):
        pass
    (var / "secrets/postgres-password").unlink()
    with pytest.raises(EmbeddedServicesError, match=r"refuses the password in .*secrets"):
        EmbeddedServices(directory=var).start()


def test_data_of_another_version_is_refused(fresh_directory):
    var = fresh_directory / "var"
    with EmbeddedServices(directory=var):
        pass
    (var / "servers/postgres/data/PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedServicesError, match="made by PostgreSQL 17"):
        EmbeddedServices(directory=var).start()


def test_a_server_that_cannot_start_tells_its_last_words(fresh_directory):
    var = fresh_directory / "var"
    with EmbeddedServices(directory=var):
        pass
    (var / "servers/postgres/data/global/pg_control").unlink()
    with pytest.raises(EmbeddedServicesError, match=r"postgres does not start .*pg_control"):
        EmbeddedServices(directory=var, ready_within_seconds=3).start()
    assert not servers_in(directory=var / "servers/valkey", program="valkey-server")


def test_a_half_made_cluster_is_made_again(fresh_directory):
    var = fresh_directory / "var"
    unfinished = var / "servers/postgres/data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with EmbeddedServices(directory=var) as services:
        assert value(services.database_url, "SELECT 1") == 1


def test_a_long_path_gets_short_sockets_and_takes_them_away(fresh_directory):
    var = fresh_directory / "một đường dẫn" / ("rất-dài-" * 12) / "var"
    with EmbeddedServices(directory=var) as services:
        short = (var / "servers/run").resolve()
        assert short.stat().st_mode & 0o777 == 0o700
        assert value(services.database_url, "SELECT 1") == 1
        with redis.Redis.from_url(services.redis_url) as connection:
            assert connection.ping()
    assert not short.exists()
    with EmbeddedServices(directory=var) as services:
        assert value(services.database_url, "SELECT 1") == 1


def test_spaces_commas_and_accents_in_the_path_do_not_matter(fresh_directory):
    with EmbeddedServices(directory=fresh_directory / "thư mục, 100% 'mới'") as services:
        assert value(services.database_url, "SELECT 1") == 1
        with redis.Redis.from_url(services.redis_url) as connection:
            assert connection.ping()


def test_a_path_that_a_shell_would_read_otherwise_is_refused(fresh_directory, monkeypatch):
    here = binaries.find_binaries()
    there = fresh_directory / "$(id)"
    there.symlink_to(here.postgres_bin)
    odd = binaries.Binaries(postgres_bin=there, valkey_server=here.valkey_server)
    monkeypatch.setattr(binaries, "_reachable", lambda found, layout: odd)
    with pytest.raises(EmbeddedServicesError, match="dollar or backslash in the path"):
        EmbeddedServices(directory=fresh_directory / "var").start()
