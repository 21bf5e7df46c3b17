"""Kills processes of the house while families come: Valkey, a web worker, the relay, in turn."""

import os
import signal
import threading
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from enrol.cli.demo.stack import Stack

TARGETS = ("valkey", "web", "relay")


class Mishaps:
    """``with Mishaps(...)`` kills one of ``TARGETS`` every so many seconds; 0 kills nothing.

    ``killed`` counts what really died. The house's supervisors start everything again, as an
    installation's would.
    """

    def __init__(self, stack: Stack, *, every_seconds: float) -> None:
        self.killed: Counter[str] = Counter()
        self._stack = stack
        self._every_seconds = every_seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go, name="mishaps")

    def __enter__(self) -> Self:
        if self._every_seconds > 0:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _go(self) -> None:
        number = 0
        while not self._over.wait(self._every_seconds):
            target = TARGETS[number % len(TARGETS)]
            if self._kill(target):
                self.killed[target] += 1
            number += 1

    def _kill(self, target: str) -> bool:
        if target == "valkey":
            servers = self._stack.servers
            pid = servers.valkey_pid if servers is not None else None
        elif target == "web":
            pid = _worker_of(self._stack.processes.pid("web"))
        else:
            pid = self._stack.processes.pid(target)
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


def _worker_of(master: int | None) -> int | None:
    """Return one of gunicorn's workers, the master being left alone."""
    if master is None:
        return None
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return int(children[0]) if children else None
