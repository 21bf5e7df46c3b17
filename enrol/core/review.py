"""What officers decide about a file: verdicts on facts with reasons, and the lawful statuses.

The statuses stand in the order in which a file passes them. A verdict never changes what a family
stated: it says whether that counts (``core.decided``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from enrol.core.decided import DECLARED, FACT_NAMES, RESIDENCE_FACTS


class _Word(str, Enum):
    """A word of a closed list that prints as itself (``StrEnum`` needs Python 3.11)."""

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


class Status(_Word):
    """Where a registration stands with the officers."""

    SUBMITTED = "submitted"
    VERIFYING = "verifying"
    NEEDS_INFO = "needs_info"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"


class Verdict(_Word):
    """What was found about a fact; *undone* takes it back to what the family stated."""

    VERIFIED = "verified"
    CONTRADICTED = "contradicted"
    UNDONE = "undone"


class Source(_Word):
    """Where a finding comes from; *family* undoes by sending something else."""

    OFFICER = "officer"
    DOCUMENT = "document"
    RESIDENCE_LIST = "residence_list"
    REGISTRY = "registry"
    FAMILY = "family"


UNDECIDED = (Status.SUBMITTED, Status.VERIFYING, Status.NEEDS_INFO)
"""What still waits for an answer by its due date."""

REASONS: Mapping[Verdict, tuple[str, ...]] = {
    Verdict.VERIFIED: ("seen_in_vneid", "document_shown", "confirmed_by_police", "known_to_school"),
    Verdict.CONTRADICTED: (
        "not_resident",
        "lives_elsewhere",
        "address_not_in_zone",
        "no_such_address",
        "document_not_valid",
        "not_at_school",
        "not_in_category",
        "mistake_by_family",
    ),
    Verdict.UNDONE: ("decided_by_mistake", "new_information", "changed_by_family"),
}
"""The reason codes of each verdict, in the order in which pages offer them."""

INELIGIBLE_REASONS = ("age", "already_at_school", "outside_the_city", "duplicate", "not_a_child")
ASKED_FOR = ("residence", "birth_certificate", "sibling", "policy", "correct_answers", "other")
TRANSFER_REASONS = ("address_in_other_zone", "zone_chosen_by_mistake", "group_moved")

_LAWFUL: Mapping[Status, frozenset[Status]] = {
    Status.SUBMITTED: frozenset(
        {
            Status.VERIFYING,
            Status.NEEDS_INFO,
            Status.ELIGIBLE,
            Status.INELIGIBLE,
            Status.WITHDRAWN,
        }
    ),
    Status.VERIFYING: frozenset(
        {Status.NEEDS_INFO, Status.ELIGIBLE, Status.INELIGIBLE, Status.WITHDRAWN}
    ),
    Status.NEEDS_INFO: frozenset(
        {Status.VERIFYING, Status.ELIGIBLE, Status.INELIGIBLE, Status.WITHDRAWN}
    ),
    Status.ELIGIBLE: frozenset(
        {Status.VERIFYING, Status.NEEDS_INFO, Status.INELIGIBLE, Status.WITHDRAWN}
    ),
    Status.INELIGIBLE: frozenset({Status.VERIFYING, Status.ELIGIBLE, Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset(),
}


def can_move(current: Status, target: Status) -> bool:
    """Say whether officers or the family may take a file from one status to another."""
    return target in _LAWFUL[current]


def after_decision(status: Status, verdict: Verdict) -> Status:
    """Return where a file stands once a verdict on one of its facts is recorded.

    Whoever decided a fact has begun to verify the file. A file that was accepted is looked at again
    when a fact turns out otherwise; one that waits for its family goes on waiting. Raises
    ValueError for a withdrawn file.
    """
    if status is Status.WITHDRAWN:
        message = "a withdrawn file is not decided"
        raise ValueError(message)
    if status is Status.SUBMITTED:
        return Status.VERIFYING
    if status is Status.ELIGIBLE and verdict is not Verdict.VERIFIED:
        return Status.VERIFYING
    return status


def refusal_of(*, fact: str, verdict: Verdict, reason: str) -> str | None:
    """Return what is wrong with a decision (``fact`` or ``reason``), or None."""
    if fact not in FACT_NAMES:
        return "fact"
    if reason not in REASONS[verdict]:
        return "reason"
    return None


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """A new submission's facts with the decisions that still hold.

    ``dropped`` facts lost their decision, ``kept`` ones have it still. ``is_other`` says that the
    family states something else than before, wishes and ways to reach it apart.
    """

    facts: dict[str, object]
    dropped: tuple[str, ...]
    kept: tuple[str, ...]
    is_other: bool


def carry_over(
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
    sent_before: Mapping[str, object],
    sent_after: Mapping[str, object],
) -> CarriedOver:
    """Return the facts of a new submission, each with its decision where nothing behind it changed.

    ``sent_before`` and ``sent_after`` are what the family sent (``core.answers.payload``): a
    residence in the zone is the same fact only for the same place and the same zone.
    """
    facts: dict[str, object] = dict(after)
    dropped, kept = [], []
    is_other = any(sent_before.get(part) != sent_after.get(part) for part in _STATED)
    for name in FACT_NAMES:
        is_same = _value(before, name) == _value(after, name)
        is_other = is_other or not is_same
        decided = before.get(name)
        if not isinstance(decided, Mapping) or decided.get("status") == DECLARED:
            continue
        if is_same and _basis(name, sent_before) == _basis(name, sent_after):
            facts[name] = dict(decided)
            kept.append(name)
        else:
            dropped.append(name)
    return CarriedOver(facts, tuple(dropped), tuple(kept), is_other)


def after_resubmission(*, before: Status, composed: Status, carried: CarriedOver) -> Status:
    """Return where a file stands once its family sent it anew.

    ``composed`` is what the answers alone ask for (submitted or verifying). An accepted file stays
    accepted while only its wishes change; what an officer has begun, asked for or refused is looked
    at again.
    """
    if before is Status.ELIGIBLE and not carried.is_other:
        return Status.ELIGIBLE
    if before in (Status.NEEDS_INFO, Status.INELIGIBLE, Status.ELIGIBLE):
        return Status.VERIFYING
    return Status.VERIFYING if carried.dropped or carried.kept else composed


_STATED = ("child", "residences", "sibling_school", "zone")


def _value(facts: Mapping[str, object], name: str) -> object:
    fact = facts.get(name)
    return fact.get("value") if isinstance(fact, Mapping) else None


def _basis(name: str, sent: Mapping[str, object]) -> object:
    """Return what of the family's words a fact rests on."""
    if name not in RESIDENCE_FACTS:
        return None
    homes = sent.get("residences")
    kind = name.removesuffix("_in_zone")
    return (sent.get("zone"), homes.get(kind) if isinstance(homes, Mapping) else None)
