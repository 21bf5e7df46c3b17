"""The facts of a registration as decided: what families stated, less what was contradicted.

A registration keeps each fact as ``{"value": …, "status": …, "source": …}``. An officer changes the
status, never the value, so the page can always show both what was said and what was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from enrol.core.documents import flag_of, text_of, texts_of
from enrol.core.model import Facts

DECLARED = "declared"
VERIFIED = "verified"
CONTRADICTED = "contradicted"
STATUSES = (DECLARED, VERIFIED, CONTRADICTED)

RESIDENCE_FACTS = ("permanent_in_zone", "temporary_in_zone", "current_in_zone")
LIST_FACTS = ("sibling_schools", "policies")
FACT_NAMES = (*RESIDENCE_FACTS, *LIST_FACTS)


def facts_as_decided(*, zone: str | None, stated: Mapping[str, object]) -> Facts:
    """Return the facts that count: a contradicted fact is false or empty, any other stands.

    ``zone`` is the zone's code. Distances are not stated but measured: see ``with_distances``. A
    fact that was never stated is false or empty. Raises ValueError, naming the fact, for a value or
    status of another kind.
    """
    permanent, temporary, current = (_flag(stated, name) for name in RESIDENCE_FACTS)
    siblings, policies = (_texts(stated, name) for name in LIST_FACTS)
    return Facts(
        zone=zone,
        permanent_in_zone=permanent,
        temporary_in_zone=temporary,
        current_in_zone=current,
        sibling_schools=siblings,
        policies=policies,
    )


def with_distances(*, facts: Facts, wishes: Sequence[str], distances: Sequence[int]) -> Facts:
    """Return the facts with whole metres to each wished school; negative ones are unknown and left
    out. Raises ValueError when there is not one distance a wish.
    """
    known = zip(wishes, distances, strict=True)
    measured = tuple(sorted((school, metres) for school, metres in known if metres >= 0))
    return replace(facts, distances=measured)


def _standing(stated: Mapping[str, object], name: str) -> object:
    """Return the value of a fact that stands, or None."""
    fact = stated.get(name)
    if fact is None:
        return None
    if not isinstance(fact, Mapping) or not {"value", "status"} <= set(fact):
        message = f"{name} must be an object with a value and a status"
        raise ValueError(message)
    status = text_of(fact["status"], what=f"{name}.status")
    if status not in STATUSES:
        message = f"{name} has an unknown status: {status}"
        raise ValueError(message)
    value: object = fact["value"]
    return None if status == CONTRADICTED else value


def _flag(stated: Mapping[str, object], name: str) -> bool:
    value = _standing(stated, name)
    return False if value is None else flag_of(value, what=name)


def _texts(stated: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = _standing(stated, name)
    return () if value is None else tuple(sorted(set(texts_of(value, what=name))))
