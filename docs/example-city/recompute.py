"""The draw and the allocation once more, written from docs/draw.md: it shares no line with enrol.

    python3 recompute.py DIRECTORY

DIRECTORY holds the members of a published bundle, unzipped. Prints ``placements.csv``. Exit status
1 when the seed is not the one committed to or the list is not the frozen one.
"""

import csv
import hashlib
import hmac
import json
import sys
from pathlib import Path

UNKNOWN = 1_000_000_000
Entry = dict  # one line of entries.jsonl
Lists = dict[str, list[str]]


def sha256(data: bytes) -> bytes:
    """Return SHA-256 (section 4)."""
    return hashlib.sha256(data).digest()


def root(lines: list[bytes]) -> bytes:
    """Return the root of the tree over the lines of the frozen list (section 4.4)."""
    level = [sha256(b"\x00" + line) for line in lines]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [sha256(b"\x01" + b"".join(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0] if level else sha256(b"")


class Draw:
    """Numbers, bands and queues under one draw and one rule set (sections 4.6 to 4.8)."""

    def __init__(self, draw: dict[str, str], rules: dict) -> None:
        message = draw["public_value"].encode() + b"\x00" + bytes.fromhex(draw["list_hash"])
        self.key = self._hmac(bytes.fromhex(draw["seed"]), message)
        self.rules = rules

    @staticmethod
    def _hmac(key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, hashlib.sha256).digest()

    def number(self, entry: Entry, school: str | None) -> str:
        """Return the lottery number that counts at a school, or without one."""
        message = entry["family"].encode()
        if school is not None and self.rules["per_school_numbers"]:
            message += b"\x00" + school.encode()
        return self._hmac(self.key, message).hex()

    def has(self, entry: Entry, fact: str) -> bool:
        """Say whether a child has what a band requires."""
        facts = entry["facts"]
        if fact.startswith("policy:"):
            return fact[len("policy:") :] in facts["policies"]
        if fact == "residence":
            return any(self.has(entry, kind) for kind in self.rules["residence"])
        return facts["zone"] is not None and facts[f"{fact}_in_zone"]

    def band(self, entry: Entry) -> int:
        """Return the child's band, counted from 1."""
        bands = self.rules["bands"]
        fits = (all(self.has(entry, fact) for fact in band["requires"]) for band in bands)
        return list(fits).index(True) + 1

    def place(self, entry: Entry, school: str, metres: dict[str, int]) -> tuple:
        """Return the child's place in the queue of a school; lower goes first."""
        values = {
            "band": self.band(entry),
            "sibling": school not in entry["facts"]["sibling_schools"],
            "distance": metres.get(school, UNKNOWN),
            "number": self.number(entry, school),
        }
        in_queue = tuple(values[criterion] for criterion in self.rules["order"])
        return (not self.has(entry, "residence"), *in_queue, entry["code"])


def choose(queue: list[Entry], seats: int, reserves: list[tuple[str, int]]) -> list[Entry]:
    """Return whom a school takes out of its queue (section 4.9)."""
    chosen, rest, left = [], list(queue), seats
    for policy, wanted in reserves:
        size = min(wanted, left)
        left -= size
        members = [child for child in rest if policy in child["facts"]["policies"]][:size]
        chosen += members
        rest = [child for child in rest if child not in members]
    return chosen + rest[: seats - len(chosen)]


def match(children: list[Entry], lists: Lists, plans: dict, place) -> dict[str, str]:
    """Return the school of every child that gets one: deferred acceptance (section 3.6)."""
    held: dict[str, list[Entry]] = {school: [] for school in plans}
    lists = {code: list(schools) for code, schools in lists.items()}
    free = [child for child in children if lists[child["code"]]]
    while free:
        asked: dict[str, list[Entry]] = {}
        for child in free:
            asked.setdefault(lists[child["code"]].pop(0), []).append(child)
        free = []
        for school, new in asked.items():
            queue = sorted(held[school] + new, key=lambda child: place(child, school))
            held[school] = choose(queue, *plans[school])
            free += [c for c in queue if c not in held[school] and lists[c["code"]]]
    return {child["code"]: school for school, taken in held.items() for child in taken}


def rows(directory: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV member."""
    with (directory / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reserves(text: str, rules: dict) -> list[tuple[str, int]]:
    """Return the reserves of a seat plan in filling order, if the rules have them."""
    parts = [part.rpartition(":") for part in text.split(";")] if text else []
    return [(policy, int(seats)) for policy, _, seats in parts] if rules["reserves"] else []


def stage_1(entries: list[Entry], plans: list[dict[str, str]], draw: Draw) -> dict[str, str]:
    """Return the seats given zone by zone (section 4.9)."""
    ended = {}
    for zone in sorted({plan["zone"] for plan in plans}):
        schools = {
            plan["school"]: (int(plan["seats"]), reserves(plan["reserves"], draw.rules))
            for plan in plans
            if plan["zone"] == zone
        }
        children = [e for e in entries if e["facts"]["zone"] == zone and draw.has(e, "residence")]
        lists = {e["code"]: [s for s in e["wishes"] if s in schools] for e in children}
        ended |= match(
            children, lists, schools, lambda e, s: draw.place(e, s, e["facts"]["distances"])
        )
    return ended


def stage_2(
    entries: list[Entry], free: dict[str, int], metres: dict[str, dict[str, int]], draw: Draw
) -> dict[str, str]:
    """Return the seats given to the children without one (section 4.10)."""
    known = {e["code"]: metres.get(e["code"], {}) | e["facts"]["distances"] for e in entries}
    lists = {}
    for entry in entries:
        near = known[entry["code"]]
        open_schools = [school for school in free if free[school]]
        if draw.has(entry, "residence"):
            lists[entry["code"]] = sorted(
                open_schools, key=lambda s: (s not in near, near.get(s, 0), s)
            )
        else:
            lists[entry["code"]] = [school for school in entry["wishes"] if school in free]
    plans = {school: (seats, []) for school, seats in free.items()}
    return match(entries, lists, plans, lambda e, s: draw.place(e, s, known[e["code"]]))


def main(directory: Path) -> int:
    """Print the placements of the bundle in a directory."""
    stated = json.loads((directory / "draw.json").read_text(encoding="utf-8"))
    lines = (directory / "entries.jsonl").read_bytes().splitlines()
    entries = sorted(map(json.loads, lines), key=lambda entry: entry["code"])
    draw = Draw(stated, json.loads((directory / "rules.json").read_text(encoding="utf-8")))
    is_promised = sha256(bytes.fromhex(stated["seed"])).hex() == stated["commitment"]
    if not is_promised or root(lines).hex() != stated["list_hash"]:
        sys.stderr.write("not the seed or not the list that was promised\n")
        return 1
    plans = rows(directory, "seat_plans.csv")
    first = stage_1(entries, plans, draw)
    free: dict[str, int] = {}
    for plan in plans:
        taken = list(first.values()).count(plan["school"])
        free[plan["school"]] = int(plan["seats"]) - taken
    from_zone: dict[str, dict[str, int]] = {}
    for row in rows(directory, "distances.csv"):
        from_zone.setdefault(row["zone"], {})[row["school"]] = int(row["metres"])
    residents = [entry for entry in entries if draw.has(entry, "residence")]
    metres = {e["code"]: from_zone.get(e["facts"]["zone"], {}) for e in residents}
    left = [entry for entry in entries if entry["code"] not in first]
    second = stage_2(left, free, metres, draw)
    out = ["code,school,rank,band,number,stage"]
    for entry in entries:
        code, wishes = entry["code"], entry["wishes"]
        school = first.get(code) or second.get(code)
        rank = wishes.index(school) + 1 if school in wishes else ""
        number, stage = draw.number(entry, school), 1 if code in first else 2
        out.append(f"{code},{school or ''},{rank},{draw.band(entry)},{number},{stage}")
    sys.stdout.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
