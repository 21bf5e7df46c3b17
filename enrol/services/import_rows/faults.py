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


class Faults:
    """The faults of an import: one entry a line, in the order of files and lines."""

    def __init__(self) -> None:
        self._found: dict[str, dict[int, list[str]]] = {}

    def add(self, *, file: str, line: int, reason: str) -> None:
        """Note what is wrong with a line; several reasons for one line stand side by side."""
        self._found.setdefault(file, {}).setdefault(line, []).append(reason)

    def __iter__(self) -> Iterator[Fault]:
        for file, lines in self._found.items():
            for line in sorted(lines):
                yield Fault(file, line, "; ".join(lines[line]))

    def __bool__(self) -> bool:
        return bool(self._found)
