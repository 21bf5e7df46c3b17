"""Secrets: everyone gets one, once; what counts is on paper; a new one ends the old."""

import csv
import stat
from datetime import date

import pytest
from sqlalchemy import func, select, update

from enrol.adapters.import_folder import ImportFolder
from enrol.adapters.secret_letters import SecretLetterFile
from enrol.core.actors import System
from enrol.services import issuing, signing_in
from enrol.services.importing import import_files
from enrol.services.refusals import NotFound, StoreBusy
from enrol.services.signing_in import UnlistedChild
from enrol.store import family_secrets as stored
from enrol.store import locks
from enrol.store.db import db, transaction
from enrol.store.tables.children import children, family_secrets
from enrol.store.tables.journal import journal
from tests.office_files import office_tables, write_tables

ME = System(label="test")
INTAKE = "HN-L1-2026"


@pytest.fixture
def register(app, tmp_path):
    """Two children of the register, one of them in ward 00070, and an intake."""
    folder = write_tables(tmp_path / "office", office_tables())
    import_files(files=ImportFolder(directory=folder), actor=ME, warn=lambda _: None)


def issue(path, adapters, *, unit_code=None, intake_code=INTAKE):
    with SecretLetterFile(path=path) as letters:
        return issuing.issue_secrets(
            intake_code=intake_code,
            unit_code=unit_code,
            letters=letters,
            secrets=adapters.secrets,
            actor=ME,
        )


def reissue(path, adapters, pupil_code="9000000001"):
    with SecretLetterFile(path=path) as letters:
        issuing.reissue_secret(
            pupil_code=pupil_code, letters=letters, secrets=adapters.secrets, actor=ME
        )


def letters_in(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["pupil_code"]: row for row in csv.DictReader(file)}


def secrets_stored():
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(family_secrets)).scalar_one()


def sign_in(adapters, letter):
    return signing_in.sign_in_family(
        pupil_code=letter["pupil_code"], secret=letter["secret"], secrets=adapters.secrets
    )


def test_every_family_can_sign_in_with_its_letter(register, adapters, tmp_path):
    path = tmp_path / "letters.csv"

    issued = issue(path, adapters)

    letters = letters_in(path)
    assert issued == 2
    assert letters["9000000001"]["full_name"] == "Nguyễn Thị Đào"
    assert all(sign_in(adapters, letter) is not None for letter in letters.values())
    assert len({letter["secret"] for letter in letters.values()}) == 2


def test_the_letters_are_private_and_the_secret_is_not_in_the_database(
    register, adapters, tmp_path
):
    path = tmp_path / "letters.csv"
    issue(path, adapters)

    secret = letters_in(path)["9000000001"]["secret"]
    with transaction() as tx:
        kept = str(tx.execute(select(family_secrets)).all())
        told = str(tx.execute(select(journal)).all())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret not in kept
    assert secret not in told


def test_issuing_again_goes_on_with_those_who_came_later(register, adapters, tmp_path):
    issue(tmp_path / "first.csv", adapters)
    newcomer = office_tables()["children"][1] | {"pupil_code": "9000000003", "personal_id": ""}
    folder = write_tables(tmp_path / "later", {"children": [newcomer]})
    import_files(files=ImportFolder(directory=folder), actor=ME, warn=lambda _: None)

    issued = issue(tmp_path / "second.csv", adapters)

    assert issued == 1
    assert list(letters_in(tmp_path / "second.csv")) == ["9000000003"]


@pytest.mark.parametrize(("unit_code", "expected"), [("00070", 1), ("00082", 1), ("01", 2)])
def test_a_unit_means_itself_and_what_is_below(register, adapters, tmp_path, unit_code, expected):
    assert issue(tmp_path / "letters.csv", adapters, unit_code=unit_code) == expected


def test_only_children_who_may_register_get_a_letter(register, adapters, tmp_path):
    with transaction() as tx:
        older = children.c.pupil_code == "9000000002"
        tx.execute(update(children).where(older).values(birth_on=date(2019, 12, 31)))

    issue(tmp_path / "letters.csv", adapters)

    assert list(letters_in(tmp_path / "letters.csv")) == ["9000000001"]


