"""What a forger could do to the bundle of the small city, as section 6 of docs/draw.md tells it.

``FORGERIES`` maps the name in the document to how it is found and to the forged bundle. Those
named ``all-…`` are honest computations from inputs that were exchanged.
"""

import dataclasses
import re
from collections.abc import Callable

from enrol.core.lottery import commitment
from enrol.core.priority import LOTTERY_ONLY
from enrol.core.sealing import list_hash
from tests.unit.core.bundles import changed, resealed
from tests.unit.worked_city import City

Members = dict[str, bytes]
OTHER_SEED = bytes(range(1, 33))


def _row(city: City) -> Members:
    return changed(
        city.members, "placements.csv", f"{_code(city, 'Khánh')},TH03,,", _at_first(city)
    )


def _at_first(city: City) -> str:
    return f"{_code(city, 'Khánh')},TH01,1,"


def _code(city: City, name: str) -> str:
    return city.by_name(name).code


def _replaced(member: str, old: str, new: str) -> Callable[[City], Members]:
    return lambda city: resealed(changed(city.members, member, old, new))


def _official(city: City) -> Members:
    return changed(city.members, "manifest.json", '"kind":"rehearsal"', '"kind":"official"')


def _removed(city: City) -> Members:
    kept = (line for line in city.members["entries.jsonl"].splitlines(keepends=True))
    without = b"".join(line for line in kept if _code(city, "Chi").encode() not in line)
    return resealed({**city.members, "entries.jsonl": without})


def _fact(city: City) -> Members:
    lines = city.members["entries.jsonl"].splitlines(keepends=True)
    better = (
        line.replace(b'"permanent_in_zone":false', b'"permanent_in_zone":true')
        if _code(city, "Khánh").encode() in line
        else line
        for line in lines
    )
    return resealed({**city.members, "entries.jsonl": b"".join(better)})


def _number(city: City) -> Members:
    row = next(p for p in city.computed.results.placements if p.code == _code(city, "Khánh"))
    return _replaced("placements.csv", row.number, "0" + row.number[1:])(city)


def _waiting(city: City) -> Members:
    first, second = _code(city, "Dũng"), _code(city, "Khánh")
    spots = {first: second, second: first}
    text = city.members["waiting_lists.csv"].decode()
    swapped = re.sub(f"{first}|{second}", lambda found: spots[found[0]], text)
    return resealed({**city.members, "waiting_lists.csv": swapped.encode()})


def _cut_off(city: City) -> Members:
    number = next(item.cut_off.number for item in city.computed.results.cut_offs)
    return _replaced("cutoffs.csv", number, "f" + number[1:])(city)


def _with_draw(city: City, **changes: object) -> City:
    return dataclasses.replace(city, draw=dataclasses.replace(city.draw, **changes))


def _other_rules(city: City) -> Members:
    other = dataclasses.replace(city, rules=LOTTERY_ONLY).members["rules.json"]
    return resealed({**city.members, "rules.json": other})


def _all_seed(city: City) -> Members:
    return _with_draw(city, seed=OTHER_SEED.hex(), commitment=commitment(OTHER_SEED)).members


def _all_list(city: City) -> Members:
    kept = [entry for entry in city.entries if entry != city.by_name("Chi")]
    shorter = dataclasses.replace(city, entries=kept)
    return _with_draw(shorter, list_hash=list_hash(kept).hex()).members


def _all_rules(city: City) -> Members:
    return dataclasses.replace(city, rules=LOTTERY_ONLY).members


def _all_seats(city: City) -> Members:
    first, *others = city.plans
    more = dataclasses.replace(first, seats=first.seats + 1)
    return dataclasses.replace(city, plans=[more, *others]).members


def _all_value(city: City) -> Members:
    return _with_draw(city, public_value="689562").members


def _all_distances(city: City) -> Members:
    return dataclasses.replace(city, table={"T01": [("TH03", 100)]}).members


FORGERIES: dict[str, tuple[str, Callable[[City], Members]]] = {
    "row": ("member_changed", _row),
    "row-and-manifest": ("placement", lambda city: resealed(_row(city))),
    "number": ("number", _number),
    "seed": (
        "commitment",
        lambda city: _replaced("draw.json", city.draw.seed, OTHER_SEED.hex())(city),
    ),
    "public-value": ("number", _replaced("draw.json", '"689561"', '"689562"')),
    "removed": ("list_hash", _removed),
    "fact": ("list_hash", _fact),
    "seats": ("placement", _replaced("seat_plans.csv", "T01,TH01,2,", "T01,TH01,3,")),
    "rules": ("placement", _other_rules),
    "cut-off": ("cut_off", _cut_off),
    "waiting": ("waiting", _waiting),
    "certificate": ("certificate", _replaced("certificate.json", '"refusals":', '"refusals":1')),
    "official": ("kind", _official),
    "all-seed": ("announced", _all_seed),
    "all-list": ("announced", _all_list),
    "all-rules": ("announced", _all_rules),
    "all-seats": ("announced", _all_seats),
    "all-value": ("announced", _all_value),
    "all-distances": ("announced", _all_distances),
}
