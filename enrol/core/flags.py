"""Warnings to officers about a file. None of them decides anything: an officer looks and decides.

Files that may be of one child, or of one address, share a *mark*: a digest of what they state,
written without accents, case and filling words. Whoever reads the marks learns nothing else.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from enrol.core.identity_numbers import contradictions
from enrol.core.names import search_key

MOST_FAMILIES = 3
"""So many unrelated families may live at one address before anybody is asked to look."""

_MARK_DIGITS = 32
_FILLING = frozenset({"so", "nha", "sn", "pho", "duong", "d", "p", "ngach", "hem"})
_RESIDENCES = ("permanent", "temporary", "current")


class Kind(str, Enum):
    """What a warning is about."""

    SAME_CHILD = "same_child"
    CROWDED_ADDRESS = "crowded_address"
    ADDRESS_CHANGED = "address_changed"
    ID_CONTRADICTS = "id_contradicts"

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Home:
    """A residence as stated: the ward's code, the group's label (None: unlisted), the address."""

    unit: str
    group: str | None
    address: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What a family stated last; ``personal_id`` may be missing."""

    full_name: str
    birth_on: date
    sex: str
    personal_id: str | None
    phone: str
    guardian_name: str
    homes: Mapping[str, Home]


@dataclass(frozen=True, slots=True)
class Flag:
    """One warning: ``key`` keeps it apart from others of its kind about the same file."""

    kind: Kind
    key: str


def child_marks(stated: Stated) -> frozenset[str]:
    """Return the marks that two files of one child share.

    The same personal id is one; so is the same name and birth date with the same telephone number
    or the same guardian's name. Twins have different names, namesakes different parents.
    """
    child = f"{_plain(stated.full_name)}|{stated.birth_on.isoformat()}"
    found = {_mark("phone", child, stated.phone), _mark("guardian", child, stated.guardian_name)}
    if stated.personal_id:
        found.add(_mark("id", stated.personal_id, ""))
    return frozenset(found)


def home_marks(stated: Stated) -> frozenset[str]:
    """Return the marks of the addresses stated, one each.

    An address without a house number is too vague to compare: it has none.
    """
    return frozenset(
        _mark("home", f"{home.unit}|{home.group or ''}", words)
        for home in stated.homes.values()
        if (words := _address(home.address))
    )


def own_flags(
    stated: Stated, *, before: Stated | None, registered: Mapping[str, Home]
) -> Iterator[Flag]:
    """Yield the warnings that one file gives by itself.

    ``before`` is what the family sent the time before, ``registered`` the register's residences: an
    address that differs from either was changed lately. A kind that the register does not know is
    no change.
    """
    if stated.personal_id:
        for word in contradictions(
            number=stated.personal_id, sex=stated.sex, born_on=stated.birth_on
        ):
            yield Flag(Kind.ID_CONTRADICTS, word.value)
    for kind in _RESIDENCES:
        if before is not None and _moved(before.homes.get(kind), stated.homes.get(kind)):
            yield Flag(Kind.ADDRESS_CHANGED, f"{kind}/sent")
        if kind in registered and _moved(registered[kind], stated.homes.get(kind)):
            yield Flag(Kind.ADDRESS_CHANGED, f"{kind}/register")


def is_crowded(families: int) -> bool:
    """Tell whether so many unrelated families at one address are worth an officer's look."""
    return families > MOST_FAMILIES


def _moved(before: Home | None, after: Home | None) -> bool:
    if before is None or after is None:
        return before is not after
    if (before.unit, before.group) != (after.unit, after.group):
        return True
    # A register often knows the group only.
    return bool(before.address) and _words(before.address) != _words(after.address)


def _address(text: str) -> str:
    words = _words(text)
    return words if re.search("[0-9]", words) else ""


def _words(text: str) -> str:
    return " ".join(word for word in search_key(text).split() if word not in _FILLING)


def _plain(text: str) -> str:
    return search_key(text).replace(" ", "")


def _mark(kind: str, whole: str, part: str) -> str:
    text = "\x1f".join((kind, whole, _plain(part) if kind == "guardian" else part))
    return hashlib.sha256(text.encode()).hexdigest()[:_MARK_DIGITS]
