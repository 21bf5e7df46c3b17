"""Lists of residences that go out to the police and group leaders and come back with verdicts.

A row is about one residence of one registration. It carries a mark of what stood when the list
went out, so that a file that has changed meanwhile is recognised and left alone.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from enrol.core.codes import is_code, normalise_code
from enrol.core.decided import CONTRADICTED, RESIDENCE_FACTS, VERIFIED
from enrol.core.names import search_key

_MARK_DIGITS = 12
LONGEST_NOTE = 300


class Answer(str, Enum):
    """What was found about a residence."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


class Fault(str, Enum):
    """Why a row of a list cannot be taken."""

    NOT_A_CODE = "not_a_code"
    NOT_A_RESIDENCE = "not_a_residence"
    NOT_A_VERDICT = "not_a_verdict"
    NOT_A_MARK = "not_a_mark"
    TWICE = "twice"
    NOT_OURS = "not_ours"
    LONG_NOTE = "long_note"

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


class Outcome(str, Enum):
    """What a row does to its file."""

    APPLIED = "applied"
    SAME = "same"
    UNKNOWN = "unknown"
    STALE = "stale"

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Filled:
    """A row that came back; ``line`` is its place in the file."""

    line: int
    code: str
    fact: str
    mark: str
    answer: Answer
    note: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A residence fact as it stands now; ``submission_hash`` names what the family sent."""

    registration_id: int
    version: int
    code: str
    fact: str
    status: str
    decided_by: str
    submission_hash: str
    is_live: bool

    @property
    def mark(self) -> str:
        """What a list that goes out now says of it, 12 hex digits."""
        text = "|".join((self.code, self.fact, self.submission_hash, self.status, self.decided_by))
        return hashlib.sha256(text.encode()).hexdigest()[:_MARK_DIGITS]


# What people write into the last column, without accents and case.
_ANSWERS = {
    "dung": Answer.MATCH,
    "d": Answer.MATCH,
    "co": Answer.MATCH,
    "x": Answer.MATCH,
    "match": Answer.MATCH,
    "yes": Answer.MATCH,
    "sai": Answer.MISMATCH,
    "s": Answer.MISMATCH,
    "khong": Answer.MISMATCH,
    "khong dung": Answer.MISMATCH,
    "mismatch": Answer.MISMATCH,
    "no": Answer.MISMATCH,
    "khong ro": Answer.UNKNOWN,
    "chua ro": Answer.UNKNOWN,
    "unknown": Answer.UNKNOWN,
    "kr": Answer.UNKNOWN,
}
_FACTS = {"1": RESIDENCE_FACTS[0], "2": RESIDENCE_FACTS[1], "3": RESIDENCE_FACTS[2]}
_KINDS = {fact: number for number, fact in _FACTS.items()}


def number_of(fact: str) -> str:
    """Return how a list writes a kind of residence: 1 permanent, 2 temporary, 3 current."""
    return _KINDS[fact]


def read_rows(
    rows: Iterable[tuple[int, str, str, str, str]],
) -> tuple[list[Filled], list[tuple[int, Fault]]]:
    """Return the rows with a verdict and the faults, by line.

    A row is (line, code, ``number/mark``, verdict, note). One without a verdict is left for later.
    """
    filled: list[Filled] = []
    faults: list[tuple[int, Fault]] = []
    seen: set[tuple[str, str]] = set()
    for line, typed_code, reference, typed, note in rows:
        if not search_key(typed):
            continue
        read = _read(line, normalise_code(typed_code), reference, search_key(typed), note.strip())
        if isinstance(read, Filled) and (read.code, read.fact) in seen:
            read = Fault.TWICE
        if isinstance(read, Fault):
            faults.append((line, read))
        else:
            seen.add((read.code, read.fact))
            filled.append(read)
    return filled, faults


def _read(line: int, code: str, reference: str, typed: str, note: str) -> Filled | Fault:
    number, _, mark = reference.strip().lower().partition("/")
    if not is_code(code):
        return Fault.NOT_A_CODE
    if number not in _FACTS:
        return Fault.NOT_A_RESIDENCE
    if len(mark) != _MARK_DIGITS or set(mark) - set("0123456789abcdef"):
        return Fault.NOT_A_MARK
    if typed not in _ANSWERS:
        return Fault.NOT_A_VERDICT
    if len(note) > LONGEST_NOTE:
        return Fault.LONG_NOTE
    return Filled(line, code, _FACTS[number], mark, _ANSWERS[typed], note)


def judge(row: Filled, standing: Standing | None) -> Outcome | Fault:
    """Return what a row does to its file as it stands; a fault when it is not of this list."""
    if standing is None:
        return Fault.NOT_OURS
    if not standing.is_live or standing.mark != row.mark:
        return Outcome.STALE
    if row.answer is Answer.UNKNOWN:
        return Outcome.UNKNOWN
    wanted = VERIFIED if row.answer is Answer.MATCH else CONTRADICTED
    return Outcome.SAME if standing.status == wanted else Outcome.APPLIED


def judge_all(
    rows: Sequence[Filled], standing: Mapping[tuple[str, str], Standing]
) -> tuple[dict[int, Outcome], list[tuple[int, Fault]]]:
    """Return what each row (by line) would do, and the faults."""
    outcomes: dict[int, Outcome] = {}
    faults: list[tuple[int, Fault]] = []
    for row in rows:
        judged = judge(row, standing.get((row.code, row.fact)))
        if isinstance(judged, Fault):
            faults.append((row.line, judged))
        else:
            outcomes[row.line] = judged
    return outcomes, faults


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A residence on a list that goes out; ``reference`` is kind and mark."""

    group: str
    code: str
    full_name: str
    birth_on: date
    guardian: str
    fact: str
    address: str
    reference: str


@dataclass(frozen=True, slots=True)
class SheetHead:
    """What a list that goes out is, for its title and watermark; ``language`` vi or en."""

    ward: str
    intake: str
    officer: str
    asked_at: datetime
    language: str
    is_rehearsal: bool


class UnreadableSheetError(Exception):
    """A file that came back cannot be read from this line on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
