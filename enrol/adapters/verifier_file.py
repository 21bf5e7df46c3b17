"""Make ``verify.pyz``: the verifier and the parts of the pure core it needs, in one file.

The bytes depend on the source alone: sorted names, one fixed date, no compression (whose output
may change with the zlib of a machine). So anyone can build the file again and compare.
"""

import ast
import io
import zipfile
from pathlib import Path

_SHEBANG = b"#!/usr/bin/env python3\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FILE_MODE = 0o100644 << 16
_ROOT = Path(__file__).resolve().parents[2]
_START = "enrol.cli.verifier"
_CORE = "enrol.core"


def build_verifier(path: Path) -> None:
    """Write ``verify.pyz`` to ``path``; the same source gives the same bytes everywhere."""
    path.write_bytes(verifier_bytes())


def verifier_bytes() -> bytes:
    """Return ``verify.pyz``, which any Python from 3.10 on runs without anything else."""
    file = io.BytesIO()
    file.write(_SHEBANG)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(verifier_members().items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = _FILE_MODE
            archive.writestr(entry, data)
    return file.getvalue()


def verifier_members() -> dict[str, bytes]:
    """Return what stands in ``verify.pyz``: source bytes by member name."""
    members = {
        "__main__.py": _source(_START),
        "enrol/__init__.py": b"",
        "enrol/core/__init__.py": b"",
    }
    waiting = _core_imports(members["__main__.py"])
    while waiting:
        module = waiting.pop()
        name = module.replace(".", "/") + ".py"
        if name not in members:
            members[name] = _source(module)
            waiting |= _core_imports(members[name])
    return members


def _source(module: str) -> bytes:
    path = _ROOT.joinpath(*module.split(".")).with_suffix(".py")
    # One spelling of line ends, so that a checkout on Windows builds the same file.
    return path.read_bytes().replace(b"\r\n", b"\n")


def _core_imports(source: bytes) -> set[str]:
    """Return the modules of the core that this source imports (``from enrol.core... import``)."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            if node.module == _CORE:
                found |= {f"{_CORE}.{name.name}" for name in node.names}
            elif node.module.startswith(f"{_CORE}."):
                found.add(node.module)
    return found
