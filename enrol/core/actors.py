"""Who acts: a family for one child, an officer within scopes, a partner's system, or the house
itself.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Union

CITY_OFFICER = "city_officer"
WARD_OFFICER = "ward_officer"
SCHOOL_OFFICER = "school_officer"


@dataclass(frozen=True, slots=True)
class Family:
    """A family signed in for one child; ``secret_version`` ends the session when a new secret is
    issued.
    """

    child_id: int
    secret_version: int

    @property
    def label(self) -> str:
        """How the journal names this actor."""
        return f"family:{self.child_id}"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an officer answers for: a unit and everything below it, or one school."""

    role: str
    unit_id: int | None
    school_id: int | None


@dataclass(frozen=True, slots=True)
class Officer:
    """A signed-in member of staff with every scope the office has given."""

    staff_id: int
    full_name: str
    scopes: tuple[Scope, ...]

    @property
    def label(self) -> str:
        """How the journal names this actor."""
        return f"staff:{self.staff_id}"

    def has_role(self, role: str) -> bool:
        """Tell whether any scope carries the role."""
        return any(scope.role == role for scope in self.scopes)


class Right(str, Enum):
    """What a token of a partner is good for, besides the calendar."""

    COUNTERS = "counters"
    PLACEMENTS = "placements"
    NAMES = "names"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class Partner:
    """A system of another office, by its token: one unit and everything below it, and rights."""

    token_id: int
    unit_id: int
    rights: frozenset[Right]

    @property
    def label(self) -> str:
        """How the journal names this actor."""
        return f"token:{self.token_id}"


@dataclass(frozen=True, slots=True)
class System:
    """A worker, the relay or a command."""

    label: str = "system"


Actor = Union[Family, Officer, Partner, System]  # noqa: UP007  (the core also runs on Python 3.10)
