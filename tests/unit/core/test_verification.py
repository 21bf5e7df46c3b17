"""Every kind of byte in a bundle is changed once, and the verifier must name what it is about."""

import dataclasses
import json
import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core import bundle
from enrol.core.bundle import UnusableBundleError
from enrol.core.draw_file import Renaming
from enrol.core.lottery import commitment, draw_key
from enrol.core.priority import HANOI_2018, LOTTERY_ONLY, rules_hash
from enrol.core.results import Results, ZoneWaiting, compute
from enrol.core.sealing import canonical_json, list_hash
from enrol.core.verification import Announced, verify
from tests.unit.core.bundles import (
    PER_SCHOOL,
    PUBLIC_VALUE,
    SEED,
    changed,
    made_entries,
    made_members,
    made_plans,
    members_of,
    resealed,
)

EVERY_CHECK = [
    "members",
    "rules",
    "seat_plans",
    "commitment",
    "public_value",
    "entries",
    "list_hash",
    "distances",
    "numbers",
    "placements",
    "cut_offs",
    "waiting",
    "certificate",
]
MEMBERS = made_members()


def differences(members, **announced):
    report = verify(members, announced=Announced(**announced))
    assert report.holds == (not report.differences)
    return [line.key for line in report.differences]


def words(members, key):
    """Return the English words of a difference, checking that the Vietnamese ones are there."""
    lines = [line for line in verify(members).differences if line.key == key]
    assert lines, f"{key} is not among {differences(members)}"
    assert lines[0].vi != lines[0].en
    return lines[0].en


def published():
    return bundle.read(MEMBERS)


@pytest.mark.parametrize(
    "arguments",
    [{}, {"rules": PER_SCHOOL}, {"rules": LOTTERY_ONLY}, {"kind": "rehearsal", "prefix": "TT"}],
)
def test_an_honest_bundle_passes_every_check(arguments):
    report = verify(made_members(**arguments))

    assert [line.key for line in report.checked] == EVERY_CHECK
    assert report.holds


def test_an_empty_intake_is_a_bundle_too():
    assert differences(members_of(entries=[], plans=[])) == []


def test_the_values_of_the_announcement_are_compared():
    honest = {
        "commitment": commitment(SEED),
        "list_hash": list_hash(made_entries()).hex(),
        "rules_hash": rules_hash(HANOI_2018),
        "seat_plans_hash": bundle.seat_plans_hash(made_plans()),
    }

    assert differences(MEMBERS, **honest) == []
    for name in honest:
        assert differences(MEMBERS, **{**honest, name: "0" * 64}) == ["announced"]


@pytest.mark.parametrize("name", bundle.MEMBERS[1:])
def test_any_changed_byte_breaks_the_digest_of_its_file(name):
    members = {**MEMBERS, name: MEMBERS[name][:-2] + b"?" + MEMBERS[name][-1:]}

    first = verify(members).differences[0]

    assert first.key == "member_changed"
    assert name in first.en
    assert name in first.vi


@pytest.mark.parametrize("name", bundle.MEMBERS[1:])
def test_a_missing_file_is_named(name):
    members = {other: data for other, data in MEMBERS.items() if other != name}

    assert name in words(members, "member_missing")


def test_a_file_too_many_is_named():
    assert "extra.txt" in words({**MEMBERS, "extra.txt": b""}, "member_unknown")


def test_a_changed_intake_code_or_manifest_digest_is_seen():
    digest = bundle.read_manifest(MEMBERS).digests["draw.json"]

    assert "draw.json" in words(
        changed(MEMBERS, "manifest.json", digest, "0" * 64), "member_changed"
    )
    with pytest.raises(UnusableBundleError):
        verify(changed(MEMBERS, "manifest.json", "enrol-bundle/1", "enrol-bundle/9"))


def test_a_changed_seat_is_named_by_the_child_or_school_it_moves():
    members = resealed(changed(MEMBERS, "seat_plans.csv", "Z1,TH01,5,", "Z1,TH01,4,"))

    assert differences(members)[0] == "placement"
    assert re.search(r"AR\d{14}\w", words(members, "placement"))
    assert "TH01" in words(members, "violation")
    assert differences(members, seat_plans_hash=bundle.seat_plans_hash(made_plans()))[0] == (
        "announced"
    )


