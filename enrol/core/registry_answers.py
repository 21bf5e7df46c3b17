"""What a residence registry is asked about a child, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from enrol.core.flags import Home
from enrol.core.names import search_key
from enrol.core.residence_lists import Answer

Answers = Mapping[tuple[str, str], Answer]
"""What was found, by registration code and fact."""


@dataclass(frozen=True, slots=True)
class Question:
    """A child with the residences that the family declares, by fact."""

    code: str
    pupil_code: str
    personal_id: str | None
    full_name: str
    birth_on: date
    homes: Mapping[str, Home]


def compare(declared: Home, recorded: Home | None) -> Answer:
    """Return what a registry's record says of a declared residence.

    Ward and residential group decide: how an address is written differs too much. Without a record
    nothing can be told, without a group on either side only that wards differ.
    """
    if recorded is None:
        return Answer.UNKNOWN
    if recorded.unit != declared.unit:
        return Answer.MISMATCH
    if not recorded.group or not declared.group:
        return Answer.UNKNOWN
    same = search_key(recorded.group) == search_key(declared.group)
    return Answer.MATCH if same else Answer.MISMATCH


def completed(questions: tuple[Question, ...], found: Answers) -> dict[tuple[str, str], Answer]:
    """Return an answer to everything asked and nothing else; what is missing is unknown."""
    return {
        (question.code, fact): found.get((question.code, fact), Answer.UNKNOWN)
        for question in questions
        for fact in question.homes
    }
