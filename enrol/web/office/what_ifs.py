"""What-if: an officer tries other seats or other rules as a rehearsal and reads the difference."""

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.priority import PRESETS
from enrol.services import imagining
from enrol.services.imagining import ChangeLine, WhatIf, Workbench
from enrol.services.refusals import NotFound
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


class WhatIfForm(PageForm):
    """Seats by school as typed, ``seats_CODE``, and the name of a rule set."""

    bench: Workbench

    def look_at(self, bench: Workbench) -> "WhatIfForm":
        """Set the schools that the page offers."""
        self.bench = bench
        return self

    def problems(self) -> dict[str, str]:
        """Return what is wrong by school, after what is wrong with the page."""
        found = super().problems()
        if not self.was_sent():
            return found
        for school in self.bench.schools:
            if _seats_typed(school.school) == _UNREADABLE:
                found[f"seats_{school.school}"] = _(
                    "Type the number of seats: a whole number up to 5,000"
                )
        if self.rules is not None and self.rules not in PRESETS:
            found["rules"] = _("Choose rules of the list")
        return found

    @property
    def seats(self) -> dict[str, int]:
        """The seats typed; schools left empty are left out."""
        typed_seats = {school.school: _seats_typed(school.school) for school in self.bench.schools}
        return {code: seats for code, seats in typed_seats.items() if seats is not None}

    @property
    def rules(self) -> str | None:
        """The rule set chosen, None for the rules as they are."""
        return request.form.get("rules") or None


_UNREADABLE = -1


def _seats_typed(school: str) -> int | None:
    text = request.form.get(f"seats_{school}", "").strip().replace(".", "").replace(",", "")
    if not text:
        return None
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return int(text) if is_number and int(text) <= imagining.MOST_SEATS else _UNREADABLE


@blueprint.get("/<int:intake_id>/phuong-an")
def what_ifs(intake_id: int) -> Response:
    bench = imagining.workbench_of(actor=officer(), intake_id=intake_id)
    return staff_page(
        "office/what_ifs.html",
        bench=bench,
        words=words,
        state_tag=words.run_tag,
        rules_word=rules_word,
        is_rehearsal=bench.intake.is_rehearsal,
    )


@blueprint.route("/<int:intake_id>/phuong-an/moi", methods=["GET", "POST"])
@asks_again
def new_what_if(intake_id: int) -> ResponseReturnValue:
    zone = request.args.get("tuyen") or None
    bench = imagining.workbench_of(actor=officer(), intake_id=intake_id, zone=zone)
    if zone is None and not bench.leads:
        raise NotFound
    form = WhatIfForm(request.form).look_at(bench)
    problems: dict[str, str] = {}
    if form.is_good():
        try:
            asked = imagining.ask_what_if(
                actor=officer(),
                intake_id=intake_id,
                zone=zone,
                seats=form.seats,
                rules=form.rules,
            )
        except imagining.NothingImagined:
            problems = {PAGE: _("Nothing differs yet: change seats or rules")}
        else:
            address = url_for("office.what_if", intake_id=intake_id, what_if_id=asked)
            return redirect(address, code=303)
    return staff_page(
        "office/new_what_if.html",
        bench=bench,
        rule_sets=[(name, rules_word(name)) for name in PRESETS if name != bench.intake.rules_name],
        values=typed({}),
        problems=problems or form.problems(),
        words=words,
        is_rehearsal=bench.intake.is_rehearsal,
    )


@blueprint.get("/<int:intake_id>/phuong-an/<int:what_if_id>")
def what_if(intake_id: int, what_if_id: int) -> Response:
    page = imagining.what_if_page(
        actor=officer(),
        intake_id=intake_id,
        what_if_id=what_if_id,
        after=request.args.get("after", ""),
    )
    response = staff_page(
        "office/what_if.html",
        page=page,
        asked=page.what_if,
        rows=_total_rows(page.what_if),
        change_tag=change_tag,
        state_tag=words.run_tag,
        rules_word=rules_word,
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )
    if not page.what_if.is_done:
        response.headers["Refresh"] = "5"  # the page says that it looks again by itself
    return response


def rules_word(name: str) -> str:
    """Return what a preset of rules is called."""
    return {
        "hanoi-2018": _("Four groups by permanent and current residence"),
        "residence-2026": _("Place of residence, permanent or temporary"),
        "nearest-school": _("Nearest school first"),
        "lottery-only": _("Lottery only"),
    }.get(name, name)


def change_tag(line: ChangeLine) -> tuple[str, str]:
    """Return the kind of tag and the words of a child's change."""
    if line.school_before is None:
        return ("good", _("gains a wish"))
    if line.school_after is None:
        return ("bad", _("loses every wish"))
    if (line.rank_after or 0) < (line.rank_before or 0):
        return ("good", _("a higher wish"))
    return ("care", _("a lower wish"))


def _total_rows(asked: WhatIf) -> list[tuple[str, int, int]]:
    before, after = asked.totals_before, asked.totals_after
    if before is None or after is None:
        return []
    names: Mapping[str, str] = {
        "seats": _("Seats"),
        "in_zone": _("Children of the zone"),
        "seated": _("With one of their wishes"),
        "first_wish": _("First wish"),
        "unplaced": _("Without any of their wishes"),
        "outside": _("Children from outside"),
    }
    return [(word, before[name], after[name]) for name, word in names.items()]