def test_a_reserve_that_was_moved_is_seen_in_the_announced_hash():
    members = resealed(changed(MEMBERS, "seat_plans.csv", "disability:1", "disability:2"))

    assert "announced" in differences(members, seat_plans_hash=bundle.seat_plans_hash(made_plans()))


def test_a_changed_fact_is_no_longer_the_frozen_list():
    entry = next(entry for entry in made_entries() if entry.facts.permanent_in_zone)
    line = next(x for x in MEMBERS["entries.jsonl"].decode().splitlines() if entry.code in x)
    forged = line.replace('"permanent_in_zone":true', '"permanent_in_zone":false')
    members = resealed(changed(MEMBERS, "entries.jsonl", line, forged))

    assert differences(members)[0] == "list_hash"
    assert entry.code in words(members, "placement")
    assert "band=" in words(members, "placement")


def test_a_changed_wish_is_no_longer_the_frozen_list():
    members = resealed(changed(MEMBERS, "entries.jsonl", '"wishes":["TH0', '"wishes":["TH9'))

    assert "Merkle" in words(members, "list_hash")


def test_a_changed_receipt_or_family_is_no_longer_the_frozen_list():
    hashed = changed(MEMBERS, "entries.jsonl", made_entries()[0].submission_hash, "0" * 64)
    related = changed(MEMBERS, "entries.jsonl", '"family":"AR2026', '"family":"AR2025')

    assert differences(resealed(hashed)) == ["list_hash"]
    assert differences(resealed(related))[:2] == ["list_hash", "number"]


def test_a_registration_taken_out_is_missed():
    lines = MEMBERS["entries.jsonl"].splitlines(keepends=True)
    members = resealed({**MEMBERS, "entries.jsonl": b"".join(lines[1:])})

    assert differences(members)[0] == "list_hash"
    assert made_entries()[0].code in words(members, "violation")


def test_a_registration_put_in_is_noticed():
    newcomer = json.loads(MEMBERS["entries.jsonl"].splitlines()[-1])
    newcomer["code"] = newcomer["family"] = "AR20260701999999Z"
    entries = MEMBERS["entries.jsonl"] + canonical_json(newcomer) + b"\n"
    members = resealed({**MEMBERS, "entries.jsonl": entries})

    assert differences(members)[0] == "list_hash"
    assert "AR20260701999999Z" in words(members, "violation")


@pytest.mark.parametrize("places", [(1, 0), (0, 0)])
def test_registrations_out_of_order_or_repeated_are_named(places):
    lines = MEMBERS["entries.jsonl"].splitlines(keepends=True)
    entries = b"".join([lines[places[0]], lines[places[1]], *lines[2:]])
    members = resealed({**MEMBERS, "entries.jsonl": entries})

    assert differences(members)[0] == "entries_order"
    assert "line 2" in words(members, "entries_order")


def test_an_entry_spelled_in_another_way_is_refused():
    members = resealed(changed(MEMBERS, "entries.jsonl", '"family":', '"family": '))

    assert "line 1: not in canonical form" in words(members, "unreadable")


def test_a_changed_number_is_named_with_its_registration():
    placement = published().results.placements[3]
    members = resealed(changed(MEMBERS, "placements.csv", placement.number, "0" * 64))

    assert differences(members)[0] == "number"
    assert placement.number in words(members, "number")
    assert re.search(r"AR\d{14}\w", words(members, "number"))


def test_a_changed_number_is_named_when_schools_draw_their_own():
    members = made_members(rules=PER_SCHOOL)
    placement = bundle.read(members).results.placements[0]
    forged = resealed(changed(members, "placements.csv", placement.number, "f" * 64))

    assert placement.code in words(forged, "number")


def test_another_seed_does_not_fit_the_commitment():
    members = resealed(changed(MEMBERS, "draw.json", SEED.hex(), "ff" * 32))

    assert differences(members)[:2] == ["commitment", "number"]
    assert SEED.hex() not in words(members, "commitment")


def test_another_commitment_does_not_fit_the_seed():
    members = resealed(changed(MEMBERS, "draw.json", commitment(SEED), "0" * 64))

    assert differences(members) == ["commitment"]


def test_another_seed_with_its_commitment_is_caught_by_the_announcement():
    forged = changed(MEMBERS, "draw.json", SEED.hex(), "ff" * 32)
    forged = changed(forged, "draw.json", commitment(SEED), commitment(b"\xff" * 32))

    assert differences(resealed(forged), commitment=commitment(SEED))[:2] == ["announced", "number"]


