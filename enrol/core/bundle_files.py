"""The files of a published bundle: each record's one spelling, and strict readers for it.

Every reader raises ValueError for what its writer would not have written, naming the line where
there are lines.
"""

from collections.abc import Iterable, Mapping, Sequence

from enrol.core.documents import json_document
from enrol.core.entry_lines import entries_of_lines
from enrol.core.model import CutOff, Entry, Placement, Reserve, SeatPlan
from enrol.core.outcome import WaitingList
from enrol.core.priority import RuleSet, rules_from_json, rules_to_json
from enrol.core.results import ZoneCutOff, ZoneWaiting
from enrol.core.sealing import canonical_json, entry_bytes
from enrol.core.tables import read_table, write_table

SECOND_STAGE = "2"
_FIRST_STAGE = "1"

_SEAT_PLANS = ("zone", "school", "seats", "reserves")
_DISTANCES = ("zone", "school", "metres")
_PLACEMENTS = ("code", "school", "rank", "band", "number", "stage")
_CUT_OFFS = ("stage", "zone", "school", "band", "number", "admitted")
_WAITING = ("stage", "zone", "school", "place", "code")


def write_rules(rules: RuleSet) -> bytes:
    """Return the rule set: the bytes whose SHA-256 is ``priority.rules_hash``."""
    return canonical_json(rules_to_json(rules))


def read_rules(data: bytes) -> RuleSet:
    """Return the rule set that ``write_rules`` wrote."""
    return rules_from_json(json_document(data))


def write_seat_plans(plans: Iterable[SeatPlan]) -> bytes:
    """Return the seat plans by zone and school; reserves as ``policy:seats;…`` in filling order."""
    ordered = sorted(plans, key=lambda plan: (plan.zone, plan.school))
    rows = [
        (plan.zone, plan.school, str(plan.seats), ";".join(map(_reserve_text, plan.reserves)))
        for plan in ordered
    ]
    return write_table(header=_SEAT_PLANS, rows=rows)


def _reserve_text(reserve: Reserve) -> str:
    if ";" in reserve.policy or not reserve.policy:
        raise ValueError(f"a policy category cannot be spelled {reserve.policy!r}")
    return f"{reserve.policy}:{reserve.seats}"


def read_seat_plans(data: bytes) -> list[SeatPlan]:
    """Return the seat plans that ``write_seat_plans`` wrote."""
    return [
        SeatPlan(zone=zone, school=school, seats=_count(seats), reserves=_reserves(reserves))
        for zone, school, seats, reserves in read_table(data, header=_SEAT_PLANS)
    ]


def _reserves(text: str) -> tuple[Reserve, ...]:
    parts = [part.rpartition(":") for part in text.split(";")] if text else []
    return tuple(Reserve(policy=policy, seats=_count(seats)) for policy, _, seats in parts)


def write_entries(entries: Iterable[Entry]) -> bytes:
    """Return the frozen list, one canonical entry a line, in code order."""
    ordered = sorted(entries, key=lambda entry: entry.code)
    return b"".join(entry_bytes(entry) + b"\n" for entry in ordered)


def read_entries(data: bytes) -> list[Entry]:
    """Return the entries of the list, each in canonical form; their order is not judged here."""
    return entries_of_lines(leaves_of(data))


def leaves_of(data: bytes) -> list[bytes]:
    """Return the lines of the list: as ``read_entries`` takes them, they are the tree's leaves."""
    lines = data.split(b"\n")
    if lines.pop():
        raise ValueError("the last line must end with a line feed")
    return lines


def write_distances(distances: Mapping[str, Sequence[tuple[str, int]]]) -> bytes:
    """Return the distances of the second stage, by zone and school, in whole metres."""
    rows = [
        (zone, school, str(metres))
        for zone in sorted(distances)
        for school, metres in sorted(distances[zone])
    ]
    return write_table(header=_DISTANCES, rows=rows)


