"""Check a published bundle: read every file strictly and compute everything again.

The checks go from the outside to the inside: are these the files of the manifest, is each in its
one form, does the seed fit the commitment, is this the frozen list, does everything else follow.
A check that finds something does not stop the later ones, so that the words can say which child or
school a changed file is about; a check whose files cannot be read is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from enrol.core import bundle
from enrol.core.bundle import (
    Manifest,
    digest,
    distances_hash,
    read_manifest,
    read_member,
)
from enrol.core.bundle_files import (
    leaves_of,
    read_distances,
    read_entries,
    read_placements,
    read_rules,
    read_seat_plans,
    write_distances,
    write_rules,
    write_seat_plans,
)
from enrol.core.certificate import Certificate
from enrol.core.codes import REHEARSAL_PREFIX
from enrol.core.draw_file import Draw, read_draw, write_draw
from enrol.core.ledger import Ledger
from enrol.core.leftovers import ZoneDistances, distances_from_zones
from enrol.core.lottery import commitment, draw_key
from enrol.core.model import Entry, SeatPlan
from enrol.core.priority import RuleSet, rules_hash
from enrol.core.sealing import merkle_root, nfc
from enrol.core.sequel import check_sequel
from enrol.core.stated_results import (
    Answer,
    Inputs,
    certified,
    check_outputs,
    computed,
    read_outputs,
)
from enrol.core.verdict import Line, Report, checked, difference


@dataclass(frozen=True, slots=True)
class Announced:
    """What is known from elsewhere: hashes of 64 hex digits, the public value, or None."""

    commitment: str | None = None
    list_hash: str | None = None
    rules_hash: str | None = None
    seat_plans_hash: str | None = None
    distances_hash: str | None = None
    public_value: str | None = None


Beside: TypeAlias = Callable[[Callable[[], Certificate | None]], Answer]
"""Starts a task on another processor and returns what waits for its answer."""


def _nowhere_else(_task: Callable[[], Certificate | None]) -> Answer:
    return lambda: None


def verify(
    members: Mapping[str, bytes],
    *,
    announced: Announced | None = None,
    beside: Beside = _nowhere_else,
) -> Report:
    """Return what was checked of a bundle and every difference found, the outermost first.

    With ``beside`` the certificate is computed on another processor, from the files on: to read
    them twice costs less than to share what was read.

    Raises UnusableBundleError when there is no readable manifest.
    """
    manifest = read_manifest(members)
    ledger = Ledger(members)
    ledger.settle(_wrong_member(members, manifest), checked("members", count=len(manifest.names)))
    certificate = beside(lambda: _certificate_of(members))
    inputs = _check_inputs(ledger, members, manifest, announced or Announced())
    found = None if inputs is None else computed(inputs)
    outputs = read_outputs(ledger, found)
    if inputs is not None and found is not None and outputs is not None:
        check_outputs(ledger, inputs, outputs, found, certificate=certificate)
    if inputs is not None and manifest.names == bundle.SEQUEL_MEMBERS:
        check_sequel(ledger, members, inputs)
    return Report(checked=tuple(ledger.checked), differences=tuple(ledger.differences))


def _certificate_of(members: Mapping[str, bytes]) -> Certificate | None:
    """Return the certificate of what the bundle states; None when it cannot be read."""
    try:
        rules = read_member(members, bundle.RULES, read_rules)
        entries = read_member(members, bundle.ENTRIES, read_entries)
        draw = read_member(members, bundle.DRAW, read_draw)
        table = read_member(members, bundle.DISTANCES, read_distances)
        inputs = Inputs(
            rules=rules,
            seat_plans=read_member(members, bundle.SEAT_PLANS, read_seat_plans),
            entries=entries,
            distances=distances_from_zones(table=table, entries=entries, rules=rules),
            draw=draw,
            key=_draw_key(draw),
        )
        return certified(inputs, read_member(members, bundle.PLACEMENTS, read_placements))
    except ValueError:
        return None  # the other processor says of what


def _wrong_member(members: Mapping[str, bytes], manifest: Manifest) -> Line | None:
    for name in manifest.names:
        if name not in members:
            return difference("member_missing", name=name)
        if name != bundle.MANIFEST and digest(members[name]) != manifest.digests[name]:
            return difference("member_changed", name=name)
    for name in sorted(members):
        if name not in manifest.names:
            return difference("member_unknown", name=name)
    return None


def _check_inputs(
    ledger: Ledger, members: Mapping[str, bytes], manifest: Manifest, announced: Announced
) -> Inputs | None:
    rules = ledger.read(bundle.RULES, read_rules, write_rules)
    plans = ledger.read(bundle.SEAT_PLANS, read_seat_plans, write_seat_plans)
    draw = ledger.read(bundle.DRAW, read_draw, write_draw)
    entries = ledger.read(bundle.ENTRIES, read_entries)
    distances = ledger.read(bundle.DISTANCES, read_distances, write_distances)
    if rules is not None:
        _check_rules(ledger, rules, announced)
    if plans is not None:
        _check_seat_plans(ledger, plans, announced)
    if draw is not None:
        _check_commitment(ledger, draw, announced)
        _check_public_value(ledger, draw, announced)
    if entries is not None:
        _check_entries(ledger, entries, manifest)
    if entries is not None and draw is not None:
        _check_list_hash(ledger, leaves_of(members[bundle.ENTRIES]), draw, announced)
    if distances is not None:
        _check_distances(ledger, distances, announced)
    if rules is None or plans is None or draw is None or entries is None or distances is None:
        return None
    key = _key(ledger, draw)
    known = distances_from_zones(table=distances, entries=entries, rules=rules)
    return None if key is None else Inputs(rules, plans, entries, known, draw, key)


def _check_rules(ledger: Ledger, rules: RuleSet, announced: Announced) -> None:
    found = rules_hash(rules)
    ledger.settle(None, checked("rules", name=rules.name, version=rules.version, hash=found))
    _check_announced(ledger, "rules-hash", found, announced.rules_hash)


def _check_seat_plans(ledger: Ledger, plans: Sequence[SeatPlan], announced: Announced) -> None:
    found = digest(write_seat_plans(plans))
    seats = sum(plan.seats for plan in plans)
    ledger.settle(None, checked("seat_plans", seats=seats, count=len(plans), hash=found))
    _check_announced(ledger, "seat-plans-hash", found, announced.seat_plans_hash)


def _check_commitment(ledger: Ledger, draw: Draw, announced: Announced) -> None:
    found = commitment(bytes.fromhex(draw.seed))
    wrong = difference("commitment", found=found, stated=draw.commitment)
    held = checked("commitment", commitment=found)
    ledger.settle(None if found == draw.commitment else wrong, held)
    _check_announced(ledger, "commitment", found, announced.commitment)


def _check_public_value(ledger: Ledger, draw: Draw, announced: Announced) -> None:
    frozen, on = draw.frozen_at.isoformat(sep=" "), draw.public_value_on
    told = {"value": draw.public_value, "name": draw.public_value_name, "on": on, "frozen": frozen}
    is_later = draw.frozen_at.date() <= on
    held = checked("same_day" if draw.same_day else "public_value", **told)
    ledger.settle(None if is_later else difference("too_early", **told), held)
    names = (*((item.name, item.on) for item in draw.renamed), (draw.public_value_name, on))
    for item, following in zip(draw.renamed, names[1:], strict=True):
        told = {"name": item.name, "on": item.on, "new_name": item.new_name, "new_on": item.new_on}
        fits = (item.new_name, item.new_on) == following and item.new_on > draw.frozen_at.date()
        said = checked("renamed", reason=item.reason, **told)
        ledger.settle(None if fits else difference("renamed", **told), said)
    stated = announced.public_value
    spelled = None if stated is None else nfc(" ".join(stated.split()))
    _check_announced(ledger, "public-value", draw.public_value, spelled)


def _check_distances(ledger: Ledger, table: ZoneDistances, announced: Announced) -> None:
    found = distances_hash(table)
    ledger.settle(None, checked("distances", count=len(table), hash=found))
    _check_announced(ledger, "distances-hash", found, announced.distances_hash)


def _check_entries(ledger: Ledger, entries: Sequence[Entry], manifest: Manifest) -> None:
    found = _misplaced_entry(entries, manifest.kind)
    ledger.settle(found, checked("entries", count=len(entries)))


def _misplaced_entry(entries: Sequence[Entry], kind: str) -> Line | None:
    previous = ""
    for at, entry in enumerate(entries, start=1):
        if entry.code <= previous:
            return difference("entries_order", name=bundle.ENTRIES, line=at, code=entry.code)
        if entry.code.startswith(REHEARSAL_PREFIX) != (kind == bundle.REHEARSAL):
            return difference("kind", code=entry.code, kind=kind)
        previous = entry.code
    return None


def _check_list_hash(
    ledger: Ledger, leaves: Sequence[bytes], draw: Draw, announced: Announced
) -> None:
    found = merkle_root(leaves).hex()
    wrong = difference("list_hash", found=found, stated=draw.list_hash)
    ledger.settle(None if found == draw.list_hash else wrong, checked("list_hash", hash=found))
    _check_announced(ledger, "list-hash", found, announced.list_hash)


def _check_announced(ledger: Ledger, what: str, found: str, stated: str | None) -> None:
    if stated is not None:
        wrong = difference("announced", what=what, found=found, stated=stated)
        ledger.settle(None if found == stated else wrong, checked("announced", what=what))


def _key(ledger: Ledger, draw: Draw) -> bytes | None:
    try:
        return _draw_key(draw)
    except ValueError as error:
        ledger.note(difference("unreadable", name=bundle.DRAW, reason=error))
        return None


def _draw_key(draw: Draw) -> bytes:
    return draw_key(
        seed=bytes.fromhex(draw.seed),
        public_value=draw.public_value,
        list_hash=bytes.fromhex(draw.list_hash),
    )
