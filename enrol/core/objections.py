"""Objections of families against a published result: grounds, outcomes, numbers.

Families are told a number and a day. The number counts what one unit received in one intake: it is
given inside the transaction that keeps the objection, so none is ever left out, and a gap cannot
be read as an objection that somebody made vanish.
"""

GROUNDS = ("facts", "zone", "order", "seats", "procedure", "other")
"""What a family can object to, in the order of the page: facts about the child; the zone of its
home; the order among the children; the places of a school; how things were done."""

UPHELD, REJECTED, WITHDRAWN = "upheld", "rejected", "withdrawn"
OUTCOMES = (UPHELD, REJECTED, WITHDRAWN)

MOST = 10
"""Objections of one registration, those taken back included: nobody fills an office's inbox."""
LONGEST_WORDS = 2000
LONGEST_REPLY = 2000

_CHANGES = ("correction", "answer", "enrolment", "round", "file", "fact", "facts", "registration")
_NO_CHANGES = frozenset({"file.read", "file.postponed"})


def reference(*, year: int, unit_code: str, number: int) -> str:
    """Return an objection's number as families and officers read it: KN-2026-00070-000123."""
    return f"KN-{year}-{unit_code}-{number:06}"


def is_change(action: str) -> bool:
    """Say whether a journal's entry tells of something an objection may have changed."""
    return action not in _NO_CHANGES and action.partition(".")[0] in _CHANGES
