"""The commands of an office: what they print, and how they end."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from enrol.cli.importing import create_officer, import_, issue_secrets, staff_password
from enrol.services import signing_in
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff, scopes
from enrol.store.tables.children import children
from tests.office_files import office_tables, write_tables

INTAKE = ("--intake", "HN-L1-2026")


@pytest.fixture
def run(app, settings, monkeypatch, tmp_path):
    """Run a command as an operator would, on the database of the tests."""
    environment = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "ENROL_ENVIRONMENT": "test",
        "ENROL_SESSION_KEY": settings.session_key.get_secret_value(),
        "ENROL_DATA_KEY": settings.data_key.get_secret_value(),
        "ENROL_BASE_URL": settings.base_url,
        "ENROL_RESULTS_DIRECTORY": str(tmp_path / "results"),
        "ENROL_BUNDLES_DIRECTORY": str(tmp_path / "bundles"),
        "ENROL_ENV_FILE": str(tmp_path / "none.env"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def invoke(command, *arguments):
        result = CliRunner().invoke(command, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


@pytest.fixture
def folder(tmp_path):
    return write_tables(tmp_path / "office", office_tables())


def count(table):
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def account(email):
    with transaction() as tx:
        accounts = Staff.__table__
        return tx.execute(select(accounts).where(accounts.c.email == email)).one()


def test_import_says_what_became_of_each_table(run, folder):
    first = run(import_, folder)
    second = run(import_, folder)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "children: 2 rows, 2 added, 0 changed" in first.stdout
    assert "children: 2 rows, 0 added, 0 changed" in second.stdout
    assert first.stderr == ""


def test_import_names_every_bad_row_and_ends_with_2(run, folder):
    tables = office_tables()
    tables["children"][0]["sex"] = "?"
    tables["schools"][2]["unit_code"] = "X"
    write_tables(folder, tables)

    result = run(import_, folder)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "schools.csv:4: unit_code: there is no unit X",
        "children.csv:2: sex: must be one of male, female",
        "nothing was imported: 2 bad rows",
    ]
    assert count(children) == 0


def test_import_warns_of_a_misspelt_file(run, folder):
    (folder / "child.csv").write_text("pupil_code\n", encoding="utf-8")

    result = run(import_, folder)

    assert result.exit_code == 0
    assert "warning: child.csv is no file of docs/import-files.md; not read" in result.stderr


def test_import_shows_the_first_warnings_and_counts_the_rest(run, folder):
    tables = office_tables()
    child = tables["children"][1]
    tables["children"] = [
        child | {"pupil_code": f"90000001{number:02}", "personal_id": f"9013200000{number:02}"}
        for number in range(25)
    ]
    write_tables(folder, tables)

    short = run(import_, folder).stderr.splitlines()
    long = run(import_, folder, "--all-warnings").stderr.splitlines()

    assert (len(short), len(long)) == (21, 25)
    assert short[-1] == "warning: 5 more; --all-warnings shows them"


def test_import_of_an_empty_folder_ends_with_2(run, tmp_path):
    (tmp_path / "empty").mkdir()

    result = run(import_, tmp_path / "empty")

    assert result.exit_code == 2
    assert "none of the files" in result.stderr


def test_a_file_that_may_not_be_read_is_named(run, folder, monkeypatch):
    usual = Path.open

    def denied(self, *arguments, **options):  # modes do not bind root, whom tests may run as
        if self.name == "units.csv":
            raise PermissionError(13, "Permission denied", str(self))
        return usual(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", denied)

    result = run(import_, folder)

    assert result.exit_code == 2
    assert "units.csv: Permission denied" in result.stderr


def test_secrets_go_to_a_file_and_nowhere_else(run, folder, tmp_path, adapters):
    run(import_, folder)
    path = tmp_path / "letters.csv"

    result = run(issue_secrets, *INTAKE, "--out", path)

    with path.open(encoding="utf-8-sig", newline="") as file:
        letters = list(csv.DictReader(file))
    assert result.exit_code == 0
    assert f"{path}: 2 secrets" in result.stdout
    assert all(letter["secret"] not in result.output for letter in letters)
    assert signing_in.sign_in_family(
        pupil_code=letters[0]["pupil_code"],
        secret=letters[0]["secret"],
        secrets=adapters.secrets,
    )


def test_secrets_are_not_written_over_a_file(run, folder, tmp_path):
    run(import_, folder)
    path = tmp_path / "letters.csv"
    run(issue_secrets, *INTAKE, "--out", path)

    result = run(issue_secrets, *INTAKE, "--out", path)

    assert result.exit_code == 2
    assert "is there already" in result.stderr


def test_one_secret_is_issued_anew(run, folder, tmp_path):
    run(import_, folder)

    result = run(issue_secrets, "--reissue", "9000000001", "--out", tmp_path / "one.csv")

    assert result.exit_code == 0
    assert "1 secrets" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give --intake"),
        ([*INTAKE, "--reissue", "1"], "give --intake"),
        (["--reissue", "1", "--unit", "01"], "give --intake"),
        (["--intake", "X"], "there is no such intake"),
        ([*INTAKE, "--unit", "X"], "there is no such unit"),
        (["--reissue", "X"], "there is no such child"),
    ],
)
def test_odd_wishes_for_secrets_end_with_2(run, folder, tmp_path, arguments, message):
    run(import_, folder)

    result = run(issue_secrets, *arguments, "--out", tmp_path / "letters.csv")

    assert result.exit_code == 2
    assert message in result.stderr
    assert not list(tmp_path.glob("letters*"))


def test_an_officer_gets_a_password_for_one_sign_in(run, folder):
    run(import_, folder)

    result = run(staff_password, " Ward@enrol.example ")

    after = account("ward@enrol.example")
    assert result.exit_code == 0
    assert len(result.stdout.strip()) == 19
    assert after.must_change_password
    assert after.password.startswith("$argon2id$")
    assert result.stdout.strip() not in after.password


def test_no_password_for_nobody(run):
    result = run(staff_password, "nobody@enrol.example")

    assert result.exit_code == 2
    assert result.stdout == ""


def test_the_first_officer_of_a_new_city(run, folder, tmp_path):
    units = write_tables(tmp_path / "new", {"units": office_tables()["units"]})
    run(import_, units)
    officer = ("--email", "Chief@enrol.example", "--name", "Vũ  Thị Ngọc", "--role", "city_officer")

    result = run(create_officer, *officer, "--unit", "01")
    again = run(create_officer, *officer, "--unit", "01")

    after = account("chief@enrol.example")
    assert result.exit_code == 0
    assert len(result.stdout.strip()) == 19
    assert (after.full_name, after.active, after.must_change_password) == (
        "Vũ Thị Ngọc",
        True,
        True,
    )
    assert (again.exit_code, again.stdout) == (2, "")
    assert "email: has an account already" in again.stderr
    assert count(scopes) == 1


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (("--unit", "99"), "there is no unit 99"),
        ((), "unit_code: must not be empty"),
        (("--unit", "00070"), "answers for a unit of kind city"),
    ],
)
def test_an_officer_needs_a_fitting_place(run, folder, place, message):
    run(import_, folder)
    officer = ("--email", "x@enrol.example", "--name", "Vũ Thị Ngọc", "--role", "city_officer")

    result = run(create_officer, *officer, *place)

    assert result.exit_code == 2
    assert message in result.stderr
    assert count(Staff.__table__) == 3


def test_a_database_out_of_reach_is_said_plainly(run, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://enrol@/none?host={tmp_path}")

    result = run(import_, folder)

    assert result.exit_code == 2
    assert "the database is busy or out of reach" in result.stderr
