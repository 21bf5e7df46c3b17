"""The files with which anybody checks an intake, where the pages offer them.

``<directory>/<intake>/<edition>/`` holds the bundle, the verifier that belongs to it and what is
known of both; the link ``current`` leads to the edition that is offered. Both files change in one
step, so nobody ever saves a bundle of one edition and the verifier of another.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from enrol.adapters.result_files import CURRENT, put, switch
from enrol.adapters.verifier_file import verifier_bytes

VERIFIER = "verify.pyz"
ABOUT = "about.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FILE_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """One file as a page offers it; ``size`` in bytes, ``sha256`` as 64 hex digits."""

    name: str
    path: Path
    size: int
    sha256: str


class BundleFiles:
    """Puts the bundle of an intake and its verifier into one directory an intake."""

    def __init__(self, *, directory: Path) -> None:
        self._directory = directory

    def publish(self, *, intake: str, members: Mapping[str, bytes]) -> tuple[OfferedFile, ...]:
        home = self._home(intake)
        bodies = {f"{intake}.zip": zip_bytes(members), VERIFIER: self.verifier}
        about = {
            name: {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in bodies.items()
        }
        note = json.dumps(about, sort_keys=True).encode() + b"\n"
        edition = hashlib.sha256(note).hexdigest()[:16]
        for name, body in bodies.items():
            put(home / edition / name, body)
        put(home / edition / ABOUT, note)
        switch(home, edition=edition)
        return self.offered(intake=intake)

    def offered(self, *, intake: str) -> tuple[OfferedFile, ...]:
        # Resolved once: the link may move while we read.
        edition = (self._home(intake) / CURRENT).resolve()
        try:
            about = json.loads((edition / ABOUT).read_bytes())
        except FileNotFoundError:
            return ()
        return tuple(
            OfferedFile(name, edition / name, about[name]["size"], about[name]["sha256"])
            for name in (f"{intake}.zip", VERIFIER)
        )

    @cached_property
    def verifier(self) -> bytes:
        return verifier_bytes()

    def _home(self, intake: str) -> Path:
        if not intake or intake.startswith(".") or set(intake) & set("/\\\0"):
            message = f"not the code of an intake: {intake!r}"
            raise ValueError(message)
        return self._directory / intake


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """Return the members as a ZIP, in their order and with one fixed date.

    The same members give the same bytes wherever zlib packs alike; what counts is inside, under
    the digests of the manifest.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _FILE_MODE
            archive.writestr(entry, data)
    return file.getvalue()


def write_zip(path: Path, members: Mapping[str, bytes]) -> None:
    """Write the members as a ZIP; the file appears whole or not at all."""
    put(path, zip_bytes(members))
