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

_CODE = '{"code": "'
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
    lines = text.split("\n") if text else []
    # A backslash is the only sign that a string is not written as it is.
    rows = [_spelled(line) for line in lines] if "\\" in text else [_split(line) for line in lines]
    codes = [row[0] for row in rows]
    for before, after in pairwise(codes):
        if before >= after:
            message = f"{after} stands twice in the list or out of order"
            raise ValueError(message)
    kinds: dict[str, int] = {}
    lists: dict[str, int] = {}
    return Roll(
        codes=codes,
        families=[row[1] for row in rows],
        kinds=[kinds.setdefault(row[2], len(kinds)) for row in rows],
        facts=[_facts(stated) for stated in kinds],
        lists=[lists.setdefault(row[3], len(lists)) for row in rows],
        wishes=[_wishes(stated) for stated in lists],
    )


def _split(line: str) -> tuple[str, str, str, str]:
    # Quotes within strings are escaped, so these marks stand only between the fields.
    code, facts = line.split(_FACTS, 1)
    facts, family = facts.split(_FAMILY, 1)
    family, wishes = family.split(_WISHES, 1)
    if not code.startswith(_CODE):
        raise ValueError("a line of the list has another form")
    return code[len(_CODE) :], family, facts, wishes[:-1]


def _spelled(line: str) -> tuple[str, str, str, str]:
    fields = object_of(json.loads(line), what="line", keys={"code", "facts", "family", "wishes"})
    return (
        text_of(fields["code"], what="code"),
        text_of(fields["family"], what="family"),
        json.dumps(fields["facts"]),
        json.dumps(fields["wishes"]),
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
    wishes = texts_of(json.loads(stated), what="wishes")
    if len(set(wishes)) != len(wishes):
        raise ValueError("a registration wishes a school twice")
    return wishes
