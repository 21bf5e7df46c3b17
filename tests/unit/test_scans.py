"""Documents are what their content says, whole; nothing readable lies on the disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.adapters.scans import JPEG, PDF, PNG, EncryptedDocuments, media_type_of
from tests.documents import A_JPEG, A_PDF, A_PNG

WHOLE = {JPEG: A_JPEG, PNG: A_PNG, PDF: A_PDF}


@pytest.mark.parametrize(("kind", "data"), WHOLE.items())
def test_a_whole_document_is_known_by_its_content(kind, data):
    assert media_type_of(data) == kind


@pytest.mark.parametrize("data", WHOLE.values())
def test_a_torn_document_is_refused_wherever_it_was_torn(data):
    lengths = range(len(data) - (8 if data is A_PDF else 1))
    assert all(media_type_of(data[:length]) is None for length in lengths)


def test_a_picture_with_a_changed_byte_is_refused():
    for at in range(8, len(A_PNG)):
        altered = A_PNG[:at] + bytes([A_PNG[at] ^ 1]) + A_PNG[at + 1 :]
        assert media_type_of(altered) is None, at


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>" + A_PNG,
        b"GIF89a" + bytes(40),
        A_PNG + b"<script>alert(1)</script>",
        b"\xff\xd8\xff" + bytes(100),
        b"\xff\xd8\xff\xd8\xff\xd9",
        b"%PDF-1.4 and nothing",
        b"PK\x03\x04" + bytes(60),
        b"MZ" + A_PDF,
    ],
)
def test_anything_else_is_refused(data):
    assert media_type_of(data) is None


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", A_PNG[:8], b"%PDF-1.7"]))
def test_no_bytes_break_the_judge(data, head):
    assert media_type_of(head + data) in (None, JPEG, PNG, PDF)


def test_what_is_kept_is_unreadable_and_comes_back(tmp_path):
    store = EncryptedDocuments(directory=tmp_path / "documents", key=b"k" * 32)
    name = store.keep(A_PDF)

    [path] = (tmp_path / "documents").iterdir()
    assert path.name == name
    assert b"Catalog" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert store.read(name=name) == A_PDF


def test_a_document_under_anothers_name_or_altered_is_not_opened(tmp_path):
    store = EncryptedDocuments(directory=tmp_path, key=b"k" * 32)
    one, other = store.keep(A_PDF), store.keep(A_PNG)
    (tmp_path / other).write_bytes((tmp_path / one).read_bytes())

    with pytest.raises(ValueError, match="altered"):
        store.read(name=other)


def test_no_name_leads_out_of_the_directory(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(64))
    store = EncryptedDocuments(directory=tmp_path / "documents", key=b"k" * 32)

    with pytest.raises(OSError, match="secret"):
        store.read(name="../secret")
