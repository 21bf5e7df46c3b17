"""``enrol demo``: the story of ``bin/demo``."""

import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import click

from enrol.cli.demo import summary
from enrol.cli.demo.checks import Check, check_bundle, check_kept, keep_copy
from enrol.cli.demo.city import City, Ground, load_city
from enrol.cli.demo.morning import Letter, Morning, replay_morning
from enrol.cli.demo.season import Season
from enrol.cli.demo.stack import Stack
from enrol.cli.training import load_wards
from enrol.config import ROOT
from enrol.factory import Adapters
from enrol.training.office import INTAKE_CODE

_VIETNAM = timezone(timedelta(hours=7))
_WINDOW = timedelta(hours=6)
_STAYED_AWAY = 0.02
_BROWSERS = 6


@click.command()
@click.option("--children", type=click.IntRange(200, 2_000_000), default=3000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--once", is_flag=True, help="Stop after the summary; exit 0 only if all checks held."
)
@click.option("--empty", is_flag=True, help="Start without data and keep what you import.")
@click.option(
    "--until",
    type=click.Choice(["open", "published"]),
    default="published",
    show_default=True,
    help="Stop the story there and leave the rest to you in the browser.",
)
@click.option(
    "--bundle",
    "bundle_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="B.zip",
    help="Keep the published bundle there, with verify.pyz beside it.",
)
@click.option(
    "--wards",
    "boundaries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="ENROL_WARDS",
    metavar="FILE.geojson",
    help="Real ward boundaries; without them the ground is an invented grid.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True)
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where servers and files live [default: var/demo, or var/empty with --empty].",
)
def demo(
    *,
    children: int,
    seed: int,
    once: bool,
    empty: bool,
    until: str,
    bundle_path: Path | None,
    boundaries: Path | None,
    port: int,
    workers: int,
    directory: Path | None,
) -> None:
    """Run the whole house on this machine: a synthetic city, a morning, a draw, a result."""
    ground = None if empty else load_wards(boundaries)
    home = (directory or ROOT / "var" / ("empty" if empty else "demo")).resolve()
    with Stack(directory=home, port=port, workers=workers, fresh=not empty) as stack:
        stack.start_processes()
        checks: list[Check] = []
        if empty and not once:
            summary.tell_empty(stack=stack)
        elif not empty:
            story = _Story(stack=stack, children=children, seed=seed, ground=ground)
            checks = story.play(until=until, bundle_path=bundle_path, goes_on=not once)
        if not once:
            _serve_until_told(stack)
    if not all(check.held for check in checks):
        sys.exit(1)


class _Story:
    """What happens, step by step, each with the time it took."""

    def __init__(self, *, stack: Stack, children: int, seed: int, ground: Ground | None) -> None:
        self._stack = stack
        self._children = children
        self._seed = seed
        self._ground = ground
        self._adapters: Adapters = stack.app.extensions["enrol_adapters"]

    def play(self, *, until: str, bundle_path: Path | None, goes_on: bool) -> list[Check]:
        """Play the season and return every check that was made.

        Where to look and whom to sign in as is told only when the servers go on.
        """
        city = self._load()
        season = Season(
            intake_id=city.intake_id,
            first=city.officers[0],
            second=city.officers[1],
            adapters=self._adapters,
        )
        with _step("Announcing: rules, seats and the commitment to the seed"):
            season.announce()
        morning = self._morning(city.letters)
        if until == "open":
            summary.tell_open(stack=self._stack, city=city, morning=morning, goes_on=goes_on)
            return []
        with _step("Closing: freezing the list and its Merkle root"):
            frozen = season.close()
        with _step("Drawing: the public value read by two officers, the seed revealed"):
            season.draw()
        with _step("Allocating: one job a zone, then the children left over"):
            season.allocate()
        with _step("Publishing: result pages as static files, the bundle with its verifier"):
            published = season.publish()
        saved = self._stack.directory / "saved"
        with _step("Saving the bundle and verifying it with nothing but Python"):
            verified, report = check_bundle(
                address=self._stack.address, intake_code=INTAKE_CODE, into=saved
            )
        path = saved / f"{INTAKE_CODE}.zip"
        if bundle_path is not None:
            keep_copy(path, bundle_path)
        checks = [check_kept(morning=morning, bundle=path, frozen=frozen), verified]
        checks.append(
            Check("every family got its receipt", not morning.problems, f"{morning.problems[:3]}")
        )
        summary.tell_published(
            stack=self._stack,
            city=city,
            morning=morning,
            frozen=frozen,
            outcome_digest=published.outcome_digest,
            checks=checks,
            report=report,
            bundle=bundle_path or path,
            goes_on=goes_on,
        )
        return checks

    def _load(self) -> City:
        now = _now_with_time_left(needed=timedelta(minutes=5, seconds=self._children / 10))
        with _step(f"A city of {self._children} children: writing, importing, issuing secrets"):
            return load_city(
                folder=self._stack.directory / "city",
                children=self._children,
                seed=self._seed,
                opens_at=now,
                closes_at=min(now + _WINDOW, _midnight_after(now) - timedelta(seconds=1)),
                adapters=self._adapters,
                ground=self._ground,
            )

    def _morning(self, letters: Sequence[Letter]) -> Morning:
        coming = letters[: len(letters) - round(len(letters) * _STAYED_AWAY)]
        label = f"A morning: {len(coming)} families register over HTTP"
        lock = threading.Lock()
        with click.progressbar(length=len(coming), label=label, file=sys.stderr) as bar:

            def one_more() -> None:
                with lock:
                    bar.update(1)

            return replay_morning(
                address=self._stack.address,
                letters=coming,
                seed=self._seed,
                browsers=_BROWSERS,
                on_step=one_more,
            )


def _now_with_time_left(*, needed: timedelta) -> datetime:
    """Return the time in Vietnam, after midnight when the day is too short for the season.

    The public value is dated after closing and cannot be read in before its day: window and draw
    of a
    demo must fit into one day.
    """
    while (now := datetime.now(UTC).astimezone(_VIETNAM)) + needed > _midnight_after(now):
        click.echo("Nearly midnight in Vietnam: waiting for the new day ...", err=True)
        time.sleep((_midnight_after(now) - now).total_seconds() + 1)
    return now


def _midnight_after(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


@contextmanager
def _step(what: str) -> Iterator[None]:
    click.echo(f"{what} ... ", nl=False, err=True)
    started = time.monotonic()
    yield
    click.echo(f"{time.monotonic() - started:.1f} s", err=True)


def _serve_until_told(stack: Stack) -> None:
    click.echo(f"\nServing at {stack.address} until Ctrl-C.", err=True)
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    told.wait()
    click.echo("Stopping.", err=True)
