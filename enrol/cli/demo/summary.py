"""What the demo tells at the end, and where to look."""

from collections.abc import Sequence
from pathlib import Path

import click

from enrol.cli.demo.checks import BundleReport, Check
from enrol.cli.demo.city import CITY_OFFICERS, City, one_time_password
from enrol.cli.demo.morning import Letter, Morning
from enrol.cli.demo.stack import Stack
from enrol.factory import Adapters
from enrol.services.closing import FrozenList


def tell_empty(*, stack: Stack) -> None:
    """Say how to go on with an installation that holds nothing yet."""
    click.echo(
        f"""
An empty installation runs at {stack.address}. Its settings: {stack.environment_file}

  export ENROL_ENV_FILE={stack.environment_file}
  .venv/bin/enrol import DIR              your files (docs/import-files.md)
  .venv/bin/enrol staff-password EMAIL    a password for an officer's first sign-in
  .venv/bin/enrol issue-secrets --intake CODE --out secrets.csv"""
    )


def tell_open(*, stack: Stack, city: City, morning: Morning, goes_on: bool) -> None:
    """Say that the window is open and, while the servers go on, who may act."""
    _tell_morning(morning)
    if not goes_on:
        return
    _tell_people(
        stack=stack,
        family=_first_letter(city, morning, registered=True),
        newcomer=_first_letter(city, morning, registered=False),
    )


def tell_published(
    *,
    stack: Stack,
    city: City,
    morning: Morning,
    frozen: FrozenList,
    outcome_digest: str,
    checks: Sequence[Check],
    report: BundleReport,
    bundle: Path,
    goes_on: bool,
) -> None:
    """Say what happened, what was checked and, while the servers go on, where to look."""
    _tell_morning(morning)
    seated, rerouted, unplaced = report.seated, report.rerouted, report.unplaced
    click.echo(
        f"""
  frozen list            {frozen.size:,} registrations, list hash {frozen.list_hash[:16]}…
  placed by wish         {seated:,}
  re-routing proposals   {rerouted:,}   (left over in their zone, proposed the nearest free seat)
  without a seat         {unplaced:,}   (from outside their zone: each is on waiting lists)
  outcome digest         {outcome_digest[:16]}…
  bundle                 {bundle} ({bundle.stat().st_size:,} bytes)
  verified in            {report.seconds:.1f} s
"""
    )
    for check in checks:
        mark = "held  " if check.held else "FAILED"
        click.echo(f"  {mark} {check.what}" + ("" if check.held else f": {check.detail}"))
    if goes_on:
        family = _first_letter(city, morning, registered=True)
        _tell_people(stack=stack, family=family, newcomer=None)


def _tell_morning(morning: Morning) -> None:
    registered = len(morning.kept) + len(morning.withdrawn)
    rate = registered / morning.seconds if morning.seconds else 0.0
    click.echo(
        f"""
  registrations          {registered:,} in {morning.seconds:.1f} s ({rate:.0f} families a second)
  requests               {morning.requests:,}
  buttons pressed twice  {morning.double_presses:,}, each with the same receipt
  withdrawn again        {len(morning.withdrawn):,}
  problems               {len(morning.problems):,}"""
    )


def _tell_people(*, stack: Stack, family: Letter | None, newcomer: Letter | None) -> None:
    adapters: Adapters = stack.app.extensions["enrol_adapters"]
    click.echo(f"\n  Pages       {stack.address}/   (English: the switch on every page)")
    click.echo(f"  Messages    {stack.directory / 'messages'}   (what families are sent)")
    for who, letter in (("A family", family), ("Not yet registered", newcomer)):
        if letter is not None:
            click.echo(f"  {who:<20} {letter.pupil_code}   {letter.secret}")
    click.echo(f"\n  Officers    {stack.address}/can-bo/dang-nhap   (each password works once)")
    for who, email in _officers(stack):
        password = one_time_password(email=email, adapters=adapters)
        click.echo(f"  {who:<20} {email:<36} {password}")


def _officers(stack: Stack) -> list[tuple[str, str]]:
    lines = (stack.directory / "city" / "staff.csv").read_text(encoding="utf-8").splitlines()[1:]
    emails = [line.split(",")[0] for line in lines]
    ward = next(email for email in emails if email.startswith("ward"))
    school = next(email for email in emails if email.startswith("school"))
    return [
        ("City", CITY_OFFICERS[0]),
        ("City, second officer", CITY_OFFICERS[1]),
        ("Ward", ward),
        ("School", school),
    ]


def _first_letter(city: City, morning: Morning, *, registered: bool) -> Letter | None:
    for letter in city.letters:
        if (letter.pupil_code in morning.kept) == registered:
            return letter
    return None