def test_another_public_value_gives_other_numbers():
    members = resealed(changed(MEMBERS, "draw.json", "48213", "48214"))

    assert differences(members)[0] == "number"
    assert made_entries()[0].code in words(members, "number")


def test_a_public_value_that_could_be_spelled_in_two_ways_is_refused():
    members = resealed(changed(MEMBERS, "draw.json", "Giải", unicodedata.normalize("NFD", "Giải")))

    assert "NFC" in words(members, "unreadable")


def test_an_empty_public_value_is_refused():
    members = resealed(changed(MEMBERS, "draw.json", PUBLIC_VALUE, ""))

    assert differences(members) == ["unreadable"]


def test_a_changed_placement_is_named_with_its_registration():
    placement = next(p for p in published().results.placements if p.school == "TH01")
    row = f"{placement.code},TH01,{placement.rank},"
    members = resealed(changed(MEMBERS, "placements.csv", row, f"{placement.code},,,"))

    assert differences(members) == ["placement", "violation"]
    assert placement.code in words(members, "placement")
    assert "school=TH01" in words(members, "placement")


@pytest.mark.parametrize(("field", "value"), [(2, "9"), (3, "9"), (5, "2")])
def test_a_changed_rank_band_or_stage_is_named_with_its_registration(field, value):
    placement = next(p for p in published().results.placements if p.rank == 1)
    row = next(
        line for line in MEMBERS["placements.csv"].decode().splitlines() if placement.code in line
    )
    fields = row.split(",")
    fields[field] = value
    members = resealed(changed(MEMBERS, "placements.csv", row, ",".join(fields)))

    assert placement.code in words(members, "placement")


def test_two_children_who_changed_seats_are_named():
    placed = [p for p in published().results.placements if p.stage == 1 and p.rank == 1]
    one = next(p for p in placed if p.school == "TH01")
    other = next(p for p in placed if p.school == "TH04")
    forged = changed(MEMBERS, "placements.csv", f"{one.code},TH01", f"{one.code},TH04")
    forged = changed(forged, "placements.csv", f"{other.code},TH04", f"{other.code},TH01")

    assert min(one.code, other.code) in words(resealed(forged), "placement")


@pytest.mark.parametrize("name", ["placements.csv", "cutoffs.csv"])
def test_a_line_said_twice_is_seen(name):
    lines = MEMBERS[name].splitlines(keepends=True)
    members = resealed({**MEMBERS, name: b"".join([*lines[:2], *lines[1:]])})

    assert differences(members)[0] in {"placement", "cut_off"}


def test_a_placement_taken_out_is_missed():
    lines = MEMBERS["placements.csv"].splitlines(keepends=True)
    members = resealed({**MEMBERS, "placements.csv": b"".join(lines[:-1])})

    assert made_entries()[-1].code in words(members, "placement")


def test_a_placement_of_nobody_is_noticed():
    members = resealed(
        {**MEMBERS, "placements.csv": MEMBERS["placements.csv"] + b"AR9,TH01,1,1,00,1\n"}
    )

    assert "AR9" in words(members, "placement")


@pytest.mark.parametrize("part", ["number", "admitted", "band"])
def test_a_changed_cut_off_is_named_with_its_school_and_band(part):
    first = published().results.cut_offs[0].cut_off
    row = f"{first.school},{first.band},{first.number},{first.admitted}"
    forged = {
        "number": dataclasses.replace(first, number="0" * 64),
        "admitted": dataclasses.replace(first, admitted=first.admitted + 1),
        "band": dataclasses.replace(first, band=9),
    }[part]
    new = f"{forged.school},{forged.band},{forged.number},{forged.admitted}"
    members = changed(MEMBERS, "cutoffs.csv", row, new)
    if part == "band":  # keeps the file in its order
        lines = members["cutoffs.csv"].decode().splitlines()
        members["cutoffs.csv"] = ("\n".join([lines[0], *sorted(lines[1:])]) + "\n").encode()

    found = words(resealed(members), "cut_off")

    assert "school=TH01 band=1" in found
    assert differences(resealed(members)) == ["cut_off"]


