"""Every command of ``enrol``, by name. Each is loaded when it is called: the file commands need
nothing but the core and start at once.
"""

from importlib import import_module

import click

COMMANDS = {
    "allocate": "enrol.cli.files:allocate",
    "breach-report": "enrol.cli.privacy:breach_report",
    "bundle": "enrol.cli.bundle:bundle",
    "create-officer": "enrol.cli.importing:create_officer",
    "db": "enrol.cli.database:db",
    "demo": "enrol.cli.demo.command:demo",
    "erase": "enrol.cli.privacy:erase",
    "export-results": "enrol.cli.results:export_results",
    "import": "enrol.cli.importing:import_",
    "issue-secrets": "enrol.cli.importing:issue_secrets",
    "lottery": "enrol.cli.files:lottery",
    "staff-password": "enrol.cli.importing:staff_password",
    "training-city": "enrol.cli.training:training_city",
    "training-reset": "enrol.cli.training_reset:training_reset",
    "verify-journal": "enrol.cli.journal:verify_journal",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every name, for the help."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, or None."""
        del ctx
        path = COMMANDS.get(cmd_name)
        if path is None:
            return None
        module, _, name = path.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """School enrolment: import, intakes, allocation files, bundles, demo."""