def test_a_child_outside_the_register_keeps_the_secret_it_has(register, adapters, tmp_path):
    access = signing_in.register_unlisted_child(
        child=UnlistedChild(
            "Lò Văn Sơn", date(2020, 2, 2), "male", "Lò Thị Hoa", "mother", "+84912345678", None
        ),
        secrets=adapters.secrets,
    )

    issue(tmp_path / "letters.csv", adapters)

    assert access.pupil_code not in letters_in(tmp_path / "letters.csv")


def test_a_new_secret_ends_the_old_one_and_its_sessions(register, adapters, tmp_path):
    issue(tmp_path / "first.csv", adapters)
    old = letters_in(tmp_path / "first.csv")["9000000001"]
    session = sign_in(adapters, old)

    reissue(tmp_path / "second.csv", adapters)

    new = letters_in(tmp_path / "second.csv")["9000000001"]
    assert sign_in(adapters, old) is None
    assert sign_in(adapters, new).secret_version == session.secret_version + 1
    with transaction() as tx:
        actions = tx.execute(select(journal.c.action, journal.c.subject).order_by(journal.c.id))
        assert [tuple(row) for row in actions][1:] == [
            ("secrets.issued", INTAKE),
            ("secret.reissued", str(session.child_id)),
        ]


def test_a_child_without_a_secret_can_get_its_first_alone(register, adapters, tmp_path):
    reissue(tmp_path / "letters.csv", adapters)

    assert sign_in(adapters, letters_in(tmp_path / "letters.csv")["9000000001"]) is not None


@pytest.mark.parametrize(
    "wrong", [{"intake_code": "X"}, {"unit_code": "99"}], ids=["intake", "unit"]
)
def test_an_unknown_intake_or_unit_is_refused(register, adapters, tmp_path, wrong):
    path = tmp_path / "letters.csv"

    with pytest.raises(NotFound):
        issue(path, adapters, **wrong)

    assert not list(tmp_path.glob("letters*"))


def test_an_unknown_pupil_code_is_refused(register, adapters, tmp_path):
    with pytest.raises(NotFound):
        reissue(tmp_path / "letters.csv", adapters, pupil_code="X")


def test_a_disk_that_fails_leaves_no_secret_that_counts(register, adapters, tmp_path, monkeypatch):
    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SecretLetterFile, "secure", full)

    with pytest.raises(OSError, match="No space"):
        issue(tmp_path / "letters.csv", adapters)

    assert secrets_stored() == 0
    assert not list(tmp_path.glob("letters*"))


def test_letters_are_never_overwritten(register, adapters, tmp_path):
    path = tmp_path / "letters.csv"
    path.write_text("somebody's", encoding="utf-8")

    with pytest.raises(FileExistsError):
        issue(path, adapters)

    assert path.read_text(encoding="utf-8") == "somebody's"
    assert secrets_stored() == 0


def test_two_runs_at_once_do_not_give_two_secrets(register, adapters, tmp_path):
    with db.engine.begin() as another:
        locks.lock_register(another)

        with pytest.raises(StoreBusy):
            issue(tmp_path / "letters.csv", adapters)

    assert not list(tmp_path.glob("letters*"))


def test_batches_follow_each_other_until_everyone_has_one(
    register, adapters, tmp_path, monkeypatch
):
    monkeypatch.setattr(stored, "BATCH", 1)

    assert issue(tmp_path / "letters.csv", adapters) == 2
    assert secrets_stored() == 2


def test_a_name_is_never_a_formula(tmp_path):
    with SecretLetterFile(path=tmp_path / "letters.csv") as letters:
        letters.add(pupil_code="1", full_name="=HYPERLINK(1)", secret="S")

    assert letters_in(tmp_path / "letters.csv")["1"]["full_name"] == "'=HYPERLINK(1)"
