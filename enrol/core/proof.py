"""What one family checks without the published bundle: its entry, its number, what it sent."""

from collections.abc import Sequence

from enrol.core.documents import count_of, json_document, list_of, object_of, text_of
from enrol.core.lottery import commitment, draw_key, number, number_for_school
from enrol.core.model import Entry
from enrol.core.sealing import (
    Json,
    canonical_json,
    entry_from_json,
    submission_hash,
    verify_inclusion,
)
from enrol.core.verdict import Line, Report, checked, difference

PROOF_FORMAT = "enrol-proof/1"
SUBMISSION_FORMAT = "enrol-submission/1"
_PROOF_KEYS = frozenset(
    {"format", "intake", "entry", "index", "size", "list_hash", "proof", "draw"}
)
_DRAWN = frozenset({"seed", "commitment", "public_value"})
_DRAW_KEYS = _DRAWN | {"per_school"}
_SUBMISSION_KEYS = frozenset({"format", "intake", "code", "salt", "payload", "submission_hash"})


def write_proof(
    *,
    intake: str,
    entry: str,
    index: int,
    size: int,
    list_hash: str,
    proof: Sequence[bytes],
    draw: tuple[str, str, str] | None,
    per_school: bool = False,
) -> bytes:
    """Return the proof that ``entry`` (its line of the list) is in the frozen list.

    ``draw`` is (seed, commitment, public value) once the seed is revealed; ``per_school`` says
    that the rules give each child another number at each school.
    """
    document: dict[str, Json] = {
        "format": PROOF_FORMAT,
        "intake": intake,
        "entry": entry,
        "index": index,
        "size": size,
        "list_hash": list_hash,
        "proof": [node.hex() for node in proof],
        "draw": None
        if draw is None
        else {
            "seed": draw[0],
            "commitment": draw[1],
            "public_value": draw[2],
            "per_school": per_school,
        },
    }
    return canonical_json(document)


def write_submission(*, intake: str, code: str, salt: bytes, payload: str, hashed: str) -> bytes:
    """Return what a family sent, with the salt of its submission hash."""
    document: dict[str, Json] = {
        "format": SUBMISSION_FORMAT,
        "intake": intake,
        "code": code,
        "salt": salt.hex(),
        "payload": payload,
        "submission_hash": hashed,
    }
    return canonical_json(document)


def check_own(
    *, proof: bytes | None, submission: bytes | None, list_hash: str | None = None
) -> Report:
    """Check a family's files; ``list_hash`` is the one it wrote down.

    Raises ValueError for a file of another kind.
    """
    lines: list[Line] = []
    wrong: list[Line] = []
    sent = None
    if submission is not None:
        sent = _check_submission(submission, lines, wrong)
    if proof is not None:
        _check_proof(proof, lines, wrong, sent=sent, announced=list_hash)
    return Report(checked=tuple(lines), differences=tuple(wrong))


def _check_submission(data: bytes, lines: list[Line], wrong: list[Line]) -> str:
    fields = object_of(json_document(data), what="submission", keys=_SUBMISSION_KEYS)
    stated = {name: text_of(fields[name], what=name) for name in _SUBMISSION_KEYS}
    if stated["format"] != SUBMISSION_FORMAT:
        raise ValueError(f"not the format {SUBMISSION_FORMAT}")
    payload = json_document(stated["payload"].encode())
    found = submission_hash(salt=bytes.fromhex(stated["salt"]), payload=payload)
    if found == stated["submission_hash"]:
        lines.append(checked("submission", hash=found))
    else:
        wrong.append(difference("submission", found=found, stated=stated["submission_hash"]))
    return found


def _check_proof(
    data: bytes, lines: list[Line], wrong: list[Line], *, sent: str | None, announced: str | None
) -> None:
    fields = object_of(json_document(data), what="proof", keys=_PROOF_KEYS)
    names = ("format", "intake", "entry", "list_hash")
    stated = {name: text_of(fields[name], what=name) for name in names}
    if stated["format"] != PROOF_FORMAT:
        raise ValueError(f"not the format {PROOF_FORMAT}")
    leaf = stated["entry"].encode()
    entry = entry_from_json(json_document(leaf))
    root = bytes.fromhex(stated["list_hash"])
    index, size = (count_of(fields[name], what=name) for name in ("index", "size"))
    nodes = [
        bytes.fromhex(text_of(node, what="proof"))
        for node in list_of(fields["proof"], what="proof")
    ]
    holds = verify_inclusion(root=root, leaf=leaf, index=index, size=size, proof=nodes)
    told = {"code": entry.code, "place": index + 1, "size": size, "hash": stated["list_hash"]}
    (lines if holds else wrong).append((checked if holds else difference)("proof", **told))
    if announced is not None:
        same = announced == stated["list_hash"]
        values = {"what": "list-hash", "found": stated["list_hash"], "stated": announced}
        (lines if same else wrong).append((checked if same else difference)("announced", **values))
    if sent is not None and sent != entry.submission_hash:
        wrong.append(difference("submission", found=sent, stated=entry.submission_hash))
    if fields["draw"] is not None:
        _check_number(fields["draw"], lines, wrong, entry=entry, root=root)


def _check_number(
    value: object, lines: list[Line], wrong: list[Line], *, entry: Entry, root: bytes
) -> None:
    fields = object_of(value, what="draw", keys=_DRAW_KEYS)
    draw = {name: text_of(fields[name], what=name) for name in _DRAWN}
    seed = bytes.fromhex(draw["seed"])
    found = commitment(seed)
    if found != draw["commitment"]:
        wrong.append(difference("commitment", found=found, stated=draw["commitment"]))
    key = draw_key(seed=seed, public_value=draw["public_value"], list_hash=root)
    told = draw["public_value"]
    for school, own in own_numbers(key=key, entry=entry, per_school=fields["per_school"] is True):
        if school is None:
            lines.append(checked("own_number", number=own, value=told))
        else:
            lines.append(checked("own_number_at", number=own, value=told, school=school))


def own_numbers(*, key: bytes, entry: Entry, per_school: bool) -> list[tuple[str | None, str]]:
    """Return the lottery number of an entry, or with ``per_school`` one for each of its wishes.

    Pairs of school code and 64 hex digits; the code is None when the number counts everywhere.
    """
    if not per_school:
        return [(None, number(key=key, code=entry.family))]
    return [
        (school, number_for_school(key=key, code=entry.family, school=school))
        for school in entry.wishes
    ]