def test_a_changed_waiting_list_is_named_with_its_school_and_place():
    honest = published().results
    first = honest.waiting[0]
    turned = dataclasses.replace(first.waiting, codes=first.waiting.codes[::-1])
    results = Results(
        honest.placements,
        honest.cut_offs,
        (ZoneWaiting(first.zone, turned), *honest.waiting[1:]),
    )
    members = members_of(entries=made_entries(), results=results)

    assert differences(members) == ["waiting"]
    assert f"school={turned.school} place=1" in words(members, "waiting")


def test_changed_distances_of_the_second_stage_move_somebody():
    distances = MEMBERS["distances.csv"].replace(b"TH04,300", b"TH04,9900")
    members = resealed({**MEMBERS, "distances.csv": distances})

    assert differences(members)[:1] == ["placement"]
    assert "stage=2" in words(members, "placement")


def test_other_rules_are_caught_by_their_announced_hash_and_their_effect():
    members = resealed(
        changed(MEMBERS, "rules.json", '["permanent","current"]', '["current","permanent"]')
    )
    weaker = resealed(
        changed(
            MEMBERS, "rules.json", '"requires":["permanent","current"]', '"requires":["current"]'
        )
    )

    assert differences(members, rules_hash=rules_hash(HANOI_2018)) == ["announced"]
    assert "band=" in words(weaker, "placement")


def test_a_changed_certificate_is_named_by_its_line():
    members = resealed(changed(MEMBERS, "certificate.json", '"placed":', '"placed":1'))

    assert differences(members) == ["certificate"]
    assert "placed" in words(members, "certificate")


def test_a_certificate_spelled_in_another_way_is_refused():
    members = resealed(changed(MEMBERS, "certificate.json", '"placed":', '"placed": '))

    assert differences(members) == ["unreadable"]


def test_an_unjust_allocation_does_not_pass_even_with_a_certificate_that_admits_it():
    honest = published().results
    children = [p for p in honest.placements if p.school is None]
    first = dataclasses.replace(children[0], school="TH01")
    placements = tuple(first if p.code == first.code else p for p in honest.placements)
    members = members_of(
        entries=made_entries(),
        results=Results(placements, honest.cut_offs, honest.waiting),
    )

    assert json.loads(members["certificate.json"])["violation"] is not None
    assert differences(members) == ["placement", "violation"]


def test_the_kind_of_the_bundle_must_fit_its_codes():
    members = resealed(changed(MEMBERS, "manifest.json", '"official"', '"rehearsal"'))

    assert differences(members) == ["kind"]
    assert made_entries()[0].code in words(members, "kind")


def test_files_that_contradict_themselves_are_refused_in_words():
    lines = MEMBERS["seat_plans.csv"].splitlines(keepends=True)
    members = resealed({**MEMBERS, "seat_plans.csv": b"".join([*lines[:2], *lines[1:]])})

    assert "two seat plans" in words(members, "not_allocatable")


@pytest.mark.parametrize("name", ["seat_plans.csv", "placements.csv", "cutoffs.csv"])
def test_lines_in_another_order_are_not_the_one_form(name):
    lines = MEMBERS[name].splitlines(keepends=True)
    members = resealed({**MEMBERS, name: b"".join([lines[0], *lines[:0:-1]])})

    assert name in words(members, "not_canonical")


@pytest.mark.parametrize("name", ["rules.json", "draw.json", "certificate.json"])
def test_text_that_is_no_unicode_is_refused_without_a_crash(name):
    members = resealed({**MEMBERS, name: MEMBERS[name].replace(b":", b':"\\ud800",', 1)})
    surrogate = resealed(changed(MEMBERS, "rules.json", "hanoi-2018", "\\ud800"))

    assert name in words(members, "unreadable")
    assert "rules.json" in words(surrogate, "unreadable")


def test_no_control_character_of_the_file_reaches_the_words():
    members = resealed(changed(MEMBERS, "rules.json", "hanoi-2018", "\\u001b[2J"))
    lines = [line.en for line in verify(members).checked if line.key == "rules"]

    assert lines
    assert "\x1b" not in lines[0]


