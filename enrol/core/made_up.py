"""Made-up families for training intakes, and the ground on which they live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TrainingGroup:
    """A real residential group in which made-up families are said to live."""

    unit: str
    label: str
    zone: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class TrainingGround:
    """The groups of the zones that offer schools, and the schools by zone code."""

    groups: Sequence[TrainingGroup]
    schools: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TrainingHome:
    """A residence: a group and an address in it."""

    group: TrainingGroup
    address: str


@dataclass(frozen=True, slots=True)
class TrainingFamily:
    """One child with its family: what the register says (``registered``) and what the family
    states (``stated``), each by kind of residence. Twins share ``household``.

    Telephone numbers carry a prefix out of use and personal ids a province that does not exist, so
    that nothing can ever reach anybody.
    """

    number: int
    household: int | None
    full_name: str
    birth_on: date
    sex: str
    personal_id: str
    guardian_name: str
    relation: str
    phone: str
    registered: Mapping[str, TrainingHome]
    stated: Mapping[str, TrainingHome]
    sibling_school: str | None
    policies: Sequence[str]
    zone: str
    wishes: Sequence[str]
