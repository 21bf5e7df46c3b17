"""What a table file is made of before its columns have names."""

from typing import NamedTuple


class Record(NamedTuple):
    """One row as it stands in the file; ``line`` counts from 1, the heading included."""

    line: int
    fields: list[str]


class Broken(NamedTuple):
    """A row that cannot be read although its neighbours can."""

    line: int
    reason: str


class UnreadableFileError(Exception):
    """From this line on the file cannot be read at all."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason
