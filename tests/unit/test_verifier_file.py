"""``verify.pyz`` itself: the same bytes each time, the standard library only, old Pythons too."""

import ast
import os
import subprocess
import sys
import zipfile

import pytest

from enrol.adapters.verifier_file import build_verifier, verifier_members
from tests.unit.core.bundles import changed, made_members, resealed

ALLOWED_IN_CORE = {
    "collections",
    "dataclasses",
    "datetime",
    "enrol",
    "enum",
    "hashlib",
    "heapq",
    "hmac",
    "itertools",
    "re",
    "json",
    "operator",
    "typing",
    "unicodedata",
}
ALLOWED_IN_MAIN = {"argparse", "gc", "io", "os", "pickle", "sys", "zipfile", "zlib"}
MEMBERS = made_members()


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "verify.pyz"
    build_verifier(path)
    return path


@pytest.fixture
def run(program, tmp_path):
    def start(members, **environment):
        bundle = tmp_path / "B.zip"
        with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return subprocess.run(
            [sys.executable, "-S", str(program), str(bundle)],
            cwd=tmp_path,
            env={"SYSTEMROOT": os.environ.get("SYSTEMROOT", ""), **environment},
            capture_output=True,
            timeout=60,
            check=False,
        )

    return start


def test_the_same_source_gives_the_same_bytes(program, tmp_path):
    again = tmp_path / "again.pyz"
    build_verifier(again)

    assert again.read_bytes() == program.read_bytes()


def test_it_holds_the_core_it_needs_and_no_more(program):
    names = zipfile.ZipFile(program).namelist()

    assert names == sorted(names)
    assert {"__main__.py", "enrol/core/allocation.py", "enrol/core/verification.py"} <= set(names)
    assert all(name == "__main__.py" or name.startswith("enrol/") for name in names)
    assert "enrol/core/eligibility.py" not in names


def _imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module.split(".")[0]


@pytest.mark.parametrize("name", sorted(verifier_members()))
def test_each_part_is_python_3_10_and_standard_library_only(name):
    tree = ast.parse(verifier_members()[name], feature_version=(3, 10))

    allowed = ALLOWED_IN_CORE | (ALLOWED_IN_MAIN if name == "__main__.py" else set())
    assert set(_imports(tree)) <= allowed
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    newer = {"StrEnum", "UTC", "Self", "assert_never", "override", "batched", "ExceptionGroup"}
    assert not (names | imported) & newer


def test_it_runs_alone_and_says_the_same_everywhere(run):
    usual = run(MEMBERS, PYTHONHASHSEED="1")
    elsewhere = run(MEMBERS, PYTHONHASHSEED="2", LC_ALL="C", PYTHONIOENCODING="ascii")

    assert usual.returncode == 0, usual.stderr
    assert usual.stdout == elsewhere.stdout
    assert "KẾT QUẢ: mọi kiểm tra đều đúng." in usual.stdout.decode("utf-8")


def test_it_names_what_was_changed(run):
    members = resealed(changed(MEMBERS, "draw.json", "48213", "48214"))

    ended = run(members)

    assert ended.returncode == 1
    assert b"Lottery number of registration AR2026" in ended.stdout


def test_it_refuses_what_is_no_bundle(run):
    ended = run({"readme.txt": b"hello"})

    assert ended.returncode == 2
    assert ended.stdout == b""
