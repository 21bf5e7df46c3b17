"""The statements behind a page, and how PostgreSQL answers them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from enrol.store.db import Statements, transaction

LARGE = frozenset({"registrations"})
"""Tables that no page may read from end to end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement's plan in lines; whether it reads a large table from end to end."""

    statement: str
    text: str
    reads_everything: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """A statement as the driver gets it, with its values."""

    statement: str | bytes
    values: Any

    @staticmethod
    @contextmanager
    def watching(engine: Engine, *, into: list["Watched"]) -> Iterator[None]:
        """Note every statement that is sent while the block runs."""

        def note(_one: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
            into.append(Watched(statement, values))

        asked = Statements.one, Statements.all
        Statements.one = _noting(Statements.one, into)  # type: ignore[method-assign]
        Statements.all = _noting(Statements.all, into)  # type: ignore[method-assign]
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", note)
            Statements.one, Statements.all = asked  # type: ignore[method-assign]


def _noting(ask: Any, into: list[Watched]) -> Any:
    def noting(self: Statements, statement: bytes, values: Any) -> Any:
        into.append(Watched(statement, values))
        return ask(self, statement, values)

    return noting


def plans_of(statements: Sequence[Watched]) -> list[Plan]:
    """Return the plan of each different statement that reads."""
    found: dict[str, Plan] = {}
    for watched in statements:
        written = watched.statement
        statement = written.decode() if isinstance(written, bytes) else written
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")) or statement in found:
            continue
        with transaction() as tx:
            raw = tx.connection.driver_connection
            assert raw is not None
            cursor = raw.execute(f"EXPLAIN (FORMAT JSON) {statement}", watched.values)
            (explained,) = cursor.fetchone()
        document = explained if isinstance(explained, list) else json.loads(explained)
        nodes = list(_nodes(document[0]["Plan"], 0))
        found[statement] = Plan(
            statement=" ".join(statement.split())[:160],
            text="\n".join([" ".join(statement.split())[:300], *map(_line, nodes), ""]),
            reads_everything=any(_reads_everything(node) for _, node in nodes),
        )
    return list(found.values())


def _nodes(node: dict[str, Any], depth: int) -> Iterator[tuple[int, dict[str, Any]]]:
    yield depth, node
    for below in node.get("Plans", ()):
        yield from _nodes(below, depth + 1)


def _reads_everything(node: dict[str, Any]) -> bool:
    return "Seq Scan" in node["Node Type"] and node.get("Relation Name") in LARGE


def _line(placed: tuple[int, dict[str, Any]]) -> str:
    depth, node = placed
    about = " ".join(str(node[key]) for key in ("Relation Name", "Index Name") if key in node)
    return f"{'  ' * (depth + 1)}{node['Node Type']} {about} ({node['Plan Rows']} rows)"