def read_distances(data: bytes) -> dict[str, list[tuple[str, int]]]:
    """Return the distances that ``write_distances`` wrote."""
    found: dict[str, list[tuple[str, int]]] = {}
    for zone, school, metres in read_table(data, header=_DISTANCES):
        found.setdefault(zone, []).append((school, _count(metres)))
    return found


def write_placements(placements: Iterable[Placement]) -> bytes:
    """Return where every registration ended, in code order; empty school and rank: none."""
    rows = [
        (
            placement.code,
            placement.school or "",
            "" if placement.rank is None else str(placement.rank),
            str(placement.band),
            placement.number,
            str(placement.stage),
        )
        for placement in sorted(placements, key=lambda placement: placement.code)
    ]
    return write_table(header=_PLACEMENTS, rows=rows)


def read_placements(data: bytes) -> list[Placement]:
    """Return the placements that ``write_placements`` wrote."""
    return [
        Placement(
            code=code,
            school=school or None,
            rank=_count(rank) if rank else None,
            band=_count(band),
            number=number,
            stage=_count(stage),
        )
        for code, school, rank, band, number, stage in read_table(data, header=_PLACEMENTS)
    ]


def write_cut_offs(cut_offs: Iterable[ZoneCutOff]) -> bytes:
    """Return the cut-offs zone by zone, then those of the second stage; by school and band."""
    rows = [
        (
            *_stage(item.zone),
            item.cut_off.school,
            str(item.cut_off.band),
            item.cut_off.number,
            str(item.cut_off.admitted),
        )
        for item in sorted(cut_offs, key=lambda item: (*_place(item.zone), *_at(item.cut_off)))
    ]
    return write_table(header=_CUT_OFFS, rows=rows)


def read_cut_offs(data: bytes) -> list[ZoneCutOff]:
    """Return the cut-offs that ``write_cut_offs`` wrote."""
    return [
        ZoneCutOff(_zone(stage, zone), CutOff(school, _count(band), number, _count(admitted)))
        for stage, zone, school, band, number, admitted in read_table(data, header=_CUT_OFFS)
    ]


def write_waiting(waiting: Iterable[ZoneWaiting]) -> bytes:
    """Return the waiting lists, one line a place (1 is called first), ordered as cut-offs are."""
    rows = [
        (*_stage(item.zone), item.waiting.school, str(place), code)
        for item in sorted(waiting, key=lambda item: (*_place(item.zone), item.waiting.school))
        for place, code in enumerate(item.waiting.codes, start=1)
    ]
    return write_table(header=_WAITING, rows=rows)


def read_waiting(data: bytes) -> list[ZoneWaiting]:
    """Return the waiting lists that ``write_waiting`` wrote."""
    found: dict[tuple[str | None, str], list[str]] = {}
    for stage, zone, school, place, code in read_table(data, header=_WAITING):
        codes = found.setdefault((_zone(stage, zone), school), [])
        codes.append(code)
        if _count(place) != len(codes):
            raise ValueError(f"{school}: place {place} stands where {len(codes)} belongs")
    return [
        ZoneWaiting(zone, WaitingList(school, tuple(codes)))
        for (zone, school), codes in found.items()
    ]


def _place(zone: str | None) -> tuple[bool, str]:
    return zone is None, zone or ""


def _at(cut_off: CutOff) -> tuple[str, int]:
    return cut_off.school, cut_off.band


def _stage(zone: str | None) -> tuple[str, str]:
    return (SECOND_STAGE, "") if zone is None else (_FIRST_STAGE, zone)


def _zone(stage: str, zone: str) -> str | None:
    if stage not in {_FIRST_STAGE, SECOND_STAGE} or (stage == SECOND_STAGE and zone):
        raise ValueError(f"no stage {stage} of zone {zone!r}")
    return zone if stage == _FIRST_STAGE else None


_FEW = {str(count): count for count in range(10_000)}


def _count(text: str) -> int:
    known = _FEW.get(text)
    if known is not None:
        return known
    is_count = text.isascii() and text.isdigit() and len(text) <= 10
    if not is_count or (text.startswith("0") and text != "0"):
        raise ValueError(f"a whole number expected, not {text[:20]!r}")
    return int(text)
