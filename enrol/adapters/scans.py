"""Photos and scans that families and officers hand in: judged by their content, kept encrypted.

Neither a name nor what a browser claims is believed. A file is what its own structure says, or it
is refused; it is never opened by a picture or PDF library, so there is none to attack.
"""

import os
import time
import zlib
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from struct import unpack

from enrol.adapters.picture_metadata import without_metadata
from enrol.adapters.vault import AesVault

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"

_PRIVATE = 0o700
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNK = 12
"""Bytes of a PNG chunk around its data: length, type, checksum."""
_PDF_TAIL = 2048
_START_OF_SCAN, _END_OF_IMAGE, _START_OF_IMAGE = 0xDA, 0xD9, 0xD8
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


def media_type_of(data: bytes) -> str | None:
    """Return what the content is (JPEG, PNG or PDF), None for anything else or for a torn file."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG if _is_jpeg(data) else None
    if data.startswith(_PNG_HEAD):
        return PNG if _is_png(data) else None
    return PDF if _is_pdf(data) else None


class EncryptedDocuments:
    """Files in a directory of their own, each sealed under its random name."""

    def __init__(self, *, directory: Path, key: bytes) -> None:
        self._directory = directory
        self._vault = AesVault(key=key)

    def media_type_of(self, data: bytes) -> str | None:
        return media_type_of(data)

    def without_metadata(self, data: bytes, *, media_type: str) -> bytes:
        return without_metadata(data, media_type=media_type)

    def keep(self, data: bytes) -> str:
        self._directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        name = token_hex(16)
        path, unfinished = self._directory / name, self._directory / f"{name}.part"
        try:
            with unfinished.open("xb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(self._vault.seal(plain=data, context=_context(name)))
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        unfinished.replace(path)
        return name

    def read(self, *, name: str) -> bytes:
        sealed = (self._directory / Path(name).name).read_bytes()
        return self._vault.open(sealed=sealed, context=_context(name))

    def forget(self, *, name: str) -> None:
        (self._directory / Path(name).name).unlink(missing_ok=True)

    def names(self, *, older_than: timedelta) -> set[str]:
        if not self._directory.is_dir():
            return set()
        before = time.time() - older_than.total_seconds()
        return {
            path.name
            for path in self._directory.iterdir()
            if path.is_file() and path.stat().st_mtime < before
        }


def _context(name: str) -> str:
    return f"document/{name}"


def _is_jpeg(data: bytes) -> bool:
    """Walk the segments: there must be a frame, a scan, and the end at the end."""
    at, has_frame = 2, False
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _BARE_MARKERS:
            at += 2
            continue
        if marker in (_START_OF_IMAGE, _END_OF_IMAGE):
            return False
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(data):
            return False
        if marker == _START_OF_SCAN:
            return has_frame and b"\xff\xd9" in data[at + 2 + length :]
        has_frame = has_frame or marker in _FRAMES
        at += 2 + length
    return False


def _is_png(data: bytes) -> bool:
    """Walk the chunks with their checksums: header first, some data, the end last."""
    at, kinds = len(_PNG_HEAD), []
    while at + _PNG_CHUNK <= len(data):
        [length] = unpack(">I", data[at : at + 4])
        end = at + _PNG_CHUNK + length
        if end > len(data):
            return False
        kind = data[at + 4 : at + 8]
        [stated] = unpack(">I", data[end - 4 : end])
        if zlib.crc32(data[at + 4 : end - 4]) != stated:
            return False
        kinds.append(kind)
        at = end
        if kind == b"IEND":
            break
    return at == len(data) and kinds[:1] == [b"IHDR"] and b"IDAT" in kinds and kinds[-1] == b"IEND"


def _is_pdf(data: bytes) -> bool:
    """Look for the head, the pointer to the cross-references and the end."""
    tail = data[-_PDF_TAIL:]
    start = tail.rfind(b"startxref")
    return (
        data.startswith((b"%PDF-1.", b"%PDF-2."))
        and start >= 0
        and tail[start + 9 :].split()[:1] != []
        and tail[start + 9 :].split()[0].isdigit()
        and b"%%EOF" in tail[start:]
    )
