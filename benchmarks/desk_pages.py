"""The pages of the desks that are measured, with addresses that differ from request to request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from urllib.parse import urlencode

ACTS = ("hoi", "nhan", "tu-choi", "chuyen-tuyen")
WORDS = ("nguyễn", "linh", "Trần Thị An", "khanh", "do thi", "0000000017", "minh nguyen", "xyz")


@dataclass(frozen=True, slots=True)
class Sample:
    """What there is in the city: an intake, a school with its ward, codes of its files."""

    intake_id: int
    school_id: int
    unit_id: int
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page by name, who opens it (school, ward, city), and its addresses."""

    name: str
    who: str
    make: Callable[[Sample], Sequence[str]]

    def addresses(self, sample: Sample, times: int) -> list[str]:
        """Return so many addresses, the first ones again when there are no more."""
        return list(islice(cycle(self.make(sample)), times))


def _searched(path: str) -> list[str]:
    return [f"{path}?{urlencode({'tim': word})}" for word in WORDS]


def _filtered(path: str) -> list[str]:
    given = (
        {"trang-thai": "tat-ca"},
        {"trang-thai": "eligible"},
        {"su-that": "current_in_zone", "ket-luan": "declared"},
        {"han": "overdue"},
        {"nguyen-vong": "tat-ca"},
    )
    return [f"{path}?{urlencode(one)}" for one in given]


def _school(sample: Sample, rest: str = "") -> str:
    return f"/nha-truong/{sample.intake_id}/{sample.school_id}{rest}"


def _city(sample: Sample, rest: str = "") -> str:
    return f"/dieu-hanh/{sample.intake_id}{rest}"


def _ward(sample: Sample) -> str:
    return _city(sample, f"/xet-duyet/{sample.unit_id}")


def _after(path: str, sample: Sample) -> list[str]:
    return [f"{path}?after={code}" for code in sample.codes]


def _steps(desk: str, sample: Sample) -> list[str]:
    return [f"{desk}/ho-so/{code}/viec/{act}" for code in sample.codes[:40] for act in ACTS]


PAGES: tuple[Page, ...] = (
    Page("school: desk", "school", lambda _: ["/nha-truong"]),
    Page("school: the school", "school", lambda s: [_school(s)]),
    Page(
        "school: wishes",
        "school",
        lambda s: [f"{_school(s, '/ho-so')}?after={code}" for code in s.codes],
    ),
    Page(
        "school: queue",
        "school",
        lambda s: [f"{_school(s, '/xet-duyet')}?after={code}" for code in ("", *s.codes)],
    ),
    Page("school: queue, searched", "school", lambda s: _searched(_school(s, "/xet-duyet"))),
    Page("school: queue, filtered", "school", lambda s: _filtered(_school(s, "/xet-duyet"))),
    Page("school: a step of a file", "school", lambda s: _steps("/nha-truong", s)),
    Page("school: a file", "school", lambda s: [f"/nha-truong/ho-so/{code}" for code in s.codes]),
    Page("ward: desk", "ward", lambda _: ["/dieu-hanh"]),
    Page("ward: the intake", "ward", lambda s: [_city(s)]),
    Page("ward: queue", "ward", lambda s: [_ward(s), *_after(_ward(s), s)]),
    Page("ward: queue, searched", "ward", lambda s: _searched(_ward(s))),
    Page("ward: queue, filtered", "ward", lambda s: _filtered(_ward(s))),
    Page("ward: warnings", "ward", lambda s: [f"/can-bo/canh-bao/{s.intake_id}"]),
    Page("ward: residence lists", "ward", lambda s: [_city(s, "/cu-tru")]),
    Page("ward: the counter", "ward", lambda _: ["/can-bo/quay"]),
    Page("ward: a step of a file", "ward", lambda s: _steps("/dieu-hanh", s)),
    Page("ward: a file", "ward", lambda s: [f"/dieu-hanh/ho-so/{code}" for code in s.codes]),
    Page("city: desk", "city", lambda _: ["/dieu-hanh"]),
    Page("city: the intake", "city", lambda s: [_city(s)]),
    Page("city: seats", "city", lambda s: [_city(s, "/chi-tieu")]),
    Page("city: calendar", "city", lambda _: ["/dieu-hanh/lich"]),
    Page("city: totals and map", "city", lambda s: [_city(s, "/tong-hop")]),
    Page("city: what waits for approval", "city", lambda s: [_city(s, "/duyet")]),
    Page("city: wards that take part", "city", lambda s: [_city(s, "/phuong-tham-gia")]),
    Page("city: zones running short", "city", lambda s: [_city(s, "/thieu-cho")]),
    Page("city: journal", "city", lambda s: [_city(s, "/nhat-ky")]),
    Page("city: queues by ward", "city", lambda s: [_city(s, "/xet-duyet")]),
    Page("city: queue of a ward, searched", "city", lambda s: _searched(_ward(s))),
    Page("city: residence lists", "city", lambda s: [_city(s, "/cu-tru")]),
    Page("city: warnings", "city", lambda s: [f"/can-bo/canh-bao/{s.intake_id}"]),
    Page("city: lists", "city", lambda s: [f"/can-bo/danh-sach/{s.intake_id}"]),
    Page("city: imports", "city", lambda _: ["/dieu-hanh/nhap-tep"]),
    Page("ward: zones", "ward", lambda s: [_city(s, "/tuyen")]),
    Page("ward: objections", "ward", lambda s: [_city(s, "/khieu-nai")]),
    Page("ward: errors of fact", "ward", lambda s: [_city(s, "/sai-sot")]),
    Page("ward: requests about data", "ward", lambda _: ["/can-bo/du-lieu"]),
    Page("city: zones", "city", lambda s: [_city(s, "/tuyen")]),
    Page("city: objections", "city", lambda s: [_city(s, "/khieu-nai")]),
    Page("city: errors of fact", "city", lambda s: [_city(s, "/sai-sot")]),
    Page("city: requests about data", "city", lambda _: ["/can-bo/du-lieu"]),
    Page("city: holidays", "city", lambda _: ["/dieu-hanh/ngay-nghi"]),
    Page("city: tries", "city", lambda s: [_city(s, "/phuong-an")]),
    Page("city: rules", "city", lambda s: [_city(s, "/quy-tac")]),
    Page("city: wall", "city", lambda s: [_city(s, "/man-hinh")]),
)
