"""The file from which the letters with families' secrets are printed."""

import csv
import os
from pathlib import Path
from types import TracebackType
from typing import Self

_PRIVATE = 0o600
_HEADING = ("pupil_code", "full_name", "secret")


class SecretLetterFile:
    """A CSV for its owner's eyes only (mode 0600), complete under its name or not there at all.

    Written beside its place as ``NAME.part``, moved there when the block ends well, removed
    otherwise. UTF-8 with a byte-order mark, so that a spreadsheet shows the names right.

    Raises FileExistsError when the file or its ``.part`` is there: secrets are never overwritten.
    """

    def __init__(self, *, path: Path) -> None:
        self._path = path
        self._unfinished = path.with_name(f"{path.name}.part")

    def __enter__(self) -> Self:
        if self._path.exists():
            raise FileExistsError(str(self._path))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(self._unfinished, flags, _PRIVATE)
        self._file = open(descriptor, "w", encoding="utf-8-sig", newline="")  # noqa: PTH123
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(_HEADING)
        return self

    def add(self, *, pupil_code: str, full_name: str, secret: str) -> None:
        self._writer.writerow((pupil_code, _harmless(full_name), secret))

    def secure(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if kind is None:
            self._unfinished.rename(self._path)
        else:
            self._unfinished.unlink()


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
