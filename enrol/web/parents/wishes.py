"""Ranking schools without a script: one list a rank, gaps closed, repetitions told."""

from collections.abc import Mapping, Sequence

from flask import request

from enrol.services.preparing import SchoolOption, ZoneChoice
from enrol.web.asking import PageForm
from enrol.web.locale import format_metres, format_number, named
from enrol.web.locale import gettext as _
from enrol.web.parents.desk import OpenDesk


class WishForm(PageForm):
    """The wishes as typed: ``wish_1``, ``wish_2`` and so on, read from the request."""

    ranked: list[str]
    offered: frozenset[str] = frozenset()
    places: int = 0

    def offer(self, schools: Sequence[SchoolOption], max_wishes: int) -> "WishForm":
        """Set the zone's schools and how many may be wished."""
        self.offered = frozenset(school.code for school in schools)
        self.places = min(max_wishes, len(schools))
        return self

    def problems(self) -> dict[str, str]:
        """Return what is wrong by rank, after what is wrong with the page."""
        found = super().problems()
        if not self.was_sent():
            return found
        self.ranked = []
        for rank in range(1, self.places + 1):
            school = request.form.get(f"wish_{rank}", "")
            if school in self.ranked:
                found[f"wish_{rank}"] = _("This school is already a higher wish")
            elif school in self.offered:
                self.ranked.append(school)
            elif school:
                found[f"wish_{rank}"] = _("Choose a school of the list")
        if not self.ranked:
            found["wish_1"] = _("Choose at least one school")
        return found


def rank_fields(
    schools: Sequence[SchoolOption], max_wishes: int
) -> list[tuple[str, int, list[tuple[str, str]]]]:
    """Return each rank's field: its name, its number and the schools to choose from."""
    options = [(school.code, named(school)) for school in schools]
    return [(f"wish_{rank}", rank, options) for rank in range(1, min(max_wishes, len(options)) + 1)]


def kept_ranks(at: OpenDesk, zone: ZoneChoice | None) -> Mapping[str, object]:
    """Return the wishes kept so far, by field; none when they belong to another zone."""
    wishes = at.answers.get("wishes")
    if zone is None or at.answers.get("zone") != zone.code or not isinstance(wishes, list):
        return {}
    return {f"wish_{rank}": code for rank, code in enumerate(wishes, start=1)}


def school_cards(schools: Sequence[SchoolOption]) -> list[dict[str, str]]:
    """Return the schools as the list of the page shows them."""
    return [
        {
            "name": named(school),
            "address": school.address,
            "distance": "–" if school.distance is None else format_metres(school.distance),
            "seats": format_number(school.seats),
            "last_year": "–"
            if school.last_year_distance is None
            else format_metres(school.last_year_distance),
        }
        for school in schools
    ]
