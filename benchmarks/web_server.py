"""Measure slow phones and a burst: ``python -m benchmarks.web_server [--phones N …] [--burst N]``.

Two gunicorn processes under our settings serve a small application, once by gunicorn's own threads
and once by ours. While some telephones send 4 KB at 2 KB a second, others ask for a page; then a
burst of requests comes at once. Everything on this machine's own network, bounded in time.
"""

import argparse
import asyncio
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path
from statistics import median

from enrol.config import ROOT

OURS, THEIRS = "enrol.adapters.patient_worker.PatientWorker", "gthread"
APPLICATION = """
import time
def app(environ, start_response):
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    time.sleep(0.05 if environ["PATH_INFO"] == "/work" else 0.001)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
"""
LETTER = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000
PIECE, PAUSE = 200, 0.1
LOOK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
WORK = b"GET /work HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SECONDS = 12.0


def main() -> None:
    """Measure both workers and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, nargs="*", default=[0, 15, 40, 200])
    parser.add_argument("--burst", type=int, default=3000)
    options = parser.parse_args()
    for phones in options.phones:
        for worker in (THEIRS, OURS):
            with served(worker, threads=8) as port:
                print(
                    f"{worker.rpartition('.')[2]:14} {phones:4} slow phones: {others(port, phones)}"
                )
    for worker in (THEIRS, OURS) if options.burst else ():
        with served(worker, threads=4) as port:
            for line in burst(port, options.burst):
                print(f"{worker.rpartition('.')[2]:14} {line}")


@contextmanager
def served(worker: str, *, threads: int) -> Iterator[int]:
    """Serve the application by two processes of this kind."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        (Path(name) / "small.py").write_text(APPLICATION)
        argv = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
        argv += ["--chdir", name, "small:app", "--worker-class", worker]
        settings = {"PORT": str(port), "WEB_CONCURRENCY": "2", "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            argv,
            env={**environ, **settings, "ENROL_WEB_THREADS": str(threads)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(3)
            yield port
        finally:
            process.terminate()
            process.wait()


def others(port: int, phones: int) -> str:
    """Return how long a page takes for everybody else while the slow phones send."""
    stop = threading.Event()
    crew = [threading.Thread(target=_slow_phone, args=(port, stop)) for _ in range(phones)]
    for thread in crew:
        thread.start()
    time.sleep(1.5)
    waits = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
            sock.sendall(LOOK)
            sock.recv(1000)
        waits.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    stop.set()
    for thread in crew:
        thread.join()
    return f"{_spread(waits)} ms, {len(waits)} pages"


def _slow_phone(port: int, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
                for start in range(0, len(LETTER), PIECE):
                    sock.sendall(LETTER[start : start + PIECE])
                    if stop.wait(PAUSE):
                        return
                sock.recv(1000)
        except OSError:
            continue


def burst(port: int, size: int) -> list[str]:
    """Return how a burst was answered, by status."""
    found: dict[str, list[float]] = {}

    async def ask() -> None:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(60):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(WORK)
                status = (await reader.read(200))[9:12].decode() or "no answer"
                writer.close()
        except (OSError, TimeoutError):
            status = "no answer"
        found.setdefault(status, []).append(time.perf_counter() - began)

    async def crowd() -> None:
        await asyncio.gather(*(ask() for _ in range(size)))

    asyncio.run(crowd())
    return [
        f"burst of {size}: {status} to {len(waits)}, {_spread(waits)} s"
        for status, waits in sorted(found.items())
    ]


def _spread(waits: list[float]) -> str:
    ordered = sorted(waits)
    late = ordered[int(len(ordered) * 0.95)]
    return f"median {median(ordered):.2f}, 95 % {late:.2f}, longest {ordered[-1]:.2f}"


if __name__ == "__main__":
    main()
