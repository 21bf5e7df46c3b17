"""What many pages show and rarely changes: read once in a while, not once a visitor."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

from flask import current_app

Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """One process's copy of a thing, at most ``seconds`` old; in tests never old."""

    def __init__(self, *, read: Callable[[], Thing], seconds: float) -> None:
        self._read = read
        self._seconds = seconds
        self._lock = Lock()
        self._held: tuple[Thing, float] | None = None

    def now(self) -> Thing:
        """Return the thing; one thread reads it, the others wait for that one answer."""
        with self._lock:
            allowed = 0.0 if current_app.testing else self._seconds
            if self._held is None or monotonic() - self._held[1] >= allowed:
                self._held = (self._read(), monotonic())
            return self._held[0]
