"""The files of docs/example-city, and the tables of docs/draw.md, written anew.

``python -m tests.unit.worked_files`` does it after a change of rules or formats; the tests say
whether it is needed, and a reader of the change sees every digit that moved.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from enrol.core.leftovers import by_distance
from enrol.core.lottery import number
from enrol.core.model import Entry
from enrol.core.outcome import FreeSeats
from enrol.core.priority import band, is_in_zone
from enrol.core.results import free_seats_of, second_stage_entries
from enrol.core.tables import write_table
from tests.unit.worked_blocks import expected
from tests.unit.worked_city import (
    DOCS,
    DOCUMENTS,
    FILES,
    MARK,
    ZONE,
    Block,
    City,
    blocks_of,
    city_of,
    row_of,
    sent_by_families,
)

SECOND_STAGE = "second-stage"
CONTESTS = (".", SECOND_STAGE)
"""Where the files of ``enrol allocate`` stand: the first stage, and the second."""

_CODE = re.compile(r"[\w.:-]*\d[\w.:-]*|\w+_\w+|\w+\.\w+|[a-z]+(-[a-z]+)+")


def files_of(city: City) -> dict[str, bytes]:
    """Return the files that follow from the city, by path below docs/example-city."""
    zone, left = city.computed.zones[ZONE], city.computed.leftovers
    in_zone = [e for e in city.entries if is_in_zone(facts=e.facts, rules=city.rules)]
    first = _contest(
        city,
        wishes={entry.code: entry.wishes for entry in in_zone},
        seats=[FreeSeats(plan.school, plan.seats) for plan in city.plans],
        ended={placement.code: placement.school for placement in zone.placements},
    )
    free = free_seats_of(city.computed.zones)
    second = _contest(
        city,
        wishes={e.code: _second_list(city, e, free) for e in _second_stage(city)},
        seats=free,
        ended={placement.code: placement.school for placement in left.placements},
    )
    return {
        **first,
        **{f"{SECOND_STAGE}/{name}": data for name, data in second.items()},
        **{f"bundle/{name}": data for name, data in city.members.items()},
    }


def _second_stage(city: City) -> list[Entry]:
    return second_stage_entries(entries=city.entries, zones=city.computed.zones)


def _second_list(city: City, entry: Entry, free: Sequence[FreeSeats]) -> Sequence[str]:
    if not is_in_zone(facts=entry.facts, rules=city.rules):
        return entry.wishes
    metres = {**dict(city.distances.get(entry.code, ())), **dict(entry.facts.distances)}
    return by_distance(schools=[some.school for some in free if some.seats], metres=metres)


def _contest(
    city: City,
    *,
    wishes: Mapping[str, Sequence[str]],
    seats: Iterable[FreeSeats],
    ended: Mapping[str, str | None],
) -> dict[str, bytes]:
    entries = {entry.code: entry for entry in city.entries}
    bands = {code: band(facts=entries[code].facts, rules=city.rules) for code in wishes}
    tables = {
        "schools.csv": (("school", "seats"), [(some.school, str(some.seats)) for some in seats]),
        "wishes.csv": (
            ("child", "rank", "school", "band"),
            [
                (code, str(rank), school, str(bands[code]))
                for code, schools in wishes.items()
                for rank, school in enumerate(schools, start=1)
            ],
        ),
        "lottery.csv": (
            ("child", "number"),
            [(code, number(key=city.key, code=entries[code].family)) for code in wishes],
        ),
        "placements.csv": (
            ("child", "school"),
            [(code, ended[code] or "") for code in sorted(wishes)],
        ),
    }
    return {name: write_table(header=head, rows=rows) for name, (head, rows) in tables.items()}


def rewritten(document: str, blocks: Mapping[str, Block]) -> str:
    """Return the document with these blocks; headings and remarks beside the values stay."""

    def fresh(match: re.Match[str]) -> str:
        name, body = match.groups()
        block = blocks.get(name)
        if block is None:
            return match.group()
        if isinstance(block, str):
            text = f"{body.splitlines()[0]}\n{block}```\n"
        else:
            heading = body.splitlines()[:2]
            old = {row[0]: row for row in map(row_of, body.splitlines()[2:])}
            text = "".join(f"{line}\n" for line in (*heading, *(_line(row, old) for row in block)))
        return f"<!-- draw: {name} -->\n\n{text}"

    return MARK.sub(fresh, document)


def _line(row: tuple[str, ...], old: Mapping[str, tuple[str, ...]]) -> str:
    remarks = old.get(row[0], ())[len(row) :]
    values = (f"`{cell}`" if len(cell) > 4 and _CODE.fullmatch(cell) else cell for cell in row)
    return f"| {' | '.join((*values, *remarks))} |"


def write_anew() -> None:
    """Bring documents and files in line with the inputs that docs/draw.md states."""
    sent = sent_by_families()
    city = city_of(blocks_of((DOCS / DOCUMENTS[0]).read_text(encoding="utf-8")), sent=sent)
    blocks = expected(city)
    for name in DOCUMENTS:
        path = DOCS / name
        path.write_text(rewritten(path.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    for name, data in files_of(city).items():
        path = FILES / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    write_anew()
