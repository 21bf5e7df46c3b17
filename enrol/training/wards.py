"""The 126 wards and communes of Hanoi since 1 July 2025: codes, names and ground."""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely import from_geojson
from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Polygon
from vietnam_provinces import ProvinceCode
from vietnam_provinces import Ward as NamedWard

from enrol.training.geometry import area_km2, hexagons

# vietnam-provinces before 2026.1 carries codes that the National Statistics Office has since
# replaced (its change log, release 2026.1.0). The lock holds an older release on Python 3.11, and a
# city must not depend on the Python that made it, so these 29 are set right by name.
_REPLACED_CODES = {
    "Phường Cửa Nam": "00082",
    "Phường Bồ Đề": "00118",
    "Phường Long Biên": "00145",
    "Phường Cầu Giấy": "00166",
    "Phường Láng": "00199",
    "Phường Văn Miếu - Quốc Tử Giám": "00226",
    "Phường Kim Liên": "00229",
    "Phường Bạch Mai": "00292",
    "Phường Vĩnh Hưng": "00301",
    "Phường Tương Mai": "00322",
    "Phường Hoàng Mai": "00331",
    "Phường Yên Sở": "00340",
    "Xã Đa Phúc": "00430",
    "Xã Thư Lâm": "00475",
    "Xã Bát Tràng": "00577",
    "Phường Thanh Liệt": "00643",
    "Xã Yên Xuân": "04930",
    "Xã Liên Minh": "09787",
    "Xã Dương Hòa": "09856",
    "Xã Sơn Đồng": "09871",
    "Xã Kiều Phú": "09910",
    "Xã Phú Cát": "09952",
    "Xã Hạ Bằng": "09982",
    "Xã Tây Phương": "10003",
    "Xã Xuân Mai": "10045",
    "Xã Quảng Bị": "10072",
    "Xã Hòa Phú": "10096",
    "Xã Bình Minh": "10126",
    "Xã Đại Xuyên": "10342",
}


class UnusableWardsError(ValueError):
    """The file of ward boundaries cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Ward:
    """One ward (phường) or commune (xã) and the ground it covers, WGS 84."""

    code: str
    name: str
    name_en: str
    urban: bool
    ground: Polygon | MultiPolygon
    area_km2: float


def hanoi_names() -> dict[str, str]:
    """Return the full names of Hanoi's wards and communes by their 5-digit code, in code order."""
    wards = NamedWard.iter_by_province(ProvinceCode(1))
    names = {_REPLACED_CODES.get(ward.name, f"{ward.code:05d}"): ward.name for ward in wards}
    return dict(sorted(names.items()))


def wards_from_geojson(*, path: Path) -> tuple[Ward, ...]:
    """Read wards from a FeatureCollection of (Multi)Polygons in WGS 84, in code order.

    A feature's ``id`` is the 5-digit code. Names come from the country's list; a code that is not
    in it needs a property ``fullName``.

    Raises:
        UnusableWardsError: when the file is no such collection.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        names = hanoi_names()
        wards = [_ward_of_feature(feature, names) for feature in features]
    except (OSError, ValueError, KeyError, TypeError, GEOSException) as fault:
        raise UnusableWardsError(f"{path}: {type(fault).__name__}: {fault}") from fault
    if not wards or len({ward.code for ward in wards}) != len(wards):
        raise UnusableWardsError(f"{path}: no ward, or two wards with the same id")
    return tuple(sorted(wards, key=lambda ward: ward.code))


def wards_on_a_grid() -> tuple[Ward, ...]:
    """Return the wards on an invented honeycomb around Hoàn Kiếm lake, for when no boundary is at
    hand.

    Urban wards take the inner cells and communes the outer ones, each in code order.
    Every cell covers 12 km²; no cell lies where the ward really is.
    """
    names = hanoi_names()
    order = sorted(names, key=lambda code: (not _is_urban(names[code]), code))
    cells = zip(order, hexagons(count=len(order), cell_km2=12.0), strict=True)
    wards = [_ward(code, names[code], "", cell) for code, cell in cells]
    return tuple(sorted(wards, key=lambda ward: ward.code))


def plain_letters(text: str) -> str:
    """Return Vietnamese text without its accents: ``Đống Đa`` becomes ``Dong Da``."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def short_name(name: str) -> str:
    """Return the name without its rank: ``Phường Ba Đình`` becomes ``Ba Đình``."""
    return re.sub(r"^(Phường|Xã|Đặc khu) ", "", name)


def _ward_of_feature(feature: dict[str, Any], names: dict[str, str]) -> Ward:
    code, facts = str(feature["id"]), feature.get("properties") or {}
    ground = from_geojson(json.dumps(feature["geometry"]))
    if not isinstance(ground, Polygon | MultiPolygon) or ground.is_empty or not ground.is_valid:
        raise UnusableWardsError(f"{code}: not a valid polygon")
    name = names.get(code) or unicodedata.normalize("NFC", facts["fullName"])
    return _ward(code, name, facts.get("fullNameEn", ""), ground)


def _ward(code: str, name: str, name_en: str, ground: Polygon | MultiPolygon) -> Ward:
    rank = "Ward" if _is_urban(name) else "Commune"
    return Ward(
        code=code,
        name=name,
        name_en=name_en or f"{plain_letters(short_name(name))} {rank}",
        urban=_is_urban(name),
        ground=ground,
        area_km2=area_km2(ground),
    )


def _is_urban(name: str) -> bool:
    return name.startswith("Phường ")
