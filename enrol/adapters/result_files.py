"""The published pages as plain files: any web server or mirror can carry them.

One directory an intake, one an edition inside it, and a symbolic link ``current`` to the edition
that is served. An edition is filled unseen and shown by renaming the link, so a reader finds the
old set or the new one, never a mixture.
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

ABOUT = "about.json"
"""Says which intake an edition is of (``services/result_pages``)."""

CURRENT = "current"
_FILE_MODE = 0o644
_DIRECTORY_MODE = 0o755


class Page(Protocol):
    """One page: its path below the edition, with slashes, and its bytes."""

    @property
    def path(self) -> str: ...

    @property
    def body(self) -> bytes: ...


class ResultFiles:
    """Writes editions below one directory: ``<intake>/<edition>/<page path>``."""

    def __init__(self, *, directory: Path) -> None:
        self._directory = directory

    def write(self, *, intake: str, edition: str, pages: Iterable[Page]) -> int:
        home = self._inside(self._directory, intake, edition)
        written = 0
        for page in pages:
            put(self._inside(home, *page.path.split("/")), page.body)
            written += 1
        return written

    def publish(self, *, intake: str, edition: str) -> None:
        home = self._inside(self._directory, intake)
        _make(self._inside(home, edition))
        switch(home, edition=edition)

    def _inside(self, home: Path, *parts: str) -> Path:
        for part in parts:
            if not part or part.startswith(".") or part == CURRENT or set(part) & set("/\\\0"):
                message = f"not a name of a page or directory: {part!r}"
                raise ValueError(message)
        return home.joinpath(*parts)


def switch(home: Path, *, edition: str) -> None:
    """Let ``current`` in this directory be the edition, in one step."""
    fresh = home / f".{CURRENT}.{secrets.token_hex(8)}"
    fresh.symlink_to(edition, target_is_directory=True)
    fresh.replace(home / CURRENT)


def _make(directory: Path) -> None:
    directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)


def put(path: Path, body: bytes) -> None:
    """Write a file whole or not at all; one that has these bytes already is left alone."""
    # A job may run twice, the second time when the edition is already served: equal bytes are left
    # alone, others replace the file in one step.
    try:
        if path.read_bytes() == body:
            return
    except FileNotFoundError:
        _make(path.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
