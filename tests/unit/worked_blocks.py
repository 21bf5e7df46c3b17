"""Every block of docs/draw.md as it must stand there, computed from the city's inputs."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from enrol.core.bundle import digest, distances_hash, seat_plans_hash
from enrol.core.digests import intake_digest, outcome_digest
from enrol.core.explanation import Explanation, Position, Reason, explain_leftovers, explain_zone
from enrol.core.model import Entry
from enrol.core.priority import band, is_in_zone, rules_hash
from enrol.core.results import free_seats_of, second_stage_entries
from enrol.core.sealing import canonical_json, entry_bytes, inclusion_proof, tree_levels
from tests.unit.worked_city import LIST, NOTHING, YES, ZONE, Block, City, variant
from tests.unit.worked_rounds import leftover_rounds, number_of, place_of, zone_rounds

SHORT = 8
PROVED = "Chi"
SHOWN = "An"


def expected(city: City) -> dict[str, Block]:
    """Return every block by name; what the document states as input comes back as it was read."""
    return {
        "schools": [
            (p.school, city.schools[p.school], str(p.seats), _reserves(p)) for p in city.plans
        ],
        "children": [(city.names[e.code], e.code, e.family) for e in city.entries],
        "facts": [_facts(city, entry) for entry in city.entries],
        "distances": [(zone, _metres(pairs)) for zone, pairs in city.table.items()],
        "draw": _draw(city),
        "numbers": _numbers(city),
        "rounds": list(zone_rounds(city)),
        "seats": _seats(city),
        "cut-offs": _cut_offs(city),
        "waiting": _waiting(city),
        "reasons": list(_reasons(city)),
        "leftover-rounds": list(leftover_rounds(city)),
        "result": [(city.people([code]), *rest) for code, *rest in _ends(city)],
        "own-numbers": _own_numbers(city),
        "variants": _variants(city),
        "submissions": _submissions(city),
        "full-numbers": [(city.people([e.code]), number_of(city, e)) for e in city.entries],
        "tree": _tree(city),
        "proof": _proof(city),
        "digests": _digests(city),
        "payload": _payload(city),
        "entry": entry_bytes(city.by_name(SHOWN)).decode() + "\n",
        "rules": city.members["rules.json"].decode() + "\n",
    }


def _reserves(plan) -> str:
    return ";".join(f"{r.policy}:{r.seats}" for r in plan.reserves) or NOTHING


def _metres(pairs: Iterable[tuple[str, int]]) -> str:
    return LIST.join(f"{school} {metres}" for school, metres in pairs)


def _facts(city: City, entry: Entry) -> tuple[str, ...]:
    facts = entry.facts
    flags = (facts.permanent_in_zone, facts.current_in_zone)
    permanent, current = (YES if flag else NOTHING for flag in flags)
    rank = band(facts=facts, rules=city.rules)
    in_zone = YES if is_in_zone(facts=facts, rules=city.rules) else NOTHING
    name, metres = city.names[entry.code], _metres(facts.distances)
    return name, permanent, current, str(rank), in_zone, LIST.join(entry.wishes), metres


def _draw(city: City) -> Block:
    draw = dataclasses.asdict(city.draw)
    names = ("public_value_name", "public_value_name_en", "public_value_on", "commitment")
    return [
        ("intake", city.intake),
        ("seed", draw["seed"]),
        *((name, str(draw[name])) for name in (*names, "list_hash", "public_value")),
        ("frozen_at", city.draw.frozen_at.isoformat()),
        ("K", city.key.hex()),
    ]


def _numbers(city: City) -> Block:
    ordered = sorted(city.entries, key=lambda entry: (number_of(city, entry), entry.code))
    return [
        (str(place), city.names[e.code], e.family, number_of(city, e)[:SHORT])
        for place, e in enumerate(ordered, start=1)
    ]


def _seats(city: City) -> Block:
    left = {item.school: item.seats for item in free_seats_of(city.computed.zones)}
    after = {item.school: item.seats for item in city.computed.leftovers.free_seats}
    counts = [(p, left[p.school], after[p.school]) for p in city.plans]
    return [
        (p.school, *map(str, (p.seats, p.seats - free, free, at_last)))
        for p, free, at_last in counts
    ]


def _cut_offs(city: City) -> Block:
    return [
        (
            "1" if item.zone else "2",
            item.cut_off.school,
            str(item.cut_off.band),
            item.cut_off.number[:SHORT],
            str(item.cut_off.admitted),
        )
        for item in city.computed.results.cut_offs
    ]


def _waiting(city: City) -> Block:
    return [
        ("1" if item.zone else "2", item.waiting.school, city.people(item.waiting.codes))
        for item in city.computed.results.waiting
    ]


def _explanations(city: City) -> Iterator[Explanation]:
    zone, left = city.computed.zones[ZONE], city.computed.leftovers
    drawn = {"rules": city.rules, "key": city.key}
    yield from explain_zone(
        entries=city.entries, seat_plans=city.plans, placements=zone.placements, **drawn
    )
    yield from explain_leftovers(
        entries=second_stage_entries(entries=city.entries, zones=city.computed.zones),
        free=free_seats_of(city.computed.zones),
        distances=city.distances,
        placements=left.placements,
        **drawn,
    )


def _reasons(city: City) -> Iterator[tuple[str, ...]]:
    for explanation in _explanations(city):
        for wish in explanation.wishes:
            if wish.reason in {Reason.GRANTED, Reason.HIGHER_WISH, Reason.OUTSIDE}:
                continue
            changes = LIST.join(_change(c.criterion, c.value) for c in wish.changes)
            name, stage = city.names[explanation.code], str(explanation.stage)
            yield (
                name,
                stage,
                wish.school,
                wish.reason.value,
                _position(wish.position),
                _position(wish.last),
                changes,
            )


def _position(position: Position | None) -> str:
    return NOTHING if position is None else f"{position.band} / {position.number[:SHORT]}"


def _change(criterion: str, value: int | str) -> str:
    signs = {"number": "<", "seats": "+", "sibling": "="}
    return f"{criterion} {signs.get(criterion, '≤')} {str(value)[:SHORT]}"


def _ends(city: City) -> Iterator[tuple[str, ...]]:
    for p in city.computed.results.placements:
        yield p.code, p.school or NOTHING, NOTHING if p.rank is None else str(p.rank), str(p.stage)


def _own_numbers(city: City) -> Block:
    own = _variant_cities(city)["own-numbers"]
    rows = []
    for plan in city.plans:
        wishing = [e for e in city.entries if plan.school in e.wishes]
        ordered = sorted(wishing, key=lambda e: place_of(own, e, plan.school))
        names = (f"{own.names[e.code]} {number_of(own, e, plan.school)[:SHORT]}" for e in ordered)
        rows.append((plan.school, LIST.join(names)))
    return rows


def _variant_cities(city: City) -> dict[str, City]:
    def with_facts(names: Sequence[str], **facts: object):
        return lambda e: (
            dataclasses.replace(e, facts=dataclasses.replace(e.facts, **facts))
            if city.names[e.code] in names
            else e
        )

    def unchanged(entry: Entry) -> Entry:
        return entry

    return {
        "base": city,
        "reserve": variant(city, with_facts(["Khánh"], policies=("disability",))),
        "sibling": variant(
            city,
            with_facts(["Hà", "Hải"], sibling_schools=("TH01",)),
            name="hanoi-2018-sibling",
            order=("band", "sibling", "number"),
        ),
        "own-numbers": variant(
            city, unchanged, name="hanoi-2018-own-numbers", per_school_numbers=True
        ),
    }


def _variants(city: City) -> Block:
    return [
        (name, *(school for _, school, _, _ in _ends(varied)))
        for name, varied in _variant_cities(city).items()
    ]


def _submissions(city: City) -> Block:
    return [
        (city.names[e.code], city.sent[e.code]["salt"], e.submission_hash) for e in city.entries
    ]


def _leaves(city: City) -> list[bytes]:
    return [entry_bytes(e) for e in sorted(city.entries, key=lambda e: e.code)]


def _tree(city: City) -> Block:
    return [
        (str(level), str(index), node.hex())
        for level, nodes in enumerate(tree_levels(_leaves(city)))
        for index, node in enumerate(nodes)
    ]


def _proof(city: City) -> Block:
    at = [city.names[e.code] for e in city.entries].index(PROVED)
    proof = inclusion_proof(_leaves(city), at)
    return [(str(step), node.hex()) for step, node in enumerate(proof, start=1)]


def _digests(city: City) -> Block:
    zone, left = city.computed.zones[ZONE], city.computed.leftovers
    runs = [outcome_digest(zone.placements), outcome_digest(left.placements)]
    return [
        ("rules_hash", rules_hash(city.rules)),
        ("seat_plans_hash", seat_plans_hash(city.plans)),
        ("distances_hash", distances_hash(city.table)),
        (f"outcome_digest {ZONE}", runs[0]),
        ("outcome_digest 2", runs[1]),
        ("intake_digest", intake_digest(runs)),
        *((name, digest(data)) for name, data in city.members.items()),
    ]


def _payload(city: City) -> str:
    return canonical_json(city.sent[city.by_name(SHOWN).code]["payload"]).decode() + "\n"
