"""``enrol training-city``: a made-up Hanoi to practise and to measure on."""

from datetime import datetime
from pathlib import Path

import click

from enrol.training.identities import MOST_CHILDREN
from enrol.training.wards import UnusableWardsError, Ward, wards_from_geojson, wards_on_a_grid
from enrol.training.writing import write_city

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared/data/hanoi_wards.geojson"


class _Instant(click.ParamType[datetime]):
    """An ISO 8601 instant with its offset."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an ISO 8601 date and time", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} lacks an offset such as +07:00", param, ctx)
        return instant


@click.command("training-city")
@click.option("--children", type=click.IntRange(1, MOST_CHILDREN), required=True, metavar="N")
@click.option("--seed", type=click.IntRange(min=0), required=True, metavar="K")
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Where to write; files of the same names are replaced.",
)
@click.option(
    "--wards",
    "boundaries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="ENROL_WARDS",
    metavar="FILE.geojson",
    help="Boundaries of the wards, feature id = ward code. Without them the ground is invented.",
)
@click.option("--opens-at", type=_Instant(), default="2026-07-01T00:00+07:00", show_default=True)
@click.option("--closes-at", type=_Instant(), default="2026-07-04T00:00+07:00", show_default=True)
def training_city(
    *,
    children: int,
    seed: int,
    folder: Path,
    boundaries: Path | None,
    opens_at: datetime,
    closes_at: datetime,
) -> None:
    """Write a synthetic Hanoi of N children as the import files an education office would supply.

    The same N, K and options give the same bytes. Nobody in it is real: personal ids carry
    province codes that do not exist, telephones a prefix out of use, e-mails a domain that cannot
    exist.
    """
    if opens_at >= closes_at:
        raise click.UsageError("--opens-at must lie before --closes-at")
    wards, real = load_wards(boundaries)
    summary = write_city(
        folder=folder,
        wards=wards,
        boundaries=real,
        children=children,
        seed=seed,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    click.echo(
        f"{folder}: {summary.children} children, {summary.wards} wards, "
        f"{summary.groups} residential groups, {summary.schools} schools, {summary.seats} seats"
    )


def load_wards(boundaries: Path | None) -> tuple[tuple[Ward, ...], bool]:
    """Return the wards and whether their ground is real."""
    if boundaries is None and BESIDE_THE_CHECKOUT.is_file():
        boundaries = BESIDE_THE_CHECKOUT
    if boundaries is None:
        click.echo(
            "no ward boundaries (--wards or ENROL_WARDS): the ground is an invented grid, no maps",
            err=True,
        )
        return wards_on_a_grid(), False
    try:
        return wards_from_geojson(path=boundaries), True
    except UnusableWardsError as fault:
        raise click.BadParameter(str(fault), param_hint="--wards") from fault
