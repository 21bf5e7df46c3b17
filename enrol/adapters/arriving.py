"""A request on its way in: what of it is there, and when a thread can take it."""

import re
from dataclasses import dataclass, field
from typing import Any

END_OF_HEAD = b"\r\n\r\n"
MOST_COLLECTED = 16 * 1024 * 1024
"""A larger request is read by its thread."""
MOST_HEAD = 32 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
_WITHOUT_LENGTH = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


@dataclass
class Arriving:
    """A request of which something may still be missing."""

    conn: Any
    began: float
    body: bytearray = field(default_factory=bytearray)
    size: int | None = None
    """How many bytes make it whole, once its head is known."""
    has_no_length: bool = False
    """It comes in pieces of unknown number, as no browser sends one: nobody waits for its end."""
    has_endless_head: bool = False
    """Its head is longer than any browser's and not over: a thread would wait for the rest."""

    def is_whole(self, searched: int) -> bool:
        """Tell whether a thread can take it; ``searched`` bytes were looked at before."""
        if self.size is None:
            end = self.body.find(END_OF_HEAD, max(0, searched - len(END_OF_HEAD)))
            if end < 0:
                self.has_endless_head = len(self.body) > MOST_HEAD
                return self.has_endless_head
            head = bytes(self.body[: end + 2])
            length = _LENGTH.search(head)
            wanted = int(length[1]) if length else 0
            self.has_no_length = _WITHOUT_LENGTH.search(head) is not None
            is_too_large = self.has_no_length or wanted > MOST_COLLECTED
            self.size = 0 if is_too_large else end + len(END_OF_HEAD) + wanted
        return len(self.body) >= self.size
