"""Where the published pages lie (written by ``adapters/result_files``)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

LANGUAGES = ("vi", "en")
ABOUT = "about.json"
"""What an edition is of; written with its first page (``services/result_pages``)."""
_TOKEN = re.compile(r"[0-9a-f]{40}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def split_language(name: str) -> tuple[str, str | None]:
    """Return a page's name and the language that it ends in (``.vi`` or ``.en``), if any.

    Published pages lead to each other in this way, so that a server of plain files can carry them
    without looking at cookies or queries.
    """
    stem, _dot, ending = name.rpartition(".")
    return (stem, ending) if ending in LANGUAGES else (name, None)


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


def list_file(*, directory: Path, kind: str, code: str, language: str) -> Path | None:
    """Return the page of a school (kind ``lists``) or of a ward (``wards``) with admitted codes.

    Of the official intake that was published last and has such a page; None while there is none.
    """
    if not _CODE.fullmatch(code) or not directory.is_dir():
        return None
    found = [
        (published_at, path)
        for published_at, edition in _official_editions(directory)
        if (path := edition / kind / f"{code}.{language}.html").is_file()
    ]
    return max(found)[1] if found else None


def _official_editions(directory: Path) -> Iterator[tuple[str, Path]]:
    for intake in directory.iterdir():
        edition = intake / "current"
        try:
            about = json.loads((edition / ABOUT).read_bytes())
        except FileNotFoundError:
            continue
        if not about["is_rehearsal"]:
            yield about["published_at"], edition
