"""A bucket of one process, for the time in which no shared one can be asked."""

from threading import Lock
from time import monotonic


class LocalDoor:
    """Lets in at most ``share`` of a rate, and at most ``burst_seconds`` of it at once."""

    def __init__(self, *, share: float, burst_seconds: float) -> None:
        self._share = share
        self._burst_seconds = burst_seconds
        self._lock = Lock()
        self._tokens: float | None = None
        self._at = 0.0

    def lets_in(self, *, per_second: float) -> bool:
        """Take a token if there is one; ``per_second`` is the rate of all processes together."""
        rate = per_second * self._share
        most = max(1.0, rate * self._burst_seconds) if rate > 0 else 0.0
        now = monotonic()
        with self._lock:
            held = most if self._tokens is None else self._tokens + (now - self._at) * rate
            self._at = now
            self._tokens = min(most, held)
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True
