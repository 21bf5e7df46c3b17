"""From an address to its zone and schools: by ward name of today or before, residential group, or
a point on the map.

Everything is read in one piece, which public pages keep; looking something up asks no database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from enrol.core.names import search_key
from enrol.services.distances import metres_between
from enrol.store import boundaries, notices, public_places, windows
from enrol.store.db import transaction
from enrol.store.notices import WardName
from enrol.store.public_places import PublicGroup, PublicSchool

__all__ = [
    "Near",
    "Places",
    "PublicGroup",
    "PublicSchool",
    "WardName",
    "current_places",
    "ward_grounds",
]

FARTHEST = 5_000
"""Metres: a group beyond them says nothing about where a point lies."""


@dataclass(frozen=True, slots=True)
class Near:
    """A residential group near a point."""

    group: PublicGroup
    metres: int


class Places:
    """The city as it may be looked up, at the time of reading."""

    def __init__(
        self,
        *,
        intake_id: int,
        wards: Sequence[WardName],
        groups: Sequence[PublicGroup],
        schools: Sequence[PublicSchool],
    ) -> None:
        self.intake_id = intake_id
        self.wards = tuple(wards)
        self._groups = tuple(groups)
        self._schools = tuple(schools)

    def wards_named(self, text: str) -> list[WardName]:
        """Return the wards whose name of today or of before contains the text, accents or not; an
        exact name comes alone.
        """
        wanted = search_key(text)
        if not wanted:
            return []
        exact = [ward for ward, keys in self._keys if wanted in keys]
        if exact:
            return exact
        return [ward for ward, keys in self._keys if any(wanted in key for key in keys)]

    def ward(self, code: str) -> WardName | None:
        """Return one ward."""
        return next((ward for ward in self.wards if ward.code == code), None)

    def groups_in(self, unit: str) -> Sequence[PublicGroup]:
        """Return the groups of a ward in their natural order."""
        return self._by_unit.get(unit, ())

    def group(self, unit: str, label: str) -> PublicGroup | None:
        """Return one group of a ward."""
        return next((group for group in self.groups_in(unit) if group.label == label), None)

    def groups_of(self, zone: str) -> Sequence[PublicGroup]:
        """Return the groups that a zone is made of, also those of other wards."""
        return self._of_zone.get(zone, ())

    def schools_of(self, zone: str) -> Sequence[PublicSchool]:
        """Return the schools that offer seats to a zone."""
        return [school for school in self._schools if school.zone == zone]

    def school(self, code: str) -> PublicSchool | None:
        """Return one school."""
        return self._by_code.get(code)

    def near(self, *, latitude: float, longitude: float, most: int = 3) -> list[Near]:
        """Return the groups nearest a point, the nearest first."""
        found = [
            Near(
                group,
                metres_between(
                    latitude=latitude,
                    longitude=longitude,
                    other_latitude=group.latitude,
                    other_longitude=group.longitude,
                ),
            )
            for group in self._groups
            if group.latitude is not None and group.longitude is not None
        ]
        found.sort(key=lambda near: (near.metres, near.group.unit, near.group.label))
        return [near for near in found[:most] if near.metres <= FARTHEST]

    @cached_property
    def _keys(self) -> list[tuple[WardName, list[str]]]:
        return [(ward, _keys_of((ward.name, ward.name_en, *ward.old_names))) for ward in self.wards]

    @cached_property
    def _by_unit(self) -> Mapping[str, Sequence[PublicGroup]]:
        return _gathered(self._groups, by="unit")

    @cached_property
    def _of_zone(self) -> Mapping[str, Sequence[PublicGroup]]:
        return _gathered(self._groups, by="zone")

    @cached_property
    def _by_code(self) -> Mapping[str, PublicSchool]:
        return {school.code: school for school in self._schools}


def current_places() -> Places | None:
    """Return what the current official intake offers, or None without one."""
    with transaction() as tx:
        window = windows.current_window(tx)
        if window is None:
            return None
        return Places(
            intake_id=window.intake_id,
            wards=notices.ward_names(tx),
            groups=public_places.groups(tx),
            schools=public_places.offering_schools(tx, intake_id=window.intake_id),
        )


def ward_grounds() -> list[tuple[str, dict[str, Any]]]:
    """Return (code, GeoJSON geometry in WGS 84) of the wards whose ground is known."""
    with transaction() as tx:
        return boundaries.unit_boundaries(tx, kind="ward")


def _keys_of(names: Sequence[str]) -> list[str]:
    """Return what a name is searched by: as a whole, and without the word for ward or commune."""
    keys = [search_key(name) for name in names]
    short = [key.removeprefix(kind) for key in keys for kind in _KINDS if key.startswith(kind)] + [
        key.removesuffix(kind) for key in keys for kind in _KINDS_EN if key.endswith(kind)
    ]
    return [*keys, *short]


_KINDS = ("phuong ", "xa ", "thi tran ")
_KINDS_EN = (" ward", " commune")


def _gathered(groups: Sequence[PublicGroup], *, by: str) -> Mapping[str, Sequence[PublicGroup]]:
    found: dict[str, list[PublicGroup]] = {}
    for group in groups:
        found.setdefault(getattr(group, by), []).append(group)
    return found
