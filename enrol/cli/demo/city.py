"""The synthetic city of the demo: written as an office's files, imported as an office would."""

import csv
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from enrol.adapters.import_folder import ImportFolder
from enrol.adapters.secret_letters import SecretLetterFile
from enrol.cli.demo.morning import Letter
from enrol.cli.demo.stack import StackError
from enrol.cli.training import load_wards
from enrol.core.actors import Officer, System
from enrol.factory import Adapters
from enrol.services import importing, issuing, planning, signing_in_staff
from enrol.training.office import INTAKE_CODE
from enrol.training.wards import Ward
from enrol.training.writing import write_city

CITY_OFFICERS = ("city-1@enrol.example", "city-2@enrol.example")
Ground = tuple[tuple[Ward, ...], bool]
"""The wards, and whether their boundaries are real."""
_DEMO = System(label="demo")


@dataclass(frozen=True, slots=True)
class City:
    """What was loaded: the intake, its two city officers, and every family's letter."""

    intake_id: int
    officers: tuple[Officer, Officer]
    letters: tuple[Letter, ...]
    rows: int


def load_city(
    *,
    folder: Path,
    children: int,
    seed: int,
    opens_at: datetime,
    closes_at: datetime,
    adapters: Adapters,
    ground: Ground | None = None,
) -> City:
    """Write a training city, import it, and issue secrets. Both instants in Vietnamese time.

    ``ground`` is what ``load_wards`` returned; left out, it is looked for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wards, boundaries = ground or load_wards(None)
    write_city(
        folder=folder,
        wards=wards,
        boundaries=boundaries,
        children=children,
        seed=seed,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    _name_dice(folder / "intakes.csv")
    results = importing.import_files(
        files=ImportFolder(directory=folder), actor=_DEMO, warn=lambda _: None
    )
    path = folder / "secrets.csv"
    with SecretLetterFile(path=path) as letters:
        issuing.issue_secrets(
            intake_code=INTAKE_CODE,
            unit_code=None,
            letters=letters,
            secrets=adapters.secrets,
            actor=_DEMO,
        )
    officers = tuple(_officer(email) for email in CITY_OFFICERS)
    return City(
        intake_id=_intake_id(officers[0]),
        officers=(officers[0], officers[1]),
        letters=read_letters(path),
        rows=sum(result.rows or 0 for result in results),
    )


def read_letters(path: Path) -> tuple[Letter, ...]:
    """Return the secrets as they were issued."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(Letter(row["pupil_code"], row["secret"]) for row in csv.DictReader(file))


def one_time_password(*, email: str, adapters: Adapters) -> str:
    """Return a fresh password for one sign-in of an officer."""
    return signing_in_staff.issue_password(email=email, passwords=adapters.staff_passwords)


def _name_dice(path: Path) -> None:
    """Name dice as the public value: a season in one sitting cannot wait for tomorrow's lottery."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        closes_at = datetime.fromisoformat(row["closes_at"])
        row["public_value_on"] = closes_at.date().isoformat()
        row["public_value_name"] = "Mười lần gieo xúc xắc trước ống kính"
        row["public_value_name_en"] = "Ten throws of a die on camera"
    unfinished = path.with_suffix(".new")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(unfinished, path)  # noqa: PTH105 - one step, over the file that is there


def _officer(email: str) -> Officer:
    officer = signing_in_staff.officer_with(email=email)
    if officer is None:
        raise StackError(f"the import brought no officer {email}")
    return officer


def _intake_id(officer: Officer) -> int:
    for intake in planning.desk_of(actor=officer).intakes:
        if intake.code == INTAKE_CODE:
            return intake.intake_id
    raise StackError(f"the import brought no intake {INTAKE_CODE}")
