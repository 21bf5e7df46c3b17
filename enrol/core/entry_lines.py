"""Reading the lines of a frozen list, a city of them in seconds.

The lines of a list are much alike: what differs are code, family, hash and distances. So a line is
cut at the marks between its fields. Facts without their distances are read strictly, by
``sealing.entry_of_line``, once for every spelling; a line that is unusual in any way as a whole.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from enrol.core.model import Entry, Facts
from enrol.core.sealing import entry_of_line

_HEAD = '{"code":"'
_FACTS = '","facts":{'
_DISTANCES = '"distances":{'
_AFTER_DISTANCES = '},"permanent_in_zone":'
_FAMILY = '},"family":"'
_HASH = '","submission_hash":"'
_WISHES = '","wishes":['
_TAIL = "]}"
_PAIR = r'"[^",:]*":(?:0|[1-9][0-9]*)'
_USUAL = re.compile(rf"{_PAIR}(?:,{_PAIR})*")


def entries_of_lines(lines: Iterable[bytes]) -> list[Entry]:
    """Return the entry of each line.

    Raises ValueError, naming the line, as ``entry_of_line`` does.
    """
    reader = _Reader()
    entries = []
    for at, line in enumerate(lines, start=1):
        try:
            entries.append(reader.quickly(line) or entry_of_line(line))
        except ValueError as error:
            raise ValueError(f"line {at}: {error}") from error
    return entries


class _Reader:
    """The spellings of facts seen so far, with what they say, and the names seen in order."""

    def __init__(self) -> None:
        self._facts: dict[str, Facts] = {}
        self._ordered: set[tuple[str, ...]] = set()

    def quickly(self, line: bytes) -> Entry | None:
        """Return the entry of a usual line, None for any other; ValueError for a wrong one."""
        text = line.decode("utf-8")
        # Printable ASCII without a backslash: every string stands as it is, and a mark, which has
        # quotation marks of its own, can stand nowhere but between two fields.
        if not text.isascii() or not text.isprintable() or "\\" in text:
            return None
        code, has_facts, rest = text.removeprefix(_HEAD).partition(_FACTS)
        facts, has_family, rest = rest.partition(_FAMILY)
        family, has_hash, rest = rest.partition(_HASH)
        hashed, has_wishes, wishes = rest.partition(_WISHES)
        if not (has_facts and has_family and has_hash and has_wishes and text.startswith(_HEAD)):
            return None
        if '"' in code or '"' in family or '"' in hashed:
            return None
        before, has_distances, rest = facts.partition(_DISTANCES)
        measured, has_more, after = rest.partition(_AFTER_DISTANCES)
        if not (has_distances and has_more):
            return None
        pairs, names = self._distances(measured), _wishes(wishes)
        if pairs is None or names is None:
            return None
        known = self._known_facts(before, after)
        return Entry(
            code,
            family,
            hashed,
            Facts(
                known.zone,
                known.permanent_in_zone,
                known.temporary_in_zone,
                known.current_in_zone,
                known.sibling_schools,
                known.policies,
                pairs,
            ),
            names,
        )

    def _distances(self, text: str) -> tuple[tuple[str, int], ...] | None:
        """Return pairs in the order of their names; None unless spelled as usual."""
        if not text:
            return ()
        if _USUAL.fullmatch(text) is None:
            return None
        parts = text[1:].replace('":', ',"').split(',"')  # name, metres, name, metres, ...
        names = tuple(parts[::2])
        if names not in self._ordered:
            if any(name >= following for name, following in pairwise(names)):
                return None
            self._ordered.add(names)
        return tuple(zip(names, map(int, parts[1::2]), strict=True))

    def _known_facts(self, before: str, after: str) -> Facts:
        spelling = f"{before}{_DISTANCES}{_AFTER_DISTANCES}{after}"
        known = self._facts.get(spelling)
        if known is None:
            line = f"{_HEAD}{_FACTS}{spelling}{_FAMILY}{_HASH}{_WISHES}{_TAIL}"
            known = entry_of_line(line.encode()).facts
            self._facts[spelling] = known
        return known


def _wishes(text: str) -> tuple[str, ...] | None:
    """Return the wishes; None unless spelled as usual."""
    if text == _TAIL:
        return ()
    names = text[1 : -len(_TAIL) - 1].split('","')
    is_usual = (
        text.startswith('"') and text.endswith('"' + _TAIL) and text.count('"') == 2 * len(names)
    )
    return tuple(names) if is_usual else None
