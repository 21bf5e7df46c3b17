"""The pages of one zone's results: read in one transaction, rendered without one.

Every family's page in both languages, the list of codes of each school, and the page of the zone's
ward; made from what is stored alone, so a repetition gives the same bytes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from enrol.core.explanation import explain_zone
from enrol.core.model import Placement
from enrol.core.priority import is_in_zone
from enrol.services.letters import Edition, Standing, admitted, letter, spoken_card, ward_list
from enrol.services.orders import Order, order_of
from enrol.services.ports import PageRenderer, RenderedPage, Secrets
from enrol.services.reasons import wish_values
from enrol.services.refusals import NotFound
from enrol.store import (
    intakes,
    placements,
    publications,
    run_inputs,
    runs,
    ward_zones,
    zone_results,
)
from enrol.store.db import Transaction
from enrol.store.runs import Run
from enrol.store.ward_zones import WardZones
from enrol.store.zone_results import Leftover

LANGUAGES = ("vi", "en")
ABOUT = "about.json"
"""Says which intake an edition is of, for whoever serves it."""


@dataclass(frozen=True, slots=True)
class ZonePages:
    """What the pages of one zone are made of."""

    run: Run
    edition: Edition
    order: Order
    first: Sequence[Placement]
    leftovers: dict[str, Leftover]
    admitted: dict[str, list[Placement]]
    places: dict[str, dict[str, int]]
    ward: WardZones
    ward_schools: dict[str, list[Placement]]


def result_path(*, token: str, language: str) -> str:
    """Return where a result page lies below its edition."""
    return f"{token[:2]}/{token}.{language}.html"


def read_zone(tx: Transaction, *, run_id: int) -> ZonePages:
    """Return what a zone's pages say. Raises NotFound for an unknown run or an intake that is not
    published.
    """
    run = runs.run_of(tx, run_id=run_id)
    if run is None or run.intake_zone_id is None:
        raise NotFound
    intake = intakes.intake_of(tx, intake_id=run.intake_id)
    publication = publications.publication_of(tx, intake_id=run.intake_id, kind=run.outcome)
    if intake is None or publication is None:
        raise NotFound
    order = order_of(tx, run=run)
    cards = publications.school_cards(tx, intake_id=run.intake_id)
    edition = Edition(
        intake=intake,
        publication=publication,
        cards={code: spoken_card(card) for code, card in cards.items()},
        bands=[band.name for band in order.rules.bands],
    )
    draw_id, zone_id, outcome = run.draw_id, run.intake_zone_id, run.outcome
    ward = ward_zones.ward_of_zone(tx, intake_zone_id=run.intake_zone_id)
    return ZonePages(
        run=run,
        edition=edition,
        order=order,
        first=placements.placements_of(tx, run_id=run_id),
        leftovers=zone_results.leftovers(
            tx, draw_id=draw_id, intake_zone_id=zone_id, outcome=outcome
        ),
        admitted=zone_results.admitted(
            tx, draw_id=draw_id, intake_zone_id=zone_id, outcome=outcome
        ),
        places=zone_results.waiting_places_of(
            tx, draw_id=draw_id, intake_zone_id=zone_id, outcome=outcome
        ),
        ward=ward,
        ward_schools=_ward_schools(tx, ward, run=run),
    )


def pages_of(
    zone: ZonePages, *, renderer: PageRenderer, secrets: Secrets
) -> Iterator[RenderedPage]:
    """Yield the pages of a zone; each zone of a ward writes the same page of their ward."""
    yield RenderedPage(path=ABOUT, body=_about(zone.edition))
    for values, token in _letters(zone, secrets):
        yield from _in_both(
            renderer,
            template="public/result.html",
            values=values | {"address": f"/ket-qua/{token}"},
            path=f"{token[:2]}/{token}",
        )
    for school in zone.order.schools:
        values = admitted(
            edition=zone.edition, school=school.code, placements=zone.admitted.get(school.code, ())
        )
        yield from _in_both(
            renderer,
            template="public/admitted.html",
            values=values | {"address": f"/danh-sach/{school.code}"},
            path=f"lists/{school.code}",
        )
    yield from _in_both(
        renderer,
        template="public/admitted_of_ward.html",
        values=ward_list(edition=zone.edition, ward=zone.ward, schools=zone.ward_schools)
        | {"address": f"/danh-sach/phuong/{zone.ward.code}"},
        path=f"wards/{zone.ward.code}",
    )


def _in_both(
    renderer: PageRenderer, *, template: str, values: Mapping[str, object], path: str
) -> Iterator[RenderedPage]:
    for language in LANGUAGES:
        body = renderer.render(template=template, language=language, values=values)
        yield RenderedPage(path=f"{path}.{language}.html", body=body)


def _about(edition: Edition) -> bytes:
    publication = edition.publication
    about = {
        "intake": edition.intake.code,
        "is_rehearsal": edition.intake.is_rehearsal,
        "kind": publication.kind,
        "outcome_digest": publication.outcome_digest,
        "published_at": publication.published_at.isoformat(),
    }
    return json.dumps(about, sort_keys=True).encode() + b"\n"


def _ward_schools(tx: Transaction, ward: WardZones, *, run: Run) -> dict[str, list[Placement]]:
    schools: dict[str, list[Placement]] = {}
    for zone_id in ward.intake_zone_ids:
        held = zone_results.admitted(
            tx, draw_id=run.draw_id, intake_zone_id=zone_id, outcome=run.outcome
        )
        for school in run_inputs.zone_schools(tx, intake_zone_id=zone_id):
            schools[school.code] = held.get(school.code, [])
    return schools


def _letters(zone: ZonePages, secrets: Secrets) -> Iterator[tuple[dict[str, object], str]]:
    order = zone.order
    explained = explain_zone(
        entries=order.entries,
        seat_plans=order.plans,
        rules=order.rules,
        key=order.key,
        placements=zone.first,
    )
    for entry, placement, explanation in zip(order.entries, zone.first, explained, strict=True):
        token = secrets.result_token(code=entry.code)
        leftover = zone.leftovers.get(entry.code)
        standing = Standing(
            placement=leftover.placement if leftover else placement,
            in_zone=is_in_zone(facts=entry.facts, rules=order.rules),
            wishes=[wish_values(wish) for wish in explanation.wishes],
            leftover=leftover.wishes if leftover else (),
        )
        yield (
            letter(
                edition=zone.edition,
                standing=standing,
                places=zone.places.get(entry.code, {}),
            ),
            token,
        )
