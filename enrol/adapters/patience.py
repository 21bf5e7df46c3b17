"""How long and how much the web server bears with a visitor (docs/operations.md)."""

import os

MOST_WAITING = int(os.environ.get("ENROL_WEB_LINE", "300"))
"""Whole requests that may wait for a thread of one process; pressed buttons get twice as many."""
LONGEST_WAIT_SECONDS = 5.0
"""A page that nobody waits for any more is not made; what a button sends always is."""
MOST_HELD = 64 * 1024 * 1024
"""Bytes of requests that one process collects; beyond it the largest of them is sent away."""
MOST_LARGE = 1
"""Requests too large to be collected that threads of one process read at the same time."""
SILENT_SECONDS = 10.0
SLOW_SECONDS = 60.0
SLOWEST_BYTES_A_SECOND = 4 * 1024
"""Who sends so much may take longer: a photograph from a telephone on a bad network."""
STALLED_SECONDS = 30
"""How long a thread waits for the next piece of a large request."""
LINGER_SECONDS = 2.0
LARGE_LINGER_SECONDS = 20.0
"""How long what was refused for its size may go on coming, so that its sender reads why."""
SWEEP_SECONDS = 0.5
CROWDED = 0.9
FEWEST_CONNECTIONS = 20
OTHER_FILES = 100
"""Open files of a process besides the visitors' connections."""


def seconds_to_arrive(*, sent: int, is_stopping: bool) -> float:
    """Return how long a request may take of which so many bytes are here."""
    if not sent:
        return 0.0 if is_stopping else SILENT_SECONDS
    return SLOW_SECONDS + sent / SLOWEST_BYTES_A_SECOND
