"""The verifier as a program: what it says, its exit status, and what it refuses to open."""

import gc
import io
import zipfile

import pytest

from enrol.cli import verifier
from tests.unit.core.bundles import SEED, changed, made_members, resealed

MEMBERS = made_members()


@pytest.fixture
def zipped(tmp_path):
    def write(members, **how):
        path = tmp_path / "B.zip"
        with zipfile.ZipFile(path, "w", **how) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return str(path)

    return write


def test_an_honest_bundle_ends_with_0_and_tells_what_was_checked(zipped, capsys):
    path = zipped(MEMBERS, compression=zipfile.ZIP_DEFLATED)

    assert verifier.main([path]) == 0

    said = capsys.readouterr().out
    assert "Recomputed the placements of 36 registrations" in said
    assert "Đã xếp lại chỗ học cho 36 hồ sơ" in said
    assert "RESULT: every check holds." in said
    assert "KẾT QUẢ: mọi kiểm tra đều đúng." in said


def test_a_changed_bundle_ends_with_1_and_names_the_first_difference(zipped, capsys):
    path = zipped(resealed(changed(MEMBERS, "placements.csv", ",TH01,1,", ",TH02,1,")))

    assert verifier.main([path]) == 1

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("RESULT: IT DIFFERS. First difference: Placement of registration AR2026")


def test_a_value_of_the_announcement_may_be_given_as_it_was_printed(zipped, capsys):
    path = zipped(MEMBERS)
    printed = "630DCD29 66C43366 91125448 BBB25B4F F412A49C 732DB2C8 ABC1B858 1BD710DD"

    assert verifier.main([path, "--commitment", printed]) == 0
    assert verifier.main([path, "--list-hash", "0" * 64]) == 1
    assert "list-hash" in capsys.readouterr().out.splitlines()[-1]


def test_values_that_are_no_hash_are_a_wrong_command(zipped):
    with pytest.raises(SystemExit) as refused:
        verifier.main([zipped(MEMBERS), "--commitment", SEED.hex()[:-1]])

    assert refused.value.code == 2


def test_a_missing_member_is_a_difference(zipped):
    members = {name: data for name, data in MEMBERS.items() if name != "draw.json"}

    assert verifier.main([zipped(members)]) == 1


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"draw.json": MEMBERS["draw.json"]},
        {**MEMBERS, "../evil": b""},
        {**MEMBERS, "notes.txt": b"hello"},
        {**MEMBERS, "folder/": b""},
    ],
)
def test_a_zip_of_anything_else_ends_with_2(zipped, capsys, members):
    assert verifier.main([zipped(members)]) == 2
    assert "cannot be used" in capsys.readouterr().err


def test_a_member_twice_ends_with_2(tmp_path):
    path = tmp_path / "B.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("draw.json", MEMBERS["draw.json"])

    assert verifier.main([str(path)]) == 2


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x05\x06" + bytes(18)])
def test_other_files_end_with_2(tmp_path, content):
    path = tmp_path / "B.zip"
    path.write_bytes(content)

    assert verifier.main([str(path)]) == 2
    assert verifier.main([str(tmp_path)]) == 2
    assert verifier.main([str(tmp_path / "absent.zip")]) == 2


def test_a_damaged_zip_ends_with_2(zipped, tmp_path):
    path = tmp_path / "B.zip"
    data = bytearray(path.read_bytes() if path.exists() else b"")
    zipped(MEMBERS, compression=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    data[200:260] = bytes(60)
    path.write_bytes(data)

    assert verifier.main([str(path)]) == 2


def test_an_odd_compression_ends_with_2(zipped):
    assert verifier.main([zipped(MEMBERS, compression=zipfile.ZIP_LZMA)]) == 2


def test_a_bomb_is_not_unpacked(zipped, monkeypatch, capsys):
    monkeypatch.setattr(verifier, "MAX_MEMBER_BYTES", 1 << 20)
    path = zipped({**MEMBERS, "distances.csv": bytes(1 << 24)}, compression=zipfile.ZIP_DEFLATED)

    assert verifier.main([path]) == 2
    assert "distances.csv is far too large" in capsys.readouterr().err


def test_members_that_are_too_large_together_are_not_unpacked(zipped, monkeypatch):
    monkeypatch.setattr(verifier, "MAX_TOTAL_BYTES", len(MEMBERS["entries.jsonl"]))

    assert verifier.main([zipped(MEMBERS)]) == 2


def test_a_bomb_that_lies_about_its_size_is_cut_short(tmp_path, monkeypatch):
    monkeypatch.setattr(verifier, "MAX_MEMBER_BYTES", 1 << 20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, bytes(1 << 24) if name == "distances.csv" else data)
    true_size, told_size = ((1 << 24).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    path = tmp_path / "B.zip"
    path.write_bytes(buffer.getvalue().replace(true_size, told_size))

    assert verifier.main([str(path)]) == 2


def test_a_program_that_calls_it_goes_on_collecting_what_is_dead(zipped, tmp_path):
    assert gc.isenabled()

    verifier.main([zipped(MEMBERS)])
    assert gc.isenabled()

    verifier.main([str(tmp_path / "nothing.zip")])
    assert gc.isenabled()
