"""Every action that a service writes to the journal has words for the officers who read it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enrol.services.inspecting import JournalLine
from enrol.web.staff.journal_words import action_word, without_repetition

SERVICES = Path(__file__).resolve().parents[2] / "enrol/services"
_ACTION = re.compile(r'"([a-z_]+\.[a-z_]+)"')


def actions() -> list[str]:
    found = set()
    for path in SERVICES.glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "action=" in line or "_record(tx" in line:
                found.update(_ACTION.findall(line))
    return sorted(found)


@pytest.mark.parametrize("action", actions())
def test_an_action_has_words(app, action):
    with app.test_request_context("/"):
        assert action_word(action) != action


def test_readings_in_a_row_stand_in_one_line_and_what_lies_between_parts_them():
    def line(number: int, action: str, *, actor: str = "staff:1") -> JournalLine:
        at = datetime(2026, 6, 15, 9, number, tzinfo=UTC)
        return JournalLine(number, at, actor, action, "AR1", {}, is_sealed=False)

    lines = [
        line(6, "file.read"),
        line(5, "file.read"),
        line(4, "fact.decided"),
        line(3, "file.read"),
        line(2, "file.read", actor="staff:2"),
    ]

    told = [(entry.entry_id, times) for entry, times in without_repetition(lines)]

    assert told == [(6, 2), (4, 1), (3, 1), (2, 1)]
