"""The children of one zone in columns: what decides their places, without an object a child.

A city states few different combinations of facts and of wishes, so each is kept once and a child
holds two small numbers.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from enrol.core.documents import flag_of, object_of, text_of, texts_of
from enrol.core.model import Entry, Facts


class Packed(NamedTuple):
    """The columns of a zone's list as texts of one line a child, in code order.

    All but the codes are JSON; equal ``facts`` (without distances) and ``wishes`` are spelled
    alike. All four are empty for a zone without children.
    """

    codes: str
    families: str
    facts: str
    wishes: str


@dataclass(frozen=True, slots=True)
class Roll:
    """Child ``c`` in code order has ``facts[kinds[c]]`` and ``wishes[lists[c]]``.

    Distances are left out: a roll serves rules that do not order by them.
    """

    codes: Sequence[str]
    families: Sequence[str]
    kinds: Sequence[int]
    facts: Sequence[Facts]
    lists: Sequence[int]
    wishes: Sequence[tuple[str, ...]]

    def entries(self) -> list[Entry]:
        """Return the same as entries, without submission hashes."""
        return [
            Entry(code, family, "", self.facts[kind], self.wishes[wished])
            for code, family, kind, wished in zip(
                self.codes, self.families, self.kinds, self.lists, strict=True
            )
        ]


def roll_of_entries(entries: Iterable[Entry]) -> Roll:
    """Return the roll of a zone's entries, given in any order.

    Raises ValueError for a code or a wish that stands twice.
    """
    ordered = sorted(entries, key=lambda entry: entry.code)
    _refuse_disorder([entry.code for entry in ordered])
    kinds: dict[tuple[object, ...], int] = {}
    facts: list[Facts] = []
    lists: dict[tuple[str, ...], int] = {}
    kinds_of, lists_of = [], []
    for entry in ordered:
        stated = entry.facts
        kind = (
            stated.zone,
            stated.permanent_in_zone,
            stated.temporary_in_zone,
            stated.current_in_zone,
            stated.sibling_schools,
            stated.policies,
        )
        if kind not in kinds:
            kinds[kind] = len(facts)
            facts.append(replace(stated, distances=()))
        kinds_of.append(kinds[kind])
        lists_of.append(lists.setdefault(entry.wishes, len(lists)))
    for wishes in lists:
        _refuse_twice(wishes)
    return Roll(
        codes=[entry.code for entry in ordered],
        families=[entry.family for entry in ordered],
        kinds=kinds_of,
        facts=facts,
        lists=lists_of,
        wishes=list(lists),
    )


def roll_of(packed: Packed) -> Roll:
    """Return the roll of packed columns.

    Raises ValueError for columns of different lengths, facts or wishes that cannot be read, codes
    out of order or twice, and a school wished twice.
    """
    if not packed.codes:
        return Roll([], [], [], [], [], [])
    codes, facts, wishes = (
        text.split("\n") for text in (packed.codes, packed.facts, packed.wishes)
    )
    families = _texts(packed.families)
    if not len(codes) == len(families) == len(facts) == len(wishes):
        raise ValueError("the columns of the list have different lengths")
    _refuse_disorder(codes)
    kinds = {stated: place for place, stated in enumerate(dict.fromkeys(facts))}
    lists = {stated: place for place, stated in enumerate(dict.fromkeys(wishes))}
    return Roll(
        codes=codes,
        families=families,
        kinds=[kinds[stated] for stated in facts],
        facts=[_facts(stated) for stated in kinds],
        lists=[lists[stated] for stated in wishes],
        wishes=[_wishes(stated) for stated in lists],
    )


def _texts(column: str) -> list[str]:
    if column[0] + column[-1] == '""' and "\\" not in column:
        return column[1:-1].split('"\n"')  # without escapes a string is written as it is
    return [text_of(json.loads(line), what="family") for line in column.split("\n")]


def _facts(stated: str) -> Facts:
    residences = ("permanent_in_zone", "temporary_in_zone", "current_in_zone")
    keys = {"zone", *residences, "sibling_schools", "policies"}
    fields: Mapping[str, object] = object_of(json.loads(stated), what="facts", keys=keys)
    permanent, temporary, current = (flag_of(fields[name], what=name) for name in residences)
    return Facts(
        zone=None if fields["zone"] is None else text_of(fields["zone"], what="zone"),
        permanent_in_zone=permanent,
        temporary_in_zone=temporary,
        current_in_zone=current,
        sibling_schools=texts_of(fields["sibling_schools"], what="sibling_schools"),
        policies=texts_of(fields["policies"], what="policies"),
    )


def _wishes(stated: str) -> tuple[str, ...]:
    bare = tuple(stated[2:-2].split('", "'))
    is_bare = stated[:2] + stated[-2:] == '[""]' and stated.count('"') == 2 * len(bare)
    # Taken as it stands: a tenth of the time of reading it as JSON.
    is_bare = is_bare and "\\" not in stated
    wishes = bare if is_bare else texts_of(json.loads(stated), what="wishes")
    _refuse_twice(wishes)
    return wishes


def _refuse_disorder(codes: Sequence[str]) -> None:
    for before, after in pairwise(codes):
        if before >= after:
            message = f"{after} stands twice in the list or out of order"
            raise ValueError(message)


def _refuse_twice(wishes: Sequence[str]) -> None:
    if len(set(wishes)) != len(wishes):
        raise ValueError("a registration wishes a school twice")
