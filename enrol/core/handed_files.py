"""Files that officers fetch and bring, as records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ExportHead:
    """What a file for officers is and who asked for it, for its title and watermark."""

    number: int
    kind: str
    form: str
    language: str
    columns: Sequence[str]
    intake: str
    place: str
    officer: str
    asked_at: datetime
    is_rehearsal: bool


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file on the disk; ``size`` in bytes, ``sha256`` as 64 hex digits."""

    name: str
    size: int
    sha256: str
