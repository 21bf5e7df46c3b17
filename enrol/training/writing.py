"""Write the city as the import files of docs/import-files.md, line by line."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from shapely import to_geojson

from enrol.training import office
from enrol.training.children import Settlement, children_of
from enrol.training.city import Quarter, build_quarters, zone_children
from enrol.training.homes import neighbourhoods
from enrol.training.rows import (
    ChildRow,
    GroupRow,
    IntakeRow,
    SchoolRow,
    SeatPlanRow,
    StaffRow,
    UnitRow,
    ZoneRow,
)
from enrol.training.schools import School, build_schools, plan_seats
from enrol.training.wards import Ward


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written."""

    wards: int
    groups: int
    schools: int
    seats: int
    children: int


def write_city(
    *,
    folder: Path,
    wards: Sequence[Ward],
    boundaries: bool,
    children: int,
    seed: int,
    opens_at: datetime,
    closes_at: datetime,
) -> Summary:
    """Write a training city to ``folder`` and say how large it is.

    The same wards, number of children, seed and hours give the same bytes. Files of the same names
    are replaced, each at once when it is complete; ``boundaries`` says whether the ground of the
    wards is real and belongs into ``units.geojson`` and ``zones.geojson``. Children are written as
    they are drawn, so memory does not grow with their number.
    """
    quarters = build_quarters(wards=wards, children=children, seed=seed)
    counts = zone_children(quarters=quarters)
    schools = build_schools(quarters=quarters, children=counts, seed=seed)
    seats = plan_seats(schools=schools, children=counts, seed=seed)
    people = _children(quarters=quarters, schools=schools, seed=seed)
    staff = office.staff_rows(quarters=quarters, schools=schools, seed=seed)
    intake = office.intake_row(opens_at=opens_at, closes_at=closes_at)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "units.csv", UnitRow, office.unit_rows(quarters=quarters))
    _write(folder / "zones.csv", ZoneRow, office.zone_rows(quarters=quarters))
    _write(folder / "residential_groups.csv", GroupRow, office.group_rows(quarters=quarters))
    _write(folder / "schools.csv", SchoolRow, office.school_rows(schools=schools))
    _write(folder / "intakes.csv", IntakeRow, [intake])
    _write(folder / "seat_plans.csv", SeatPlanRow, office.seat_plan_rows(seats=seats))
    _write(folder / "children.csv", ChildRow, people)
    _write(folder / "staff.csv", StaffRow, staff)
    _write_boundaries(folder=folder, quarters=quarters, real=boundaries)
    return Summary(
        wards=len(quarters),
        groups=sum(len(quarter.groups) for quarter in quarters),
        schools=len(schools),
        seats=sum(plan.seats for plan in seats),
        children=children,
    )


def _children(
    *, quarters: Sequence[Quarter], schools: Sequence[School], seed: int
) -> Iterator[ChildRow]:
    by_zone: dict[str, list[School]] = {}
    for school in schools:
        by_zone.setdefault(school.zone_code, []).append(school)
    settlement = Settlement(neighbourhoods(quarters=quarters), by_zone, seed)
    first = 0
    for quarter in quarters:
        yield from children_of(quarter=quarter, first_number=first, settlement=settlement)
        first += quarter.children


def _write(path: Path, kind: type[NamedTuple], rows: Iterable[tuple[str, ...]]) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(kind._fields)
        writer.writerows(rows)
    unfinished.replace(path)


def _write_boundaries(*, folder: Path, quarters: Sequence[Quarter], real: bool) -> None:
    """Write the ground of units and zones, or remove what an earlier city left: invented ground is
    no boundary.

    A zone gets its ward's ground; the few groups it has across a border are in the tables only.
    """
    units, zones = folder / "units.geojson", folder / "zones.geojson"
    if not real:
        units.unlink(missing_ok=True)
        zones.unlink(missing_ok=True)
        return
    _write_features(units, ((quarter.ward.code, quarter.ward) for quarter in quarters))
    _write_features(zones, ((quarter.zone_code, quarter.ward) for quarter in quarters))


def _write_features(path: Path, grounds: Iterable[tuple[str, Ward]]) -> None:
    features = [
        {
            "type": "Feature",
            "id": code,
            "properties": {"name": ward.name},
            "geometry": json.loads(to_geojson(ward.ground)),
        }
        for code, ward in grounds
    ]
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
