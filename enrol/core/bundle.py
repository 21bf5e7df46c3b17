"""The published bundle: everything anyone needs to draw and allocate again, as named bytes.

``build`` makes it and ``read`` opens it; ``verification.verify`` recomputes all of it. The caller
zips and unzips.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from enrol.core.bundle_files import (
    read_cut_offs,
    read_distances,
    read_entries,
    read_placements,
    read_rules,
    read_seat_plans,
    read_waiting,
    write_cut_offs,
    write_distances,
    write_entries,
    write_placements,
    write_rules,
    write_seat_plans,
    write_waiting,
)
from enrol.core.certificate import Certificate, certificate_to_json
from enrol.core.documents import json_document, object_of, text_of
from enrol.core.draw_file import Draw, read_draw, write_draw
from enrol.core.leftovers import ZoneDistances
from enrol.core.model import Entry, SeatPlan
from enrol.core.priority import RuleSet
from enrol.core.results import Results
from enrol.core.sealing import Json, canonical_json

FORMAT = "enrol-bundle/1"
FORMAT_2 = "enrol-bundle/2"
OFFICIAL = "official"
REHEARSAL = "rehearsal"

MANIFEST = "manifest.json"
RULES = "rules.json"
SEAT_PLANS = "seat_plans.csv"
ENTRIES = "entries.jsonl"
DRAW = "draw.json"
DISTANCES = "distances.csv"
PLACEMENTS = "placements.csv"
CUT_OFFS = "cutoffs.csv"
WAITING = "waiting_lists.csv"
CERTIFICATE = "certificate.json"

MEMBERS = (
    MANIFEST,
    RULES,
    SEAT_PLANS,
    ENTRIES,
    DRAW,
    DISTANCES,
    PLACEMENTS,
    CUT_OFFS,
    WAITING,
    CERTIFICATE,
)
"""The names of the members, in the order to write and to read them."""

CORRECTIONS = "corrections.csv"
COUNTED = "counted_entries.jsonl"
FINAL_PLACEMENTS = "final_placements.csv"
FINAL_CUT_OFFS = "final_cutoffs.csv"
FINAL_WAITING = "final_waiting_lists.csv"
FINAL_CERTIFICATE = "final_certificate.json"
ANSWERS = "answers.csv"
LEDGER = "ledger.csv"
ROLLS = "rolls.csv"

SEQUEL_MEMBERS = (
    *MEMBERS,
    CORRECTIONS,
    COUNTED,
    FINAL_PLACEMENTS,
    FINAL_CUT_OFFS,
    FINAL_WAITING,
    FINAL_CERTIFICATE,
    ANSWERS,
    LEDGER,
    ROLLS,
)
"""The names of the members of the second format, which has what follows the first run."""

_FORMATS = {FORMAT: MEMBERS, FORMAT_2: SEQUEL_MEMBERS}

_Read = TypeVar("_Read")


class UnusableBundleError(ValueError):
    """The bytes are no bundle of a known format, so there is nothing to verify."""


class MemberError(ValueError):
    """One member is missing or cannot be read; ``member`` is its name."""

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(f"{member}: {reason}")
        self.member = member
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the bundle is of, and the SHA-256 (64 hex digits) of every other member by name."""

    intake: str
    kind: str
    digests: Mapping[str, str]
    names: tuple[str, ...] = MEMBERS


@dataclass(frozen=True, slots=True)
class Bundle:
    """The contents of a bundle; ``certificate`` is its JSON document."""

    intake: str
    kind: str
    rules: RuleSet
    seat_plans: Sequence[SeatPlan]
    entries: Sequence[Entry]
    draw: Draw
    distances: ZoneDistances
    results: Results
    certificate: Mapping[str, object]


