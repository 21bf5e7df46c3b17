"""The checks done on a bundle and the differences found so far."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from enrol.core.bundle import MemberError, read_member
from enrol.core.verdict import Line, difference

_Read = TypeVar("_Read")


class Ledger:
    """A notebook beside the members of one bundle."""

    def __init__(self, members: Mapping[str, bytes]) -> None:
        self._members = members
        self._names: Mapping[str, str] = {}
        self.checked: list[Line] = []
        self.differences: list[Line] = []

    def under(self, names: Mapping[str, str]) -> "Ledger":
        """Return the same notebook with members asked for under other names than their own."""
        other = Ledger(self._members)
        other._names = names
        other.checked, other.differences = self.checked, self.differences
        return other

    def note(self, wrong: Line) -> None:
        """Record a difference."""
        self.differences.append(wrong)

    def settle(self, wrong: Line | None, held: Line) -> None:
        """Record a difference if there is one, else that the check held."""
        if wrong is None:
            self.checked.append(held)
        else:
            self.differences.append(wrong)

    def says(self, name: str, text: bytes) -> bool:
        """Tell whether a member is there and spelled exactly so."""
        return self._members.get(self._names.get(name, name)) == text

    def read(
        self,
        name: str,
        reader: Callable[[bytes], _Read],
        writer: Callable[[_Read], bytes] | None = None,
    ) -> _Read | None:
        """Return what a member says, or None after recording why it cannot be read.

        With a ``writer`` the member must be spelled as it would spell it. A member that is missing
        altogether is left to the check of the manifest.
        """
        name = self._names.get(name, name)
        if name not in self._members:
            return None
        try:
            found = read_member(self._members, name, reader)
            is_canonical = writer is None or writer(found) == self._members[name]
        except MemberError as error:
            self.note(difference("unreadable", name=name, reason=error.reason))
            return None
        except ValueError as error:  # readable, but it holds what no bundle would write
            self.note(difference("unreadable", name=name, reason=error))
            return None
        if not is_canonical:
            self.note(difference("not_canonical", name=name))
        return found