def test_the_second_stage_is_what_the_parts_give():
    entries = made_entries()
    key = draw_key(seed=SEED, public_value=PUBLIC_VALUE, list_hash=list_hash(entries))
    found = compute(
        entries=entries, seat_plans=made_plans(), distances={}, rules=HANOI_2018, key=key
    )
    left = {code for zone in found.zones.values() for code in (*zone.leftover, *zone.outside)}

    assert {placement.code for placement in found.leftovers.placements} == left
    assert [p.code for p in found.results.placements] == [entry.code for entry in entries]
    assert {p.code for p in found.results.placements if p.stage == 2} == left
    assert all(item.waiting.codes for item in found.results.waiting)


@given(st.sampled_from(bundle.MEMBERS), st.integers(0, 10**6), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_no_single_byte_can_be_changed_unseen(name, place, mask):
    data = bytearray(MEMBERS[name])
    data[place % len(data)] ^= mask

    try:
        report = verify({**MEMBERS, name: bytes(data)})
    except UnusableBundleError:
        assert name == "manifest.json"
    else:
        assert not report.holds or name == "manifest.json"
        if report.holds:  # only the intake's code is not computed from anything
            manifest = bundle.read_manifest({**MEMBERS, name: bytes(data)})
            assert manifest.intake != "HN-2026-L1"


@given(st.sampled_from(bundle.MEMBERS[1:]), st.data())
@settings(max_examples=60, deadline=None)
def test_no_bytes_of_a_forger_can_crash_the_verifier(name, data):
    honest = MEMBERS[name]
    start = data.draw(st.integers(0, len(honest)))
    end = data.draw(st.integers(start, min(len(honest), start + 20)))
    middle = data.draw(
        st.binary(max_size=12) | st.sampled_from([b"1e9", b"null", b"{}", b"-1", b","])
    )

    report = verify(resealed({**MEMBERS, name: honest[:start] + middle + honest[end:]}))

    assert report.checked


def test_a_value_of_the_day_of_freezing_is_said_aloud():
    draw = json.loads(MEMBERS["draw.json"])
    draw |= {"frozen_at": "2026-07-16T17:30:00+07:00", "same_day": True}
    report = verify(resealed({**MEMBERS, "draw.json": canonical_json(draw)}))

    assert report.holds
    [said] = [line for line in report.checked if line.key == "same_day"]
    assert "2026-07-16 17:30:00+07:00" in said.en


def test_a_value_older_than_the_list_is_a_difference():
    draw = json.loads(MEMBERS["draw.json"]) | {"frozen_at": "2026-07-17T00:00:00+07:00"}

    assert differences(resealed({**MEMBERS, "draw.json": canonical_json(draw)})) == ["too_early"]


def test_a_same_day_that_does_not_fit_the_dates_is_refused():
    draw = json.loads(MEMBERS["draw.json"]) | {"same_day": True}

    assert "same_day" in words(
        resealed({**MEMBERS, "draw.json": canonical_json(draw)}), "unreadable"
    )


def renamed_to(name: str, on: date) -> dict[str, bytes]:
    first = Renaming("Xổ số", date(2026, 7, 15), "Xổ số khác", date(2026, 7, 17), "bão")
    last = Renaming("Xổ số khác", date(2026, 7, 17), name, on, "lũ")
    return members_of(entries=made_entries(), renamed=(first, last))


def test_every_replaced_public_value_is_told():
    report = verify(renamed_to("Xổ số Thủ đô, giải đặc biệt", date(2026, 7, 16)))

    assert [line.key for line in report.checked].count("renamed") == 2
    assert "bão" in "".join(line.vi for line in report.checked)


@pytest.mark.parametrize(
    ("name", "on"),
    [("Khác", date(2026, 7, 16)), ("Xổ số Thủ đô, giải đặc biệt", date(2026, 7, 18))],
)
def test_replacements_must_lead_to_the_value_that_was_used(name, on):
    assert differences(renamed_to(name, on)) == ["renamed"]


@pytest.mark.parametrize("spelled", [" Giải đặc  biệt: 48213 ", "Giải đặc biệt: 48214"])
def test_the_public_value_from_the_newspaper_is_compared(spelled):
    found = differences(MEMBERS, public_value=unicodedata.normalize("NFD", spelled))

    assert found == ([] if "48213" in spelled else ["announced"])


def test_other_distances_are_caught_by_their_announced_hash():
    table = bundle.read(MEMBERS).distances

    assert differences(MEMBERS, distances_hash=bundle.distances_hash(table)) == []
    assert differences(MEMBERS, distances_hash="0" * 64) == ["announced"]
