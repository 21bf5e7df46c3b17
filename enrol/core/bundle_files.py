"""The files of a published bundle: each record's one spelling, and strict readers for it.

Every reader raises ValueError for what its writer would not have written, naming the line where
there are lines.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from enrol.core.documents import flag_of, list_of, object_of, text_of
from enrol.core.entry_lines import entries_of_lines
from enrol.core.model import CutOff, Entry, Placement, Reserve, SeatPlan
from enrol.core.outcome import WaitingList
from enrol.core.priority import RuleSet, rules_from_json, rules_to_json
from enrol.core.results import ZoneCutOff, ZoneWaiting
from enrol.core.sealing import Json, canonical_json, entry_bytes, nfc
from enrol.core.tables import read_table, write_table

SECOND_STAGE = "2"
_FIRST_STAGE = "1"
_HEX = frozenset("0123456789abcdef")

_SEAT_PLANS = ("zone", "school", "seats", "reserves")
_DISTANCES = ("zone", "school", "metres")
_PLACEMENTS = ("code", "school", "rank", "band", "number", "stage")
_CUT_OFFS = ("stage", "zone", "school", "band", "number", "admitted")
_WAITING = ("stage", "zone", "school", "place", "code")
_DRAW_KEYS = frozenset(
    {
        "seed",
        "commitment",
        "public_value",
        "public_value_name",
        "public_value_name_en",
        "public_value_on",
        "list_hash",
        "frozen_at",
        "same_day",
        "renamed",
    }
)
_RENAMING_KEYS = frozenset({"name", "on", "new_name", "new_on", "reason"})


@dataclass(frozen=True, slots=True)
class Renaming:
    """A public value that did not appear, the one named in its place, and why."""

    name: str
    on: date
    new_name: str
    new_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Draw:
    """The draw as published; ``seed``, ``commitment`` and ``list_hash`` are 64 hex digits.

    ``public_value`` is in NFC: the bytes that were drawn with. ``frozen_at`` is the instant of the
    freezing with the offset of the office's time. ``renamed`` are the public values that did not
    appear, oldest first.
    """

    seed: str
    commitment: str
    public_value: str
    public_value_name: str
    public_value_name_en: str
    public_value_on: date
    list_hash: str
    frozen_at: datetime
    renamed: tuple[Renaming, ...] = ()

    @property
    def same_day(self) -> bool:
        """Say whether the value is of the day of freezing: two officers vouch for the order."""
        return self.frozen_at.date() == self.public_value_on

    def __post_init__(self) -> None:
        """Refuse a draw that another program could read in another way."""
        if not all(map(_is_hash, (self.seed, self.commitment, self.list_hash))):
            raise ValueError("seed, commitment and list hash must be 64 lower-case hex digits")
        if self.public_value != nfc(self.public_value):
            raise ValueError("the public value must be in NFC")
        if self.frozen_at.utcoffset() is None or self.frozen_at.microsecond:
            raise ValueError("the instant of freezing must be whole seconds with an offset")


def _is_hash(text: str) -> bool:
    return len(text) == 64 and set(text) <= _HEX


def json_document(data: bytes) -> Json:
    """Return what a JSON file of the bundle says. Raises ValueError for anything else."""
    try:
        value: Json = json.loads(data.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def write_rules(rules: RuleSet) -> bytes:
    """Return the rule set: the bytes whose SHA-256 is ``priority.rules_hash``."""
    return canonical_json(rules_to_json(rules))


def read_rules(data: bytes) -> RuleSet:
    """Return the rule set that ``write_rules`` wrote."""
    return rules_from_json(json_document(data))


def write_draw(draw: Draw) -> bytes:
    """Return the draw as canonical JSON."""
    document: dict[str, Json] = {
        "seed": draw.seed,
        "commitment": draw.commitment,
        "public_value": draw.public_value,
        "public_value_name": draw.public_value_name,
        "public_value_name_en": draw.public_value_name_en,
        "public_value_on": draw.public_value_on.isoformat(),
        "list_hash": draw.list_hash,
        "frozen_at": draw.frozen_at.isoformat(),
        "same_day": draw.same_day,
        "renamed": [
            {
                "name": item.name,
                "on": item.on.isoformat(),
                "new_name": item.new_name,
                "new_on": item.new_on.isoformat(),
                "reason": item.reason,
            }
            for item in draw.renamed
        ],
    }
    return canonical_json(document)


def read_draw(data: bytes) -> Draw:
    """Return the draw that ``write_draw`` wrote."""
    fields = object_of(json_document(data), what="draw", keys=_DRAW_KEYS)
    plain = _DRAW_KEYS - {"same_day", "renamed"}
    texts = {name: text_of(fields[name], what=name) for name in plain}
    draw = Draw(
        public_value_on=date.fromisoformat(texts.pop("public_value_on")),
        frozen_at=datetime.fromisoformat(texts.pop("frozen_at")),
        renamed=tuple(_renaming(item) for item in list_of(fields["renamed"], what="renamed")),
        **texts,
    )
    if flag_of(fields["same_day"], what="same_day") != draw.same_day:
        raise ValueError("same_day does not fit the two dates")
    return draw


def _renaming(value: object) -> Renaming:
    fields = object_of(value, what="renamed", keys=_RENAMING_KEYS)
    texts = {name: text_of(fields[name], what=name) for name in _RENAMING_KEYS}
    return Renaming(
        name=texts["name"],
        on=date.fromisoformat(texts["on"]),
        new_name=texts["new_name"],
        new_on=date.fromisoformat(texts["new_on"]),
        reason=texts["reason"],
    )


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
