"""What officers bring, kept until it is applied or dropped: a folder an upload, private."""

import shutil
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

from enrol.adapters.export_files import digest_of
from enrol.adapters.import_folder import ImportFolder
from enrol.core.handed_files import WrittenFile

_PRIVATE = 0o700


class UploadDirectory:
    """Keeps folders of uploaded files below one directory."""

    def __init__(self, *, directory: Path) -> None:
        self._directory = directory

    def keep(self, *, files: Mapping[str, Callable[[Path], None]]) -> tuple[str, list[WrittenFile]]:
        folder = token_hex(16)
        home = self._directory / folder
        self._directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        home.mkdir(mode=_PRIVATE)
        kept = []
        for name, save in sorted(files.items()):
            path = home / name
            if path.parent != home:
                message = f"not the name of a file: {name!r}"
                raise ValueError(message)
            save(path)
            kept.append(WrittenFile(name=name, size=path.stat().st_size, sha256=digest_of(path)))
        return folder, kept

    def open(self, *, folder: str) -> ImportFolder:
        return ImportFolder(directory=self._directory / folder)

    def forget(self, *, folder: str) -> None:
        home = self._directory / folder
        if home.parent == self._directory:
            shutil.rmtree(home, ignore_errors=True)

    def sweep(self, *, older_than: timedelta) -> int:
        if not self._directory.is_dir():
            return 0
        before = time.time() - older_than.total_seconds()
        old = [p for p in self._directory.iterdir() if p.is_dir() and p.stat().st_mtime < before]
        for home in old:
            shutil.rmtree(home, ignore_errors=True)
        return len(old)
