"""Open statistics: tables, charts and files out of what was counted at publication."""

import csv
import io
from collections.abc import Sequence

from flask import Response, make_response, render_template
from flask_babel import format_percent

from enrol.core.spreadsheets import inert
from enrol.services import summing_up
from enrol.services.refusals import NotFound
from enrol.services.summing_up import IntakeFigures, SchoolLine
from enrol.web.locale import format_number, named
from enrol.web.locale import gettext as _
from enrol.web.public.routes import blueprint, kept_a_minute
from enrol.web.shares import named_bars

__all__ = ["blueprint"]

KEPT = "public, max-age=600"
_HIDDEN = "–"


@blueprint.get("/thong-ke")
def statistics() -> Response:
    found = summing_up.city_statistics()
    newest = found.intakes[0] if found.intakes else None
    return _page(
        "public/statistics.html",
        found=found,
        newest=newest,
        by_wish=_whole(_by_wish(newest.wishes), newest) if newest else (),
        by_band=_whole(_by_band(newest.bands), newest) if newest else (),
        over_time=_over_time(found.intakes),
        first_share=first_share,
        named_bars=named_bars,
        chart_says=chart_says,
    )


@blueprint.get("/thong-ke/phuong/<unit_code>")
def ward_statistics(unit_code: str) -> Response:
    found = summing_up.ward_statistics(unit_code=unit_code)
    return _page(
        "public/ward_statistics.html",
        found=found,
        ward=found.schools[0],
        bands=len(found.intake.bands),
    )


@blueprint.get("/thong-ke/truong/<school>")
def school_statistics(school: str) -> Response:
    found = summing_up.school_statistics(code=school)
    newest = found.intakes[0]
    return _page(
        "public/school_statistics.html",
        found=found,
        newest=newest,
        by_wish=_by_wish(newest.wishes),
        by_band=_by_band(newest.bands),
        over_time=[(line.school_year, line.admitted) for line in found.intakes],
        first_share=first_share,
        named_bars=named_bars,
        chart_says=chart_says,
    )


@blueprint.get("/thong-ke/tai-ve/<name>")
def statistics_file(name: str) -> Response:
    """Return an intake's statistics as CSV, INTAKE.csv: one line a school, hidden numbers empty."""
    code, dot, ending = name.rpartition(".")
    if not dot or ending != "csv":
        raise NotFound
    lines = summing_up.intake_lines(code=code)
    response = make_response(_csv(lines))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-thong-ke.csv"'
    response.headers["Cache-Control"] = KEPT
    response.vary.add("Cookie")
    return response


def wish_words() -> list[str]:
    """Return the four ways to a place, in their order."""
    return [
        _("First wish"),
        _("Second wish"),
        _("Third wish or later"),
        _("Re-routed to a school with free places"),
    ]


def first_share(figures: IntakeFigures | SchoolLine) -> str:
    """Return the share of admitted children who got their first wish, in words or a dash."""
    first = figures.wishes[0]
    # The whole adds up what schools show; so must what it is compared with.
    of = sum(figures.wishes) if isinstance(figures, IntakeFigures) else figures.admitted
    return str(format_percent(first / of, "#,##0%")) if of and first is not None else _HIDDEN


def chart_says(values: Sequence[tuple[str, int | None]]) -> str:
    """Return what a chart shows, for those who do not see it."""
    return "; ".join(
        f"{name}: {format_number(value) if value is not None else _('not shown')}"
        for name, value in values
    )


def _by_wish(wishes: Sequence[int | None]) -> list[tuple[str, int | None]]:
    return list(zip(wish_words(), wishes, strict=True))


def _by_band(bands: Sequence[int | None]) -> list[tuple[str, int | None]]:
    return [(_("Group %(band)s", band=band), count) for band, count in enumerate(bands, start=1)]


def _whole(
    counts: list[tuple[str, int | None]], figures: IntakeFigures
) -> list[tuple[str, int | None]]:
    """Return sums over schools with a row for the children whom no school's number counts; a sum
    of nothing but hidden numbers is not shown as a nought.
    """
    left = (figures.admitted or 0) - sum(count or 0 for _name, count in counts)
    if left <= 0:
        return counts
    told = [(name, count or None) for name, count in counts]
    return [*told, (_("At schools whose numbers are not shown"), left)]


def _over_time(intakes: Sequence[IntakeFigures]) -> list[tuple[str, int | None]]:
    return [(named(intake), intake.admitted) for intake in intakes]


def _csv(lines: Sequence[SchoolLine]) -> str:
    bands = max(len(line.bands) for line in lines)
    out = io.StringIO()
    out.write("\ufeff")  # by which spreadsheets know UTF-8
    writer = csv.writer(out)
    head = ["intake", "school_year", "ward", "ward_name", "school", "school_name", "seats"]
    head += ["first_wishes", "admitted", "wish_1", "wish_2", "wish_3_or_later", "re_routed"]
    writer.writerow([*head, *(f"band_{band}" for band in range(1, bands + 1))])
    for line in lines:
        texts = [line.intake, line.school_year, line.unit, line.unit_name, line.code, line.name]
        counts = [line.seats, line.wished_first, line.admitted, *line.wishes, *line.bands]
        writer.writerow([*map(inert, texts), *("" if count is None else count for count in counts)])
    return out.getvalue()


def _page(template: str, **values: object) -> Response:
    response = kept_a_minute(
        make_response(render_template(template, wish_words=wish_words(), **values))
    )
    response.headers["Cache-Control"] = KEPT
    return response
