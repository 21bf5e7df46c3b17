"""Server processes that a killed supervisor or a killed postmaster left behind.

A server is recognised by its working directory: PostgreSQL and Valkey both stand in their data
directory. An orphaned backend in the middle of a long query keeps the shared memory of the old
cluster and thereby stops a new postmaster from starting.
"""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

_PROC = Path("/proc")


def servers_in(*, directory: Path, program: str) -> set[int]:
    """Return the live processes called `program` that stand in `directory` (none without /proc)."""
    real = str(directory.resolve())
    found: set[int] = set()
    if not _PROC.is_dir():
        return found
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stands_here = os.readlink(entry / "cwd") == real  # noqa: PTH115 - the raw text, as the kernel gives it
            called = stands_here and (entry / "comm").read_text().strip()
        except OSError:  # gone meanwhile, a zombie, or another user's
            continue
        if called == program:
            found.add(int(entry.name))
    return found


def end_servers(
    *, directory: Path, program: str, steps: Sequence[tuple[signal.Signals | None, float]]
) -> set[int]:
    """Send each signal of `steps` (None: none), wait that many seconds each; return who is left."""
    for number, seconds in steps:
        deadline = time.monotonic() + seconds
        left = servers_in(directory=directory, program=program)
        for pid in left if number is not None else ():
            _send(pid, number)
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = servers_in(directory=directory, program=program)
        if not left:
            return set()
    return servers_in(directory=directory, program=program)


def _send(pid: int, number: signal.Signals | None) -> None:
    if number is None:
        return
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
