"""What is wrong with the files of an import, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line of one file; repeats codes, never anything about a person."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class TooManyFaults(Exception):
    """So many rows are bad that reading on would help nobody."""


class Faults:
    """The faults of an import: one entry a line, in the order of files and lines."""

    def __init__(self, *, most: int | None = None) -> None:
        self._found: dict[str, dict[int, list[str]]] = {}
        self._lines = 0
        self._most = most

    def add(self, *, file: str, line: int, reason: str) -> None:
        """Note what is wrong with a line; several reasons for one line stand side by side.

        Raises TooManyFaults when there are more bad lines than ``most``, which keeps the memory
        for them bounded.
        """
        lines = self._found.setdefault(file, {})
        if line not in lines:
            if self._lines == self._most:
                raise TooManyFaults
            self._lines += 1
        lines.setdefault(line, []).append(reason)

    def __iter__(self) -> Iterator[Fault]:
        for file, lines in self._found.items():
            for line in sorted(lines):
                yield Fault(file, line, "; ".join(lines[line]))

    def __bool__(self) -> bool:
        return bool(self._found)