def build(
    *,
    intake: str,
    kind: str,
    rules: RuleSet,
    seat_plans: Iterable[SeatPlan],
    entries: Iterable[Entry],
    draw: Draw,
    distances: ZoneDistances,
    results: Results,
    certificate: Certificate,
) -> dict[str, bytes]:
    """Return the members of the bundle by name, in the order of ``MEMBERS``.

    ``distances`` lead from the middle of each zone. The same contents give the same bytes,
    whatever the order they come in. Raises ValueError for what has no spelling in the files, such
    as a line break in a code. Nothing is judged here: verify the result before publishing it.
    """
    if kind not in {OFFICIAL, REHEARSAL}:
        raise ValueError(f"a bundle is official or rehearsal, not {kind!r}")
    files = {
        RULES: write_rules(rules),
        SEAT_PLANS: write_seat_plans(seat_plans),
        ENTRIES: write_entries(entries),
        DRAW: write_draw(draw),
        DISTANCES: write_distances(distances),
        PLACEMENTS: write_placements(results.placements),
        CUT_OFFS: write_cut_offs(results.cut_offs),
        WAITING: write_waiting(results.waiting),
        CERTIFICATE: canonical_json(certificate_to_json(certificate)),
    }
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "intake": intake,
        "kind": kind,
        "members": {name: digest(data) for name, data in files.items()},
    }
    return {MANIFEST: canonical_json(manifest), **files}


def digest(data: bytes) -> str:
    """Return SHA-256 of a member as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def seat_plans_hash(seat_plans: Iterable[SeatPlan]) -> str:
    """Return what to announce with the seat plans: the digest of their file in the bundle."""
    return digest(write_seat_plans(seat_plans))


def distances_hash(distances: ZoneDistances) -> str:
    """Return what to announce with the list: the digest of the distances' file in the bundle."""
    return digest(write_distances(distances))


def read_manifest(members: Mapping[str, bytes]) -> Manifest:
    """Return the manifest. Raises UnusableBundleError when there is none of a known format."""
    try:
        data = members[MANIFEST]
        keys = {"format", "intake", "kind", "members"}
        stated = object_of(json_document(data), what=MANIFEST, keys=keys)
        texts = {name: text_of(stated[name], what=name) for name in keys - {"members"}}
        names = _FORMATS.get(texts["format"], MEMBERS)
        digests = object_of(stated["members"], what="members", keys=names[1:])
        found = {name: text_of(value, what=name) for name, value in digests.items()}
    except KeyError as error:
        raise UnusableBundleError(f"there is no {MANIFEST}") from error
    except ValueError as error:
        raise UnusableBundleError(f"{MANIFEST}: {error}") from error
    if texts["format"] not in _FORMATS or texts["kind"] not in {OFFICIAL, REHEARSAL}:
        raise UnusableBundleError(f"{MANIFEST}: not the format {FORMAT} or {FORMAT_2}")
    return Manifest(intake=texts["intake"], kind=texts["kind"], digests=found, names=names)


def read_member(members: Mapping[str, bytes], name: str, reader: Callable[[bytes], _Read]) -> _Read:
    """Return what ``reader`` finds in a member. Raises MemberError when it is not readable."""
    if name not in members:
        raise MemberError(name, "missing")
    try:
        return reader(members[name])
    except ValueError as error:
        raise MemberError(name, str(error)) from error


def read_certificate(data: bytes) -> dict[str, object]:
    """Return the certificate's JSON object, which must be in canonical form."""
    document = json_document(data)
    try:
        is_canonical = canonical_json(document) == data
    except TypeError as error:
        raise ValueError(str(error)) from error
    if not is_canonical:
        raise ValueError("not in canonical form")
    keys = {field.name for field in fields(Certificate)}
    return object_of(document, what="certificate", keys=keys)


def read(members: Mapping[str, bytes]) -> Bundle:
    """Return the contents of a bundle, readable but not verified.

    Raises UnusableBundleError or MemberError (both ValueError).
    """
    manifest = read_manifest(members)
    return Bundle(
        intake=manifest.intake,
        kind=manifest.kind,
        rules=read_member(members, RULES, read_rules),
        seat_plans=read_member(members, SEAT_PLANS, read_seat_plans),
        entries=read_member(members, ENTRIES, read_entries),
        draw=read_member(members, DRAW, read_draw),
        distances=read_member(members, DISTANCES, read_distances),
        results=Results(
            placements=tuple(read_member(members, PLACEMENTS, read_placements)),
            cut_offs=tuple(read_member(members, CUT_OFFS, read_cut_offs)),
            waiting=tuple(read_member(members, WAITING, read_waiting)),
        ),
        certificate=read_member(members, CERTIFICATE, read_certificate),
    )
