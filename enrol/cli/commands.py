"""Every command of ``enrol``, registered in one place."""

import click

from enrol.cli import database, training


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """School enrolment: import, intakes, allocation files, bundles, demo."""


main.add_command(database.db)
main.add_command(training.training_city)
