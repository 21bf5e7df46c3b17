"""Where the published pages lie (written by ``adapters/result_files``)."""

import re
from pathlib import Path

_TOKEN = re.compile(r"[0-9a-f]{40}")
VERIFIER = "verify.pyz"
_SCHOOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


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


def bundle_files(*, directory: Path, intake: str) -> dict[str, Path]:
    """Return the files with which anybody checks an intake, by name; none until both are there."""
    found = {name: directory / name for name in (f"{intake}.zip", VERIFIER)}
    return found if all(path.is_file() for path in found.values()) else {}


def list_file(*, directory: Path, intake: str, school: str, language: str) -> Path | None:
    """Return the served edition's list of the children admitted to a school, by code."""
    if not intake or not _SCHOOL.fullmatch(school):
        return None
    path = directory / intake / "current" / "lists" / f"{school}.{language}.html"
    return path if path.is_file() else None
