"""The house stands as docs/architecture.md says: import contracts hold, and break when broken."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 500

BREACHES = {
    "core uses chance": ("enrol/core/breach.py", "import random\n"),
    "core knows a framework": ("enrol/core/breach.py", "import flask\n"),
    "a service knows the queue": ("enrol/services/breach.py", "import rq\n"),
    "a service knows an adapter": ("enrol/services/breach.py", "import enrol.adapters.vault\n"),
    "a page knows SQL": ("enrol/web/parents/breach.py", "import sqlalchemy\n"),
    "a page reaches into the store": ("enrol/web/parents/breach.py", "import enrol.store.db\n"),
    "a page touches the queue": ("enrol/web/office/breach.py", "import rq\n"),
    "one audience imports another": (
        "enrol/web/parents/breach.py",
        "import enrol.web.office\n",
    ),
    "the application imports workers": ("enrol/services/breach.py", "import workers.jobs\n"),
    "the store calls upstairs": ("enrol/store/breach.py", "import enrol.services.ports\n"),
    "an unlisted room appears": ("enrol/helpers.py", "VALUE = 1\n"),
}


def lint(directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(directory), "PATH": "/usr/bin:/bin"},
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("house")
    for name in ("enrol", "workers"):
        shutil.copytree(ROOT / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", directory)
    return directory


def test_the_import_contracts_hold(copy):
    result = lint(copy)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_reported(copy, name):
    path, code = BREACHES[name]
    breach = copy / path
    breach.write_text(code)
    try:
        result = lint(copy)
    finally:
        breach.unlink()

    assert result.returncode != 0
    assert "BROKEN" in result.stdout or "exhaustive" in (result.stdout + result.stderr).lower()


def test_the_core_loads_no_framework():
    code = (
        "import pkgutil, sys, enrol.core, importlib\n"
        "for module in pkgutil.iter_modules(enrol.core.__path__):\n"
        "    importlib.import_module('enrol.core.' + module.name)\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'flask', 'sqlalchemy', 'rq', 'redis', 'random', 'psycopg'}))"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.strip() == "[]"


def modules() -> list[Path]:
    return sorted([*ROOT.glob("enrol/**/*.py"), *ROOT.glob("workers/**/*.py")])


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_grows_too_long(path):
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


def test_use_cases_take_keyword_arguments_only():
    loose = []
    for path in sorted((ROOT / "enrol/services").glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            is_use_case = "transaction()" in ast.unparse(node)
            if is_use_case and node.args.args:
                loose.append(f"{path.name}:{node.name}")

    assert loose == []
