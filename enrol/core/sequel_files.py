"""The files of rounds in a published bundle: answers, ledger and rolls, one spelling each.

Every reader raises ValueError for what its writer would not have written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from enrol.core.rounds import Answer, Answered, Cause, LedgerLine
from enrol.core.tables import read_table, write_table

_ANSWERS = ("round", "code", "answer", "on")
_LEDGER = ("round", "code", "left", "taken", "place", "cause", "by", "on")
_ROLLS = ("school", "code")


def write_answers(rounds: Sequence[Iterable[Answered]]) -> bytes:
    """Return the answers round by round (1 is first), within one by code."""
    rows = [
        (str(at), item.code, item.answer.value, _day(item.on))
        for at, answers in enumerate(rounds, start=1)
        for item in sorted(answers, key=lambda item: item.code)
    ]
    return write_table(header=_ANSWERS, rows=rows)


def read_answers(data: bytes) -> list[list[Answered]]:
    """Return the answers of each round. Every round up to the last has an answer."""
    rounds: list[list[Answered]] = []
    for at, code, answer, on in read_table(data, header=_ANSWERS):
        if _number(at) == len(rounds) + 1:
            rounds.append([])
        if _number(at) != len(rounds):
            raise ValueError(f"{code}: round {at} stands where {len(rounds)} belongs")
        rounds[-1].append(Answered(code, Answer(answer), _day(on)))
    return rounds


def write_ledger(rounds: Sequence[Iterable[LedgerLine]]) -> bytes:
    """Return the lines round by round, in the order in which the round states them."""
    rows = [
        (
            str(at),
            line.code,
            line.left or "",
            line.taken or "",
            str(line.place),
            line.cause.value,
            line.by,
            line.on,
        )
        for at, lines in enumerate(rounds, start=1)
        for line in lines
    ]
    return write_table(header=_LEDGER, rows=rows)


def read_ledger(data: bytes) -> list[tuple[int, LedgerLine]]:
    """Return each line with the number of its round."""
    return [
        (
            _number(at),
            LedgerLine(code, left or None, taken or None, _number(place), Cause(cause), by, on),
        )
        for at, code, left, taken, place, cause, by, on in read_table(data, header=_LEDGER)
    ]


def line_text(at: int, line: LedgerLine) -> str:
    """Return a line of round ``at`` as the verifier shows it."""
    return (
        f"round={at} code={line.code} left={line.left or '–'} taken={line.taken or '–'}"
        f" place={line.place} cause={line.cause.value} by={line.by or '–'} on={line.on or '–'}"
    )


def write_rolls(holds: Mapping[str, str]) -> bytes:
    """Return who holds a seat of which school, by school and code."""
    rows = sorted((school, code) for code, school in holds.items())
    return write_table(header=_ROLLS, rows=rows)


def read_rolls(data: bytes) -> list[tuple[str, str]]:
    """Return (school, code) of each seat held."""
    return [(school, code) for school, code in read_table(data, header=_ROLLS)]


def _day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError(f"{text} is no date spelled YYYY-MM-DD")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or str(int(text)) != text:
        raise ValueError(f"{text!r} is no whole number")
    return int(text)
