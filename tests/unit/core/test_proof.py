"""A family's own files: what holds is said, one changed value is found."""

import json

import pytest

from enrol.cli import verifier
from enrol.core.lottery import commitment, draw_key, number, number_for_school
from enrol.core.proof import check_own, write_proof, write_submission
from enrol.core.sealing import entry_bytes, inclusion_proof, list_hash, submission_hash
from tests.unit.core.bundles import PUBLIC_VALUE, SEED, made_entries

PAYLOAD = '{"wishes":["TH01"]}'
SALT = bytes(16)
HASH = submission_hash(salt=SALT, payload=json.loads(PAYLOAD))
ENTRIES = sorted(made_entries(), key=lambda entry: entry.code)
ROOT = list_hash(ENTRIES)
DRAW = (SEED.hex(), commitment(SEED), PUBLIC_VALUE)
FALSE = {"seed": "00" * 32, "commitment": "0" * 64, "public_value": "1", "per_school": False}


def proof_of(index=4, draw=DRAW, per_school=False):
    leaves = [entry_bytes(entry) for entry in ENTRIES]
    return write_proof(
        intake="HN-2026-L1",
        entry=leaves[index].decode(),
        index=index,
        size=len(leaves),
        list_hash=ROOT.hex(),
        proof=inclusion_proof(leaves, index),
        draw=draw,
        per_school=per_school,
    )


def sent(hashed=HASH):
    return write_submission(
        intake="HN-2026-L1", code="AR", salt=SALT, payload=PAYLOAD, hashed=hashed
    )


def test_an_honest_proof_holds_and_names_the_number():
    report = check_own(proof=proof_of(), submission=None, list_hash=ROOT.hex())

    own = number(
        key=draw_key(seed=SEED, public_value=PUBLIC_VALUE, list_hash=ROOT), code=ENTRIES[4].family
    )
    assert report.holds
    assert [line.key for line in report.checked] == ["proof", "announced", "own_number"]
    assert own in report.checked[-1].en


def test_a_draw_at_each_school_names_the_number_at_each_wish():
    report = check_own(proof=proof_of(per_school=True), submission=None)

    key = draw_key(seed=SEED, public_value=PUBLIC_VALUE, list_hash=ROOT)
    told = [line for line in report.checked if line.key == "own_number_at"]
    assert len(told) == len(ENTRIES[4].wishes) == len(set(told))
    for line, school in zip(told, ENTRIES[4].wishes, strict=True):
        assert school in line.en
        assert number_for_school(key=key, code=ENTRIES[4].family, school=school) in line.en
    assert "own_number" not in [line.key for line in report.checked]


def test_before_the_draw_there_is_no_number():
    report = check_own(proof=proof_of(draw=None), submission=None)

    assert [line.key for line in report.checked] == ["proof"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"index": 5}, ["proof"]),
        ({"size": 999}, ["proof"]),
        ({"list_hash": "0" * 64}, ["proof"]),
        (
            {"draw": FALSE},
            ["commitment"],
        ),
    ],
)
def test_a_changed_proof_is_found(changes, found):
    document = json.dumps(json.loads(proof_of()) | changes).encode()

    assert [line.key for line in check_own(proof=document, submission=None).differences] == found


def test_a_submission_gives_its_hash_and_must_be_the_one_of_the_entry():
    assert check_own(proof=None, submission=sent()).holds
    assert not check_own(proof=None, submission=sent(hashed="0" * 64)).holds
    both = check_own(proof=proof_of(), submission=sent())
    assert [line.key for line in both.differences] == ["submission"]


def test_the_program_checks_a_family_s_files(tmp_path, capsys):
    path = tmp_path / "proof.json"
    path.write_bytes(proof_of())

    assert verifier.main(["--proof", str(path), f"--list-hash={ROOT.hex()}"]) == 0
    assert verifier.main(["--proof", str(path), f"--list-hash={'0' * 64}"]) == 1
    path.write_text("{}")
    assert verifier.main(["--proof", str(path)]) == 2
    assert "cannot be used" in capsys.readouterr().err
