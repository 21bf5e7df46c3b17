"""Every action that a service writes to the journal has words for the officers who read it."""

import re
from pathlib import Path

import pytest

from enrol.web.staff.journal_words import action_word

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
