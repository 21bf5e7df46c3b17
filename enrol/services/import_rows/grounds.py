"""What an import would do to the outlines of zones, in figures and light rings for a drawing."""

from dataclasses import asdict, dataclass
from math import cos, radians

from shapely import GeometryType, get_type_id
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from enrol.store.db import Transaction
from enrol.store.loading import grounds
from enrol.store.loading.grounds import ChangedGround

__all__ = ["MOST_DRAWN", "GroundChange", "changes_of_grounds"]

MOST_DRAWN = 12
_MOST_NAMED = 30
_COARSENESS = 0.0003
_METRES_A_DEGREE = 111_195.0
_HARDLY_ANY = 0.01
"""The part of a zone that may stick out or overlap: outlines of two sources never agree to the
metre."""


@dataclass(frozen=True, slots=True)
class GroundChange:
    """A zone's outline now and as it would be: rings of [latitude, longitude] within about 30 m,
    hectares (None: no outline yet), residential groups by [label, latitude, longitude] and the
    labels of those outside; zones that it would overlap, and whether it leaves its ward.
    """

    code: str
    name: str
    name_en: str
    before: list[list[list[float]]]
    after: list[list[list[float]]]
    hectares_before: int | None
    hectares_after: int
    groups: list[list[object]]
    outside: list[str]
    overlaps: list[str]
    leaves_its_ward: bool


def changes_of_grounds(tx: Transaction) -> list[dict[str, object]]:
    """Return the first ``MOST_DRAWN`` changed zones as plain values; before grounds are written."""
    changed = grounds.changed_grounds(tx, most=MOST_DRAWN)
    if not changed:
        return []
    units = {one.unit_id for one in changed}
    around = [
        (unit_id, code, shape(ground))
        for unit_id, code, ground in grounds.zones_around(tx, unit_ids=units)
    ]
    wards = {
        unit_id: shape(ground)
        for unit_id, ground in grounds.grounds_of_wards(tx, unit_ids=units).items()
    }
    found = []
    for one in changed:
        others = [(code, ground) for unit, code, ground in around if unit == one.unit_id]
        found.append(asdict(_change(one, others=others, ward=wards.get(one.unit_id))))
    return found


def _change(
    one: ChangedGround, *, others: list[tuple[str, BaseGeometry]], ward: BaseGeometry | None
) -> GroundChange:
    after = shape(one.after)
    before = None if one.before is None else shape(one.before)
    little = after.area * _HARDLY_ANY
    return GroundChange(
        code=one.code,
        name=one.name,
        name_en=one.name_en,
        before=[] if before is None else _rings(before),
        after=_rings(after),
        hectares_before=None if before is None else _hectares(before),
        hectares_after=_hectares(after),
        groups=one.groups[:_MOST_NAMED],
        outside=[
            str(label)
            for label, latitude, longitude in one.groups
            if not after.covers(Point(longitude, latitude))
        ][:_MOST_NAMED],
        overlaps=[
            code
            for code, ground in others
            if code != one.code and after.intersection(ground).area > little
        ][:_MOST_NAMED],
        leaves_its_ward=ward is not None and after.difference(ward).area > little,
    )


def _rings(ground: BaseGeometry) -> list[list[list[float]]]:
    light = ground.simplify(_COARSENESS, preserve_topology=True)
    return [
        [[round(y, 5), round(x, 5)] for x, y, *_ in part.exterior.coords]
        for part in getattr(light, "geoms", [light])
        if get_type_id(part) == GeometryType.POLYGON and not part.is_empty
    ]


def _hectares(ground: BaseGeometry) -> int:
    """Return the area on a sphere, within a percent for grounds of a city's size."""
    shrink = cos(radians(ground.centroid.y))
    return round(float(ground.area) * _METRES_A_DEGREE**2 * shrink / 10_000)
