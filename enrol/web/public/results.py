"""Where the published result pages lie (written by ``adapters/result_files``)."""

import re
from pathlib import Path

_TOKEN = re.compile(r"[0-9a-f]{40}")


def result_file(*, directory: Path, token: str, language: str) -> Path | None:
    """Return the served edition's page of a result token, or None while there is none.

    A token says nothing of its intake; there are a handful, so each is asked.
    """
    if not _TOKEN.fullmatch(token) or not directory.is_dir():
        return None
    for intake in sorted(directory.iterdir(), reverse=True):
        path = intake / "current" / token[:2] / f"{token}.{language}.html"
        if path.is_file():
            return path
    return None
