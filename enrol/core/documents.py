"""Strict readers for JSON documents: one error, ValueError, for everything unexpected."""

import json
from collections.abc import Collection, Set
from typing import Any


def json_document(data: bytes) -> Any:
    """Return what a JSON file says. Raises ValueError for anything else."""
    try:
        return json.loads(data.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def object_of(value: object, *, what: str, keys: Collection[str]) -> dict[str, object]:
    """Return ``value`` as an object that has exactly ``keys``."""
    wanted = keys if isinstance(keys, Set) else set(keys)
    if not isinstance(value, dict) or value.keys() != wanted:
        message = f"{what} must be an object with exactly the keys {', '.join(sorted(keys))}"
        raise ValueError(message)
    return value


def text_of(value: object, *, what: str) -> str:
    """Return ``value`` as text."""
    if not isinstance(value, str):
        raise _unexpected(what, "text")
    return value


def flag_of(value: object, *, what: str) -> bool:
    """Return ``value`` as true or false."""
    if not isinstance(value, bool):
        raise _unexpected(what, "true or false")
    return value


def count_of(value: object, *, what: str) -> int:
    """Return ``value`` as a whole number, not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _unexpected(what, "a whole number, not negative")
    return value


def list_of(value: object, *, what: str) -> list[object]:
    """Return ``value`` as a list."""
    if not isinstance(value, list):
        raise _unexpected(what, "a list")
    return value


def texts_of(value: object, *, what: str) -> tuple[str, ...]:
    """Return ``value`` as a tuple of texts."""
    items = list_of(value, what=what)
    for item in items:
        text_of(item, what=what)
    return tuple(items)  # type: ignore[arg-type]


def counts_of(value: object, *, what: str) -> tuple[tuple[str, int], ...]:
    """Return an object of whole numbers as pairs in the order of their names."""
    if not isinstance(value, dict):
        raise _unexpected(what, "an object of whole numbers")
    for name, item in value.items():
        text_of(name, what=what)
        count_of(item, what=what)
    return tuple(sorted(value.items()))


def _unexpected(what: str, expected: str) -> ValueError:
    return ValueError(f"{what} must be {expected}")
