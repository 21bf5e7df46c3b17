import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core import bundle, bundle_files, draw_file
from enrol.core.bundle import MEMBERS, MemberError, UnusableBundleError
from enrol.core.model import CutOff, Placement, Reserve, SeatPlan
from enrol.core.outcome import WaitingList
from enrol.core.priority import rules_hash
from enrol.core.results import Results, ZoneCutOff, ZoneWaiting
from tests.unit.core.bundles import (
    HANOI_2018,
    made_entries,
    made_members,
    made_plans,
    members_of,
)

words = st.text(st.characters(codec="utf-8", exclude_characters="\r\n;"), min_size=1, max_size=6)
counts = st.integers(0, 10**9)
zones = st.none() | words


def test_a_bundle_has_its_members_in_their_order():
    assert tuple(made_members()) == MEMBERS


def test_the_same_contents_give_the_same_bytes_in_any_order():
    members = made_members()
    entries, plans = made_entries(), made_plans()
    chance = random.Random(1)
    chance.shuffle(entries)
    chance.shuffle(plans)
    results = bundle.read(members).results
    shuffled = Results(
        *(
            tuple(chance.sample(part, len(part)))
            for part in (
                results.placements,
                results.cut_offs,
                results.waiting,
            )
        )
    )

    assert members_of(entries=entries, plans=plans, results=shuffled) == members


def test_reading_gives_back_what_was_built():
    found = bundle.read(made_members())

    assert found.intake == "HN-2026-L1"
    assert found.kind == "official"
    assert found.rules == HANOI_2018
    assert found.entries == made_entries()
    assert found.seat_plans == made_plans()
    assert len(found.results.placements) == len(found.entries)
    assert found.certificate["violation"] is None


def test_the_hashes_to_announce_are_the_digests_in_the_manifest():
    manifest = bundle.read_manifest(made_members())

    assert manifest.digests["rules.json"] == rules_hash(HANOI_2018)
    assert manifest.digests["seat_plans.csv"] == bundle.seat_plans_hash(made_plans())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("rules.json", b"{"),
        ("rules.json", b"[" * 100_000),
        ("draw.json", b"{}"),
        ("seat_plans.csv", b"zone,school,seats,reserves\nZ1,TH01,-1,\n"),
        ("seat_plans.csv", b"zone,school,seats,reserves\nZ1,TH01,05,\n"),
        ("entries.jsonl", b'{"code":1.5}\n'),
        ("placements.csv", b"code,school\n"),
        ("cutoffs.csv", b"stage,zone,school,band,number,admitted\n3,,TH01,1,ab,1\n"),
        ("waiting_lists.csv", b"stage,zone,school,place,code\n1,Z1,TH01,2,AR1\n"),
        ("certificate.json", b"[1.5]"),
        ("certificate.json", b'{"entries": 36}'),
    ],
)
def test_a_member_that_cannot_be_read_is_named(name, data):
    with pytest.raises(MemberError) as refused:
        bundle.read({**made_members(), name: data})

    assert refused.value.member == name


def test_a_missing_member_is_named():
    members = made_members()
    del members["draw.json"]

    with pytest.raises(MemberError, match=r"draw\.json"):
        bundle.read(members)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"format":"enrol-bundle/2","intake":"x","kind":"official","members":{}}',
    ],
)
def test_without_a_readable_manifest_it_is_no_bundle(data):
    with pytest.raises(UnusableBundleError):
        bundle.read_manifest({"manifest.json": data})
    with pytest.raises(UnusableBundleError):
        bundle.read_manifest({})


@given(
    st.lists(
        st.builds(
            SeatPlan,
            school=words,
            zone=words,
            seats=counts,
            reserves=st.lists(st.builds(Reserve, policy=words, seats=counts), max_size=2).map(
                tuple
            ),
        ),
        max_size=4,
    )
)
def test_seat_plans_survive_their_file(plans):
    found = bundle_files.read_seat_plans(bundle_files.write_seat_plans(plans))

    assert found == sorted(plans, key=lambda plan: (plan.zone, plan.school))


@given(
    st.lists(
        st.builds(
            Placement,
            code=words,
            school=st.none() | words,
            rank=st.none() | counts,
            band=counts,
            number=words,
            stage=counts,
        ),
        max_size=4,
        unique_by=lambda placement: placement.code,
    )
)
def test_placements_survive_their_file(placements):
    found = bundle_files.read_placements(bundle_files.write_placements(placements))

    assert found == sorted(placements, key=lambda placement: placement.code)


@given(
    st.lists(
        st.builds(
            ZoneCutOff,
            zones,
            st.builds(CutOff, school=words, band=counts, number=words, admitted=counts),
        ),
        max_size=4,
    ),
    st.lists(
        st.builds(
            ZoneWaiting,
            zones,
            st.builds(WaitingList, words, st.lists(words, min_size=1, max_size=3).map(tuple)),
        ),
        max_size=4,
        unique_by=lambda item: (item.zone, item.waiting.school),
    ),
)
@settings(max_examples=50)
def test_cut_offs_and_waiting_lists_survive_their_files(cut_offs, waiting):
    found_cut_offs = bundle_files.read_cut_offs(bundle_files.write_cut_offs(cut_offs))
    found_waiting = bundle_files.read_waiting(bundle_files.write_waiting(waiting))

    assert sorted(map(repr, found_cut_offs)) == sorted(map(repr, cut_offs))
    assert sorted(map(repr, found_waiting)) == sorted(map(repr, waiting))


@given(st.dictionaries(words, st.dictionaries(words, counts, min_size=1, max_size=3), max_size=3))
def test_distances_survive_their_file(found):
    distances = {code: sorted(schools.items()) for code, schools in found.items()}

    assert bundle_files.read_distances(bundle_files.write_distances(distances)) == distances


def test_a_draw_that_could_be_read_in_two_ways_is_refused():
    honest = bundle.read(made_members()).draw
    fields = {name: getattr(honest, name) for name in honest.__slots__}

    for wrong in (
        {"public_value": unicodedata.normalize("NFD", "Giải")},
        {"seed": "AB" * 32},
        {"list_hash": "ab"},
    ):
        with pytest.raises(ValueError):
            draw_file.Draw(**{**fields, **wrong})


def test_a_bundle_is_official_or_a_rehearsal():
    with pytest.raises(ValueError, match="official or rehearsal"):
        made_members(kind="trial")
