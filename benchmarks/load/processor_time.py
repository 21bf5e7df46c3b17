"""Processor time of the house's processes, as the kernel counts it (nanoseconds a thread)."""

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
WEB, POSTGRES, VALKEY, BEHIND = "web", "postgres", "valkey", "workers_and_relay"
_MARKS = (("gunicorn", WEB), ("postgres", POSTGRES), ("valkey", VALKEY), ("redis", VALKEY))
SERVING = (WEB, POSTGRES, VALKEY)


@dataclass(frozen=True)
class Spent:
    """Seconds of processor time by group."""

    seconds: dict[str, float]

    def since(self, before: "Spent") -> "Spent":
        """Return what was spent between two readings; a process that ended took its part along."""
        return Spent(
            {
                group: max(0.0, seconds - before.seconds[group])
                for group, seconds in self.seconds.items()
            }
        )

    @property
    def serving(self) -> float:
        """Everything on the server's side that a request causes: web, PostgreSQL, Valkey."""
        return sum(self.seconds[group] for group in SERVING)


def spent(*, below: int | None = None) -> Spent:
    """Return what the processes below this one (or below ``below``) have used so far."""
    seconds = dict.fromkeys((*SERVING, BEHIND), 0.0)
    for process in _descendants(below or os.getpid()):
        group = _group(process)
        if group is not None:
            seconds[group] += _used(process)
    return Spent(seconds)


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                after = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(after[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = list(children.get(root, []))
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def _group(process: int) -> str | None:
    try:
        command = (_PROC / str(process) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return None
    if "locust" in command or "pgbench" in command:
        return None
    return next((group for mark, group in _MARKS if mark in command), BEHIND)


def _used(process: int) -> float:
    """Return seconds on a processor, of threads that live (the house's threads live long)."""
    total = 0
    for thread in (_PROC / str(process) / "task").glob("*/schedstat"):
        try:
            total += int(thread.read_text().split()[0])
        except OSError:
            continue
    return total / 1e9
