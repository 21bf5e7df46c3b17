"""What the document says, so that its page says it in both languages: the document itself is in
English. A test holds this list against the document.
"""

from enrol.web.locale import gettext as _


def said() -> tuple[str, ...]:
    """Return every text of the document, in the language of the request."""
    return (
        _("The intake calendar"),
        _(
            "The announced intakes in which the unit of the token takes part. Every token may"
            " read it."
        ),
        _("One intake"),
        _("The same for one intake. Every token may read it."),
        _("Schools and seats"),
        _("The unit's schools that offer seats in the intake. Every token may read it."),
        _("Live figures"),
        _("Figures by zone and school. Needs the right `counters`."),
        _("Placements of a school"),
        _(
            "Who has a seat, by registration code, once results are published; the final ones as"
            " soon as there are final ones. Needs the right `placements`."
        ),
        _("Class list of a school"),
        _(
            "The same children with their names: personal data, which must not be kept in a cache."
            " Every reading stands in the journal of the office. Needs the right `names`."
        ),
        _("The decision package"),
        _(
            "The published bundle and the program that checks it, as a pair. Needs the right"
            " `bundle`."
        ),
        _("A file of the decision package"),
        _(
            "Byte for byte as anybody may check it; parts may be asked for (`Range`). Needs the"
            " right `bundle`."
        ),
        *_said_of_fields(),
    )


def _said_of_fields() -> tuple[str, ...]:
    return (
        _("Begin after this code; take it from `next`, do not make it up."),
        _("At most so many entries."),
        _("Address of the next page; null on the last one."),
        _("The first instant after the window."),
        _("The day of the value that decides the draw."),
        _("Merkle root of the frozen list, 64 hex digits; null before."),
        _("Code of the ward."),
        _("Code of the zone."),
        _("Registration code."),
        _("1 is the first."),
        _("Null until the school has put the child into a class."),
        _("Lottery number, 64 hex digits."),
        _("The wish that was granted; null after re-routing."),
        _("1: within the zone. 2: over all zones."),
        _("Place in the list by given name, middle names, family name."),
        _("Of the whole intake."),
        _("Registrations by zone, for the zones of the unit's schools."),
        _("First wishes by school of the unit."),
        _("In bytes."),
        _("64 hex digits."),
        _("Where to download it."),
    )
