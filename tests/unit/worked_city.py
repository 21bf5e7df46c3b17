"""The small city of docs/draw.md, read out of the document.

A block of the document is a table or fenced text under ``<!-- draw: NAME -->``. What the city *is*
(schools, children, the draw's seed and public value) is read from blocks; everything that follows
from it is computed anew (``worked_blocks``, ``worked_files``).
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from enrol.core import bundle
from enrol.core.draw_file import Draw
from enrol.core.intake_certificate import certify_intake
from enrol.core.leftovers import Distances, distances_from_zones
from enrol.core.lottery import commitment, draw_key
from enrol.core.model import Entry, Facts, Reserve, SeatPlan
from enrol.core.priority import HANOI_2018, RuleSet
from enrol.core.results import Computation, compute
from enrol.core.sealing import list_hash, submission_hash

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENTS = ("draw.md", "draw.vi.md")
FILES = DOCS / "example-city"
ZONE = "T01"
NOTHING = "–"
YES = "✓"
LIST = ", "

Block = str | list[tuple[str, ...]]

MARK = re.compile(r"<!-- draw: ([\w-]+) -->\n+((?:\|.*\n)+|```\w*\n(?:.*\n)*?```\n)")


def blocks_of(document: str) -> dict[str, Block]:
    """Return the marked blocks by name: rows of cells without the heading, or fenced text."""
    found: dict[str, Block] = {}
    for name, body in MARK.findall(document):
        assert name not in found, f"the block {name} stands twice"
        found[name] = (
            [row_of(line) for line in body.splitlines()[2:]]
            if body.startswith("|")
            else body.split("\n", 1)[1].removesuffix("```\n")
        )
    return found


def row_of(line: str) -> tuple[str, ...]:
    """Return the cells of one line of a table, without marks of code."""
    return tuple(cell.strip().replace("`", "") for cell in line.strip("|").split("|"))


@dataclass(frozen=True)
class City:
    """The inputs as the document states them; ``names`` maps codes to children's names."""

    intake: str
    names: Mapping[str, str]
    schools: Mapping[str, str]
    plans: Sequence[SeatPlan]
    entries: Sequence[Entry]
    table: Mapping[str, Sequence[tuple[str, int]]]
    draw: Draw
    sent: Mapping[str, Mapping[str, object]]
    rules: RuleSet = HANOI_2018

    @cached_property
    def key(self) -> bytes:
        """The draw key K."""
        return draw_key(
            seed=bytes.fromhex(self.draw.seed),
            public_value=self.draw.public_value,
            list_hash=bytes.fromhex(self.draw.list_hash),
        )

    @cached_property
    def distances(self) -> Distances:
        """The distances of stage 2 by code."""
        return distances_from_zones(table=self.table, entries=self.entries, rules=self.rules)

    @cached_property
    def computed(self) -> Computation:
        """Both stages."""
        return compute(**self.inputs)

    @property
    def inputs(self) -> dict[str, object]:
        """What ``compute`` and ``certify_intake`` take."""
        return {
            "entries": self.entries,
            "seat_plans": self.plans,
            "distances": self.distances,
            "rules": self.rules,
            "key": self.key,
        }

    @cached_property
    def members(self) -> dict[str, bytes]:
        """The published bundle."""
        results = self.computed.results
        certificate = certify_intake(placements=results.placements, **self.inputs)
        assert certificate.holds
        return bundle.build(
            intake=self.intake,
            kind=bundle.REHEARSAL,
            rules=self.rules,
            seat_plans=self.plans,
            entries=self.entries,
            draw=self.draw,
            distances=self.table,
            results=results,
            certificate=certificate,
        )

    def people(self, codes: Iterable[str]) -> str:
        """Return the children's names in the order of their codes."""
        return LIST.join(self.names[code] for code in codes) or NOTHING

    def by_name(self, name: str) -> Entry:
        """Return the entry of a child."""
        return next(entry for entry in self.entries if self.names[entry.code] == name)


def sent_by_families() -> dict[str, dict[str, object]]:
    """Return what the families sent and the salt of each submission, by code."""
    lines = (FILES / "submissions.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["code"]: line for line in map(json.loads, lines)}


def city_of(blocks: Mapping[str, Block], *, sent: Mapping[str, Mapping[str, object]]) -> City:
    """Return the city that the blocks describe."""
    codes = {name: (code, family) for name, code, family in blocks["children"]}
    entries = [_entry(row, *codes[row[0]], sent) for row in blocks["facts"]]
    stated = dict(blocks["draw"])
    seed = bytes.fromhex(stated["seed"])
    distances: dict[str, list[tuple[str, int]]] = {}
    for zone, metres in blocks["distances"]:
        distances[zone] = _metres(metres)
    return City(
        intake=stated["intake"],
        names={code: name for name, (code, _) in codes.items()},
        schools={code: name for code, name, _, _ in blocks["schools"]},
        plans=[_plan(row) for row in blocks["schools"]],
        entries=entries,
        table=distances,
        draw=Draw(
            seed=seed.hex(),
            commitment=commitment(seed),
            public_value=stated["public_value"],
            public_value_name=stated["public_value_name"],
            public_value_name_en=stated["public_value_name_en"],
            public_value_on=date.fromisoformat(stated["public_value_on"]),
            list_hash=list_hash(entries).hex(),
            frozen_at=datetime.fromisoformat(stated["frozen_at"]),
        ),
        sent=sent,
    )


def _plan(row: tuple[str, ...]) -> SeatPlan:
    code, _, seats, reserves = row
    parts = [] if reserves == NOTHING else [part.split(":") for part in reserves.split(";")]
    return SeatPlan(code, ZONE, int(seats), tuple(Reserve(name, int(n)) for name, n in parts))


def _entry(
    row: tuple[str, ...], code: str, family: str, sent: Mapping[str, Mapping[str, object]]
) -> Entry:
    _, permanent, current, _, _, wishes, metres = row
    line = sent[code]
    return Entry(
        code=code,
        family=family,
        submission_hash=submission_hash(salt=bytes.fromhex(line["salt"]), payload=line["payload"]),
        facts=Facts(
            zone=ZONE,
            permanent_in_zone=permanent == YES,
            current_in_zone=current == YES,
            distances=tuple(sorted(_metres(metres))),
        ),
        wishes=tuple(wishes.split(LIST)),
    )


def _metres(text: str) -> list[tuple[str, int]]:
    pairs = (part.split() for part in text.split(LIST))
    return [(school, int(metres)) for school, metres in pairs]


def variant(city: City, change: Callable[[Entry], Entry], **rules: object) -> City:
    """Return the city with changed facts or rules but, for comparison, the same draw."""
    entries = [change(entry) for entry in city.entries]
    ruled = dataclasses.replace(city.rules, **rules)
    return dataclasses.replace(city, entries=entries, rules=ruled)
