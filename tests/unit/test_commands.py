"""The ``enrol`` command: every name leads somewhere, and the file commands load no framework."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from enrol.cli import main
from enrol.cli.commands import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_for_help(name):
    result = CliRunner().invoke(main, [name, "--help"])

    assert result.exit_code == 0, result.output
    assert isinstance(main.get_command(click.Context(main), name), click.Command)


def test_an_unknown_command_is_a_usage_error():
    result = CliRunner().invoke(main, ["enroll"])

    assert result.exit_code == 2
    assert "No such command" in result.output


def test_the_file_commands_load_no_framework():
    code = (
        "import sys\n"
        "from enrol.cli import main\n"
        "try:\n"
        "    main(['allocate', '--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'flask', 'sqlalchemy', 'psycopg', 'rq', 'redis'}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.splitlines()[-1] == "[]"
