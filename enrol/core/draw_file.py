"""The draw as published: one spelling in ``draw.json``, and a strict reader for it."""

from dataclasses import dataclass
from datetime import date, datetime

from enrol.core.documents import flag_of, json_document, list_of, object_of, text_of
from enrol.core.sealing import Json, canonical_json, nfc

_HEX = frozenset("0123456789abcdef")
_DRAW_KEYS = frozenset(
    {
        "seed",
        "commitment",
        "public_value",
        "public_value_name",
        "public_value_name_en",
        "public_value_on",
        "list_hash",
        "frozen_at",
        "same_day",
        "renamed",
    }
)
_RENAMING_KEYS = frozenset({"name", "on", "new_name", "new_on", "reason"})


@dataclass(frozen=True, slots=True)
class Renaming:
    """A public value that did not appear, the one named in its place, and why."""

    name: str
    on: date
    new_name: str
    new_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Draw:
    """The draw as published; ``seed``, ``commitment`` and ``list_hash`` are 64 hex digits.

    ``public_value`` is in NFC: the bytes that were drawn with. ``frozen_at`` is the instant of the
    freezing with the offset of the office's time. ``renamed`` are the public values that did not
    appear, oldest first.
    """

    seed: str
    commitment: str
    public_value: str
    public_value_name: str
    public_value_name_en: str
    public_value_on: date
    list_hash: str
    frozen_at: datetime
    renamed: tuple[Renaming, ...] = ()

    @property
    def same_day(self) -> bool:
        """Say whether the value is of the day of freezing: two officers vouch for the order."""
        return self.frozen_at.date() == self.public_value_on

    def __post_init__(self) -> None:
        """Refuse a draw that another program could read in another way."""
        if not all(map(_is_hash, (self.seed, self.commitment, self.list_hash))):
            raise ValueError("seed, commitment and list hash must be 64 lower-case hex digits")
        if self.public_value != nfc(self.public_value):
            raise ValueError("the public value must be in NFC")
        if self.frozen_at.utcoffset() is None or self.frozen_at.microsecond:
            raise ValueError("the instant of freezing must be whole seconds with an offset")


def _is_hash(text: str) -> bool:
    return len(text) == 64 and set(text) <= _HEX


def write_draw(draw: Draw) -> bytes:
    """Return the draw as canonical JSON."""
    document: dict[str, Json] = {
        "seed": draw.seed,
        "commitment": draw.commitment,
        "public_value": draw.public_value,
        "public_value_name": draw.public_value_name,
        "public_value_name_en": draw.public_value_name_en,
        "public_value_on": draw.public_value_on.isoformat(),
        "list_hash": draw.list_hash,
        "frozen_at": draw.frozen_at.isoformat(),
        "same_day": draw.same_day,
        "renamed": [
            {
                "name": item.name,
                "on": item.on.isoformat(),
                "new_name": item.new_name,
                "new_on": item.new_on.isoformat(),
                "reason": item.reason,
            }
            for item in draw.renamed
        ],
    }
    return canonical_json(document)


def read_draw(data: bytes) -> Draw:
    """Return the draw that ``write_draw`` wrote."""
    fields = object_of(json_document(data), what="draw", keys=_DRAW_KEYS)
    plain = _DRAW_KEYS - {"same_day", "renamed"}
    texts = {name: text_of(fields[name], what=name) for name in plain}
    draw = Draw(
        public_value_on=date.fromisoformat(texts.pop("public_value_on")),
        frozen_at=datetime.fromisoformat(texts.pop("frozen_at")),
        renamed=tuple(_renaming(item) for item in list_of(fields["renamed"], what="renamed")),
        **texts,
    )
    if flag_of(fields["same_day"], what="same_day") != draw.same_day:
        raise ValueError("same_day does not fit the two dates")
    return draw


def _renaming(value: object) -> Renaming:
    fields = object_of(value, what="renamed", keys=_RENAMING_KEYS)
    texts = {name: text_of(fields[name], what=name) for name in _RENAMING_KEYS}
    return Renaming(
        name=texts["name"],
        on=date.fromisoformat(texts["on"]),
        new_name=texts["new_name"],
        new_on=date.fromisoformat(texts["new_on"]),
        reason=texts["reason"],
    )
