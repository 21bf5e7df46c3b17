"""What a log line tells of a failure: where and of which kind, never whose."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from enrol.logs import tell_failure_without_words
from enrol.store.db import transaction
from tests.world import add_child, build_world


def told(error: BaseException) -> str:
    event = tell_failure_without_words(None, "error", {"event": "page_failed", "exc_info": error})
    assert "exc_info" not in event
    return str(event["exception"])


def test_the_row_that_broke_a_constraint_is_not_repeated(app, adapters):
    """PostgreSQL says "Failing row contains (…)" with the child's name in it."""
    family = add_child(build_world(), number=1, secrets=adapters.secrets)
    change = text("UPDATE children SET full_name = 'Trần Bí Mật', sex = 'x' WHERE id = :id")
    with pytest.raises(IntegrityError) as failure, transaction() as tx:
        tx.execute(change, {"id": family.child_id})
    assert "Trần Bí Mật" in str(failure.value), "the control: the error itself does say it"

    line = told(failure.value)

    assert "Trần Bí Mật" not in line
    assert "sqlalchemy.exc.IntegrityError" in line
    assert "psycopg.errors.CheckViolation 23514" in line
    assert "test_logs.py" in line


def test_causes_are_told_and_a_circle_of_them_ends():
    first, second = ValueError("0901234567"), KeyError("Nguyễn")
    first.__cause__, second.__cause__ = second, first

    line = told(first)

    assert line == "builtins.ValueError\nbuiltins.KeyError"
    assert "exception" not in tell_failure_without_words(None, "info", {"event": "x"})
