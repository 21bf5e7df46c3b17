"""The announcement as public pages show it: read once in a few seconds, not once a visitor."""

from threading import Lock
from time import monotonic

from flask import Flask, current_app

from enrol.services import reading

SECONDS = 5.0
_NAME = "enrol_public_notice"


class KeptNotice:
    """One process's copy of the current notice; at most ``SECONDS`` old, in tests never old."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._notice: reading.Notice | None = None
        self._read_at: float | None = None

    def now(self) -> reading.Notice | None:
        """Return the notice; one thread reads it, the others wait for that one answer."""
        with self._lock:
            is_fresh = self._read_at is not None and monotonic() - self._read_at < _age_allowed()
            if not is_fresh:
                self._notice = reading.current_notice()
                self._read_at = monotonic()
            return self._notice


def _age_allowed() -> float:
    return 0.0 if current_app.testing else SECONDS


def register(app: Flask) -> None:
    """Give the application its copy."""
    app.extensions[_NAME] = KeptNotice()


def current_notice() -> reading.Notice | None:
    """Return the current notice, at most a few seconds old."""
    kept: KeptNotice = current_app.extensions[_NAME]
    return kept.now()
