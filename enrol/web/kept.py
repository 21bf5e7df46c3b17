"""What many pages show and rarely changes: read once in a while, not once a visitor."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

from flask import current_app

from enrol.services.refusals import StoreBusy

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")
_SOON = 1.0


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


class KeptLoosely(Generic[Thing]):
    """One process's copy of a thing that no page may wait for.

    While one thread reads it anew the others go on with the old one, which also stays when the
    database is busy. In tests never old.
    """

    def __init__(self, *, read: Callable[[], Thing], seconds: float) -> None:
        self._read = read
        self._seconds = seconds
        self._lock = Lock()
        self._held: tuple[Thing, float] | None = None

    def now(self) -> Thing:
        """Return the thing; StoreBusy only when it was never read."""
        held = self._held
        if held is not None and (monotonic() < held[1] or not self._lock.acquire(blocking=False)):
            return held[0]
        if held is None:
            self._lock.acquire()
        try:
            if self._held is not None and monotonic() < self._held[1]:
                return self._held[0]
            lasts = 0.0 if current_app.testing else self._seconds
            self._held = (self._read(), monotonic() + lasts)
        except StoreBusy:
            if self._held is None:
                raise
            self._held = (self._held[0], monotonic() + _SOON)
        finally:
            self._lock.release()
        return self._held[0]

    def fresh(self) -> Thing | None:
        """Return the thing if it need not be read anew; touches nothing, not even Flask."""
        held = self._held
        return held[0] if held is not None and monotonic() < held[1] else None

    def forget(self) -> None:
        """Let the next one read it anew."""
        self._held = None


class KeptEach(Generic[Key, Thing]):
    """One process's copies of things by key, each at most ``seconds`` old; in tests never old."""

    def __init__(self, *, read: Callable[[Key], Thing], seconds: float, most: int) -> None:
        self._read = read
        self._seconds = seconds
        self._most = most
        self._held: dict[Key, tuple[Thing, float]] = {}

    def of(self, key: Key) -> Thing:
        """Return the thing of this key. Two threads may both read it: the answers are alike."""
        held = self._held.get(key)
        allowed = 0.0 if current_app.testing else self._seconds
        if held is not None and monotonic() - held[1] < allowed:
            return held[0]
        if len(self._held) >= self._most:  # whoever asks for made-up keys fills no memory
            self._held.clear()
        thing = self._read(key)
        self._held[key] = (thing, monotonic())
        return thing
