"""Directories in which an account other than ours can work too."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def open_directory() -> Iterator[Path]:
    """A directory that every account may pass through (pytest's own are closed)."""
    directory = Path(tempfile.mkdtemp(prefix="enrol-faults-"))
    directory.chmod(0o755)
    yield directory
    _remove(directory)


@pytest.fixture
def fresh_directory() -> Iterator[Path]:
    """The same, new for every test."""
    directory = Path(tempfile.mkdtemp(prefix="enrol-faults-"))
    directory.chmod(0o755)
    yield directory
    _remove(directory)


def _remove(directory: Path) -> None:
    for link in directory.glob("*/servers"):
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(directory)
