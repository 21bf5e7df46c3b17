"""The children of one zone in columns: what decides their places, without an object a child.

A city states few different combinations of facts and of wishes, so each is kept once and a child
holds two small numbers. Read from the packed lines of the frozen list, whose spelling is that of
PostgreSQL's ``jsonb``: keys by length, one space after each colon and comma.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from enrol.core.documents import flag_of, object_of, text_of, texts_of
from enrol.core.model import Entry, Facts

_FIRST = '{"code": "'
_NEXT = '}\n{"code": "'
_FACTS = '", "facts": '
_FAMILY = ', "family": "'
_WISHES = '", "wishes": '


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


def roll_of(text: str) -> Roll:
    """Return the roll of packed lines in code order; nothing for an empty text.

    Raises ValueError for anything that is no such line, for codes out of order or twice, and for a
    school wished twice.
    """
    # A backslash is the only sign that a string is not written as it is.
    codes, facts, families, wishes = _spelled(text) if "\\" in text else _split(text)
    for before, after in pairwise(codes):
        if before >= after:
            message = f"{after} stands twice in the list or out of order"
            raise ValueError(message)
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


def _split(text: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return codes, facts, families and wishes of lines without escapes, the fast way.

    Quotes within strings would be escaped, so the marks stand only between the fields.
    """
    if not text:
        return [], [], [], []
    size = text.count("\n") + 1
    if not text.startswith(_FIRST) or not text.endswith("}"):
        raise ValueError("a line of the list has another form")
    body = text[len(_FIRST) : -1]
    for mark in (_NEXT, _FACTS, _FAMILY, _WISHES):
        body = body.replace(mark, "\n")
    flat = body.split("\n")
    if len(flat) != 4 * size:
        raise ValueError("a line of the list has another form")
    return flat[0::4], flat[1::4], flat[2::4], flat[3::4]


def _spelled(text: str) -> tuple[list[str], list[str], list[str], list[str]]:
    keys = {"code", "facts", "family", "wishes"}
    rows = [object_of(json.loads(line), what="line", keys=keys) for line in text.split("\n")]
    return (
        [text_of(row["code"], what="code") for row in rows],
        [json.dumps(row["facts"]) for row in rows],
        [text_of(row["family"], what="family") for row in rows],
        [json.dumps(row["wishes"]) for row in rows],
    )


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
    if len(set(wishes)) != len(wishes):
        raise ValueError("a registration wishes a school twice")
    return wishes
