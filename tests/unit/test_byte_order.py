"""What digests are made of is read in the order of bytes, whatever language a server sorts in."""

import ast
from pathlib import Path

import pytest

STORE = Path(__file__).parents[2] / "enrol" / "store"
FEEDING_DIGESTS = ("runs", "run_inputs", "placements", "frozen_entries", "zone_results")


def unbound(source: str) -> list[int]:
    """Return the lines that order by a code without saying that its bytes count."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "order_by":
            found += [
                term.lineno
                for term in call.args
                if isinstance(term, ast.Attribute) and term.attr == "code"
            ]
    return found


@pytest.mark.parametrize("module", FEEDING_DIGESTS)
def test_codes_are_ordered_by_their_bytes(module):
    assert unbound((STORE / f"{module}.py").read_text(encoding="utf-8")) == []


def test_an_order_by_language_would_be_noticed():
    assert unbound("query.order_by(runs.c.stage, zones.c.code)") == [1]
    assert unbound('query.order_by(collate(zones.c.code, "C"))') == []
