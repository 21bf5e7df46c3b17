"""``enrol training-reset``: a fresh rehearsal intake for officers to practise in."""

import sys
from typing import NoReturn

import click

from enrol.cli.context import application
from enrol.core.actors import System
from enrol.core.made_up import TrainingFamily, TrainingGround
from enrol.factory import Adapters
from enrol.services import opening, rehearsing
from enrol.training.families import made_up_families

MOST_CHILDREN = 20_000


@click.command("training-reset")
@click.option(
    "--children", type=click.IntRange(1, MOST_CHILDREN), default=500, show_default=True, metavar="N"
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="K")
@click.option(
    "--unit",
    "unit_codes",
    multiple=True,
    metavar="CODE",
    help="Only in this ward; may be given several times. Without it in all.",
)
def training_reset(*, children: int, seed: int, unit_codes: tuple[str, ...]) -> None:
    """Put the training intake aside and make a fresh one with N made-up children.

    Officers find it at once among their intakes, marked as a rehearsal. Official intakes are not
    touched, and no message can leave: nobody in it exists.
    """

    def make(ground: TrainingGround, year: int) -> list[TrainingFamily]:
        return list(made_up_families(ground=ground, children=children, seed=seed, year=year))

    with application() as app:
        adapters: Adapters = app.extensions["enrol_adapters"]
        try:
            made = rehearsing.reset_training(
                make=make,
                unit_codes=unit_codes,
                vault=adapters.vault,
                actor=System(label="system:command"),
            )
            while opening.submit_ticked(intake_id=made.intake_id, secrets=adapters.secrets):
                pass
        except rehearsing.NoGround:
            _refuse("no zones with residential groups and schools there: import them first")
    click.echo(f"{made.code}: {made.children} made-up children; {made.put_aside} put aside")


def _refuse(message: str) -> NoReturn:
    sys.stdout.flush()
    click.echo(message, err=True)
    raise click.exceptions.Exit(2)
