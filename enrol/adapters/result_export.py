"""A published edition laid out as its addresses are: any web server or mirror can carry it.

``/ket-qua/TOKEN`` is the file ``ket-qua/TOKEN.html``, ``/ket-qua/TOKEN.en`` is
``ket-qua/TOKEN.en.html``, and so on: most servers and networks find ``NAME.html`` for ``NAME`` by
themselves or in one line of settings (docs/operations.md). Every file has a packed copy beside it.
"""

import gzip
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from enrol.adapters.result_files import ABOUT, CURRENT, put, switch

DEFAULT_LANGUAGE = "vi"
_FOLDERS = {"lists": "danh-sach", "wards": "danh-sach/phuong"}
_RESULTS = "ket-qua"


class NothingPublished(Exception):
    """No edition of this intake is served."""


def published_intakes(*, results: Path) -> list[str]:
    """Return the codes of the intakes that have a served edition, in order."""
    if not results.is_dir():
        return []
    return sorted(home.name for home in results.iterdir() if (home / CURRENT).is_dir())


def export_edition(
    *,
    results: Path,
    intake: str,
    into: Path,
    extra: Mapping[str, bytes],
    note: Callable[[int], None] = lambda _count: None,
) -> Path:
    """Write the served edition of an intake to ``into/INTAKE/EDITION`` and switch ``current``.

    ``extra`` are further files by path (style sheets). ``note`` is told how many files are done.
    Whoever serves ``into/INTAKE/current`` shows the former edition whole until this one is. Files
    that are there already and equal are left alone: a repetition costs reading. Returns the
    directory to serve. Raises NothingPublished.
    """
    source = results / intake / CURRENT
    if not source.is_dir():
        raise NothingPublished(intake)
    source = source.resolve()
    home = into / intake / source.name
    for done, (path, body) in enumerate(_files(source), start=1):
        _put_packed(home / path, body)
        if path.name.endswith(f".{DEFAULT_LANGUAGE}.html"):
            _also(home / path, language=DEFAULT_LANGUAGE)
        note(done)
    for name, body in extra.items():
        _put_packed(home / name, body)
    switch(into / intake, edition=source.name)
    return into / intake / CURRENT


def count_files(*, results: Path, intake: str) -> int:
    """Return how many files the served edition has."""
    return sum(1 for _ in _paths(results / intake / CURRENT))


def _files(source: Path) -> Iterator[tuple[Path, bytes]]:
    for path in _paths(source):
        folder = path.parent.relative_to(source).as_posix()
        if path.name == ABOUT:
            yield Path(ABOUT), path.read_bytes()
        else:
            yield Path(_FOLDERS.get(folder, _RESULTS)) / path.name, path.read_bytes()


def _paths(source: Path) -> Iterator[Path]:
    return (path for path in source.rglob("*") if path.is_file() and path.name[0] != ".")


def _put_packed(path: Path, body: bytes) -> None:
    put(path, body)
    put(_packed(path), gzip.compress(body, compresslevel=6, mtime=0))


def _also(path: Path, *, language: str) -> None:
    """Let the page be found without its language too: a second name of the same file."""
    plain = path.with_name(path.name.removesuffix(f".{language}.html") + ".html")
    for first, second in ((path, plain), (_packed(path), _packed(plain))):
        if second.exists() and second.samefile(first):
            continue
        fresh = second.with_name(f".{second.name}.new")
        fresh.unlink(missing_ok=True)
        os.link(first, fresh)
        fresh.replace(second)


def _packed(path: Path) -> Path:
    return path.with_name(path.name + ".gz")
