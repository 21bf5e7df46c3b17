"""What a result page and a school's list say, as plain values for a template: codes, no names."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from enrol.core.explanation import Reason
from enrol.core.model import Placement
from enrol.services.phones import spoken_phone
from enrol.services.reasons import granted
from enrol.store.intakes import IntakeRecord
from enrol.store.publications import Publication, SchoolCard
from enrol.store.ward_zones import WardZones

Wishes = Sequence[Mapping[str, object]]
"""Reasons as ``services.reasons`` gives them."""


def spoken_card(card: SchoolCard) -> dict[str, object]:
    """Return what is said of a school, its telephone as people read it."""
    return asdict(card) | {"phone": spoken_phone(card.phone) if card.phone else None}


@dataclass(frozen=True, slots=True)
class Edition:
    """What all pages of one publication have in common."""

    intake: IntakeRecord
    publication: Publication
    cards: Mapping[str, Mapping[str, object]]
    bands: Sequence[str]

    @property
    def name(self) -> str:
        """The edition's directory."""
        publication = self.publication
        return f"{publication.kind}-{publication.publication_id}-{publication.outcome_digest[:12]}"

    def card(self, school: str) -> Mapping[str, object]:
        """Return what is said of a school; one without seats here is named by its code."""
        known = self.cards.get(school)
        return known if known is not None else asdict(SchoolCard(school, school, "", "", None, 0))

    @property
    def _last_report(self) -> datetime | None:
        """The last second in which an error of fact can be reported; None for final results."""
        ends_at = self.publication.correction_ends_at
        return None if ends_at is None else ends_at - timedelta(seconds=1)

    @property
    def shared(self) -> dict[str, object]:
        """What every page shows."""
        return {
            "intake": {
                "name": self.intake.name,
                "name_en": self.intake.name_en,
                "is_rehearsal": self.intake.is_rehearsal,
            },
            "kind": self.publication.kind,
            "published_at": self.publication.published_at,
            "last_day": self.publication.objections_until - timedelta(seconds=1),
            "last_report": self._last_report,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one child ended and why: the reasons of its zone, and those of the second stage."""

    placement: Placement
    in_zone: bool
    wishes: Wishes
    leftover: Wishes


def letter(*, edition: Edition, standing: Standing, places: Mapping[str, int]) -> dict[str, object]:
    """Return the values of one result page; ``places`` are waiting-list places by school."""
    placement = standing.placement
    # A child from outside the zones is judged in the second stage only, by its own wishes.
    is_outside = bool(standing.leftover) and not standing.in_zone
    wishes = standing.leftover if is_outside else standing.wishes
    nearer = () if is_outside else standing.leftover
    got = granted(standing.leftover if placement.stage == 2 else standing.wishes)
    outcome = _outcome(standing)
    return {
        **edition.shared,
        "code": placement.code,
        "outcome": outcome,
        "school": None if placement.school is None else edition.card(placement.school),
        "rank": placement.rank,
        "band": placement.band,
        "band_name": edition.bands[placement.band - 1],
        "number": placement.number if got is None else _number(got, placement.number),
        "wishes": [_wish(edition, wish, places) for wish in wishes],
        "nearer": [
            _wish(edition, wish, {}) for wish in nearer if wish["reason"] != Reason.GRANTED.value
        ],
    }


def admitted(
    *, edition: Edition, school: str, placements: Sequence[Placement]
) -> dict[str, object]:
    """Return the values of a school's list of registration codes."""
    card = edition.card(school)
    return {
        **edition.shared,
        "school": card,
        "seats": card["seats"],
        "rows": [
            {"code": p.code, "rank": p.rank, "band": p.band, "number": p.number}
            for p in sorted(placements, key=lambda p: p.code)
        ],
    }


def ward_list(
    *, edition: Edition, ward: WardZones, schools: Mapping[str, Sequence[Placement]]
) -> dict[str, object]:
    """Return the values of a ward's page: its schools, each with the codes admitted to it."""
    return {
        **edition.shared,
        "ward": {"name": ward.name, "name_en": ward.name_en},
        "schools": [
            {"card": edition.card(school), "codes": sorted(p.code for p in held)}
            for school, held in schools.items()
        ],
    }


def _outcome(standing: Standing) -> str:
    placement = standing.placement
    if placement.school is None:
        return "unplaced" if standing.in_zone else "waiting"
    return "rerouted" if placement.rank is None else "seat"


def _number(wish: Mapping[str, object], default: str) -> str:
    own = wish["own"]
    return str(own["number"]) if isinstance(own, dict) else default


def _wish(
    edition: Edition, wish: Mapping[str, object], places: Mapping[str, int]
) -> dict[str, object]:
    school = str(wish["school"])
    return {**wish, "school": edition.card(school), "place": places.get(school)}
