"""The files for checking in their directory: both change in one step or not at all."""

import hashlib

import pytest

from enrol.adapters import bundle_files
from enrol.adapters.bundle_files import BundleFiles

INTAKE = "HN-L1-2026"


@pytest.fixture
def files(tmp_path):
    return BundleFiles(directory=tmp_path)


def offered(files) -> list[bytes]:
    return [file.path.read_bytes() for file in files.offered(intake=INTAKE)]


def test_nothing_is_offered_before(files):
    assert files.offered(intake=INTAKE) == ()


def test_what_is_offered_is_told_with_its_size_and_digest(files):
    told = files.publish(intake=INTAKE, members={"one": b"1"})

    assert [file.name for file in told] == [f"{INTAKE}.zip", "verify.pyz"]
    for file in told:
        body = file.path.read_bytes()
        assert (file.size, file.sha256) == (len(body), hashlib.sha256(body).hexdigest())


def test_again_changes_nothing(files, tmp_path):
    first = files.publish(intake=INTAKE, members={"one": b"1"})
    kept = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*.*") if path.is_file()}

    assert files.publish(intake=INTAKE, members={"one": b"1"}) == first
    assert {path: path.lstat().st_mtime_ns for path in kept} == kept
    assert len(list((tmp_path / INTAKE).iterdir())) == 2


@pytest.mark.parametrize("step", ["put", "switch"])
def test_killed_half_way_the_former_pair_stands(files, monkeypatch, step):
    files.publish(intake=INTAKE, members={"one": b"1"})
    before = offered(files)
    calls = []
    go_on = getattr(bundle_files, step)

    def dies(*args, **names):
        calls.append(args)
        if step == "switch" or len(calls) == 2:  # the bundle is written, its verifier is not
            raise KeyboardInterrupt
        go_on(*args, **names)

    monkeypatch.setattr(bundle_files, step, dies)
    with pytest.raises(KeyboardInterrupt):
        files.publish(intake=INTAKE, members={"two": b"2"})

    assert offered(files) == before
    monkeypatch.setattr(bundle_files, step, go_on)
    files.publish(intake=INTAKE, members={"two": b"2"})
    assert offered(files) != before


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden"])
def test_no_other_directory_is_written(files, name):
    with pytest.raises(ValueError, match="not the code"):
        files.publish(intake=name, members={})
