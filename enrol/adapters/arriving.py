"""A request on its way in: what of it is there, when a thread can take it, and what is refused."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

END_OF_HEAD = b"\r\n\r\n"
MOST_COLLECTED = 16 * 1024 * 1024
"""A larger request is read by its thread."""
MOST_READ = 208 * 1024 * 1024
"""The largest that anybody may send: an officer's import files and the form around them."""
MOST_HEAD = 32 * 1024
_LENGTHS = re.compile(rb"\r\ncontent-length:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.IGNORECASE)
_ONE_LENGTH = re.compile(rb"\d{1,12}")
_WITHOUT_LENGTH = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_ENGLISH = re.compile(rb"\r\ncookie:[^\r]*\blang=en\b", re.IGNORECASE)


class Fault(Enum):
    """Why a request is refused unread, as the status line tells it (RFC 9110, 9112)."""

    UNCLEAR_LENGTH = "400 Bad Request"
    """Its length is no plain number, or there are two: a thread would wait for what never comes."""
    NO_LENGTH = "411 Length Required"
    """It comes in pieces of unknown number, as no browser sends one: nobody waits for its end."""
    TOO_LARGE = "413 Content Too Large"
    ENDLESS_HEAD = "431 Request Header Fields Too Large"
    """Its head is longer than any browser's and not over: a thread would wait for the rest."""


@dataclass(eq=False)
class Arriving:
    """A request of which something may still be missing."""

    conn: Any
    began: float
    body: bytearray = field(default_factory=bytearray)
    size: int | None = None
    """How many bytes make it whole, once its head is known."""
    fault: Fault | None = None
    is_large: bool = False
    """It is longer than what is collected: its thread has to wait for the rest."""

    def is_whole(self, searched: int) -> bool:
        """Tell whether a thread, or nobody, can take it; ``searched`` bytes were seen before."""
        if self.size is None:
            end = self.body.find(END_OF_HEAD, max(0, searched - len(END_OF_HEAD)))
            if end < 0:
                self.fault = Fault.ENDLESS_HEAD if len(self.body) > MOST_HEAD else None
                return self.fault is not None
            self.size = end + len(END_OF_HEAD) + self._announced(bytes(self.body[: end + 2]))
        return len(self.body) >= self.size

    @property
    def is_button(self) -> bool:
        """Whether somebody pressed a button."""
        return self.body[:7].lstrip(b"\r\n").startswith(b"POST ")

    @property
    def language(self) -> str:
        """The language its sender has chosen."""
        return "en" if _ENGLISH.search(self.body) is not None else "vi"

    @property
    def target(self) -> str:
        """The address that is asked for."""
        return self.body[:300].lstrip(b"\r\n").partition(b" ")[2].decode("latin-1")

    def _announced(self, head: bytes) -> int:
        """Return how many bytes of a body are to be collected."""
        lengths: list[bytes] = _LENGTHS.findall(head)
        wanted = 0
        if _WITHOUT_LENGTH.search(head) is not None:
            self.fault = Fault.NO_LENGTH
        elif len(lengths) > 1 or not all(_ONE_LENGTH.fullmatch(length) for length in lengths):
            self.fault = Fault.UNCLEAR_LENGTH
        elif lengths:
            wanted = int(lengths[0])
            self.fault = Fault.TOO_LARGE if wanted > MOST_READ else None
            self.is_large = MOST_COLLECTED < wanted <= MOST_READ
        return 0 if self.fault is not None or self.is_large else wanted
