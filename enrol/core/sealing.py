"""Canonical bytes, hashes and Merkle trees: what makes a list provable to anyone.

The tree is the one of RFC 6962 section 2.1 (Certificate Transparency), so that independent
programs can check it. The odd node of a level moves up unchanged, which gives the same tree as
the recursive definition of the RFC and needs one pass.
"""

import hashlib
import hmac
import itertools
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from enrol.core.documents import counts_of, flag_of, json_document, object_of, text_of, texts_of
from enrol.core.model import Entry, Facts

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

HASH_BYTES = 32
_LEAF = b"\x00"
_NODE = b"\x01"
# Not a prefix of RFC 6962: keeps a journal seal from ever being read as a tree node.
_BATCH = b"\x02"


def nfc(text: str) -> str:
    """Return ``text`` in Unicode normalisation form C.

    The composition of assigned characters never changes between Unicode versions (the Unicode
    stability policy), and every Vietnamese letter has been assigned since Unicode 1.1, so two
    Python versions give the same bytes for such text. Only a character that is newer than the
    Unicode tables of one of the two could differ.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _plain(value: object) -> object:
    """Return ``value`` with every string in NFC; refuse what has no single spelling."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, Mapping):
        return _plain_mapping(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    message = f"no canonical JSON for a {type(value).__name__}"
    raise TypeError(message)


def _plain_mapping(value: Mapping[object, object]) -> dict[str, object]:
    plain: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            message = f"a key must be text, not a {type(key).__name__}"
            raise TypeError(message)
        name = nfc(key)
        if name in plain:
            message = f"two keys are the same text: {name!r}"
            raise ValueError(message)
        plain[name] = _plain(item)
    return plain


def canonical_json(value: Json) -> bytes:
    """Return the one UTF-8 spelling of ``value``: sorted keys, no spaces, every string NFC.

    Raises TypeError for floats, keys that are not text and other types, ValueError for two keys
    that become the same text and for text that is not Unicode (a lone surrogate).
    """
    return _written(_plain(value)).encode("utf-8")


_written = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def submission_hash(*, salt: bytes, payload: Json) -> str:
    """Return SHA-256(salt || canonical JSON of what the family sent) as 64 hex digits.

    The salt keeps the few possible answers from being guessed out of the public list.
    """
    return written_hash(salt=salt, written=canonical_json(payload))


def written_hash(*, salt: bytes, written: bytes) -> str:
    """Return the ``submission_hash`` of a payload that is canonical JSON already."""
    return hashlib.sha256(salt + written).hexdigest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the RFC 6962 hash of one leaf's bytes."""
    return hashlib.sha256(_LEAF + leaf).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def tree_levels(leaves: Iterable[bytes]) -> tuple[tuple[bytes, ...], ...]:
    """Return every level of the tree, leaf hashes first, the root alone in the last.

    Build it once to take many proofs with ``proof_in``. Empty for no leaves.
    """
    level = tuple(leaf_hash(leaf) for leaf in leaves)
    levels = [level] if level else []
    while len(level) > 1:
        parents = [_node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = tuple(parents) if len(level) % 2 == 0 else (*parents, level[-1])
        levels.append(level)
    return tuple(levels)


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the RFC 6962 tree head of the leaves' bytes: 32 bytes, SHA-256 of nothing if empty."""
    levels = tree_levels(leaves)
    return levels[-1][0] if levels else hashlib.sha256(b"").digest()


def proof_in(levels: Sequence[Sequence[bytes]], index: int) -> tuple[bytes, ...]:
    """Return the inclusion proof of leaf ``index`` in a tree made by ``tree_levels``.

    Raises IndexError when there is no such leaf.
    """
    if not levels or not 0 <= index < len(levels[0]):
        message = f"no leaf {index} in this tree"
        raise IndexError(message)
    proof = []
    for level in levels[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        index >>= 1
    return tuple(proof)


def inclusion_proof(leaves: Iterable[bytes], index: int) -> tuple[bytes, ...]:
    """Return the RFC 6962 audit path of leaf ``index``, nearest sibling first.

    Raises IndexError when there is no such leaf.
    """
    return proof_in(tree_levels(leaves), index)


def verify_inclusion(
    *, root: bytes, leaf: bytes, index: int, size: int, proof: Sequence[bytes]
) -> bool:
    """Say whether ``proof`` leads from ``leaf`` at ``index`` to the ``root`` of ``size`` leaves.

    Follows RFC 9162 section 2.1.3.2 (the same tree as RFC 6962).
    """
    if not 0 <= index < size:
        return False
    position, last, reached = index, size - 1, leaf_hash(leaf)
    for sibling in proof:
        if last == 0:
            return False
        if position % 2 == 1 or position == last:
            reached = _node_hash(sibling, reached)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            reached = _node_hash(reached, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and hmac.compare_digest(reached, root)


def batch_seal(*, previous: bytes, entries: Sequence[bytes]) -> bytes:
    """Return the 32-byte seal of one journal batch, chained to the seal before it.

    The first batch of a journal takes 32 zero bytes as ``previous``. Raises ValueError when
    ``previous`` is not 32 bytes.
    """
    if len(previous) != HASH_BYTES:
        message = "the previous seal must be 32 bytes"
        raise ValueError(message)
    count = len(entries).to_bytes(8, "big")
    return hashlib.sha256(_BATCH + previous + count + merkle_root(entries)).digest()


def entry_to_json(entry: Entry) -> dict[str, Json]:
    """Return one line of the frozen list as plain data, sets in sorted order.

    Raises ValueError when a school has two distances.
    """
    facts = entry.facts
    distances = dict(facts.distances)
    if len(distances) != len(facts.distances):
        message = f"{entry.code}: a school has two distances"
        raise ValueError(message)
    return {
        "code": entry.code,
        "family": entry.family,
        "submission_hash": entry.submission_hash,
        "facts": {
            "zone": facts.zone,
            "permanent_in_zone": facts.permanent_in_zone,
            "temporary_in_zone": facts.temporary_in_zone,
            "current_in_zone": facts.current_in_zone,
            # The one spelling first: text in another form would sort elsewhere than it is written.
            "sibling_schools": sorted(map(nfc, facts.sibling_schools)),
            "policies": sorted(map(nfc, facts.policies)),
            "distances": distances,
        },
        "wishes": list(entry.wishes),
    }


_ENTRY_KEYS = frozenset({"code", "family", "submission_hash", "facts", "wishes"})
_FACTS_KEYS = frozenset(
    {
        "zone",
        "permanent_in_zone",
        "temporary_in_zone",
        "current_in_zone",
        "sibling_schools",
        "policies",
        "distances",
    }
)


def entry_from_json(value: object) -> Entry:
    """Return the entry that ``entry_to_json`` wrote.

    Raises ValueError, naming the key, for anything else.
    """
    fields = object_of(value, what="entry", keys=_ENTRY_KEYS)
    return Entry(
        code=text_of(fields["code"], what="code"),
        family=text_of(fields["family"], what="family"),
        submission_hash=text_of(fields["submission_hash"], what="submission_hash"),
        facts=_facts_from_json(fields["facts"]),
        wishes=texts_of(fields["wishes"], what="wishes"),
    )


def _facts_from_json(value: object) -> Facts:
    fields = object_of(value, what="facts", keys=_FACTS_KEYS)
    return Facts(
        zone=None if fields["zone"] is None else text_of(fields["zone"], what="zone"),
        permanent_in_zone=flag_of(fields["permanent_in_zone"], what="permanent_in_zone"),
        temporary_in_zone=flag_of(fields["temporary_in_zone"], what="temporary_in_zone"),
        current_in_zone=flag_of(fields["current_in_zone"], what="current_in_zone"),
        sibling_schools=texts_of(fields["sibling_schools"], what="sibling_schools"),
        policies=texts_of(fields["policies"], what="policies"),
        distances=counts_of(fields["distances"], what="distances"),
    )


def entry_bytes(entry: Entry) -> bytes:
    """Return the canonical JSON of one line of the frozen list: a leaf of its Merkle tree."""
    fields = entry_to_json(entry)
    text = _written(fields)
    # Codes are ASCII, where nothing is left to normalise: walking every value first would be half
    # the work of freezing a city's list.
    return text.encode() if text.isascii() else canonical_json(fields)


def entry_of_line(line: bytes) -> Entry:
    """Return the entry of one line of the frozen list.

    Raises ValueError for a line that is no entry, or not in the form of ``entry_bytes``.
    """
    document = json_document(line)
    entry = entry_from_json(document)
    if line.isascii():  # nothing to normalise, so what was read need not be taken apart again
        is_canonical = _has_sorted_sets(entry.facts) and _written(document).encode() == line
    else:
        is_canonical = entry_bytes(entry) == line
    if not is_canonical:
        raise ValueError("not in canonical form")
    return entry


def _has_sorted_sets(facts: Facts) -> bool:
    sets = (facts.sibling_schools, facts.policies)
    return all(len(names) < 2 or list(names) == sorted(names) for names in sets)


def list_hash(entries: Iterable[Entry]) -> bytes:
    """Return the Merkle root (32 bytes) over the entries in registration-code order.

    The order of ``entries`` does not matter. Raises ValueError when a code stands twice.
    """
    ordered = sorted(entries, key=lambda entry: entry.code)
    for before, after in itertools.pairwise(ordered):
        if before.code == after.code:
            message = f"{after.code} stands twice in the list"
            raise ValueError(message)
    return merkle_root(entry_bytes(entry) for entry in ordered)
