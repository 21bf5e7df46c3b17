"""Numbers of rows in addresses and forms: what no table can hold is not there."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

GREATEST = 2**31 - 1
"""Of PostgreSQL's ``integer``: a greater one would fail in the statement that looks for it."""


class RowConverter(IntegerConverter):
    """``<int:…>`` in a route; a number that no row has finds no page."""

    def __init__(self, url_map: Map, *arguments: Any, **named: Any) -> None:
        super().__init__(url_map, *arguments, **{"max": GREATEST, **named})


def register(app: Flask) -> None:
    """Let every route read numbers so; called before the first route is made."""
    app.url_map.converters["int"] = RowConverter


def row_number(text: str) -> int:
    """Return the number of a row that a form or query names; ValueError for what none has."""
    number = int(text) if len(text) <= len(str(GREATEST)) else -1
    if not 0 <= number <= GREATEST:
        raise ValueError
    return number
