"""docs/draw.md and docs/draw.vi.md cannot drift: every table, hash and file is computed again."""

import functools
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner

from enrol.cli import files as commands
from enrol.cli import verifier
from enrol.core import bundle, sealing
from enrol.core.codes import is_rehearsal_code
from enrol.core.priority import rules_hash
from enrol.core.verification import Announced, verify
from tests.unit import forgeries
from tests.unit.core import bundles
from tests.unit.worked_blocks import PROVED, expected
from tests.unit.worked_city import (
    DOCS,
    DOCUMENTS,
    FILES,
    MARK,
    ZONE,
    Block,
    blocks_of,
    city_of,
    sent_by_families,
)
from tests.unit.worked_files import CONTESTS, files_of, rewritten

SENT = sent_by_families()
TEXTS = {name: (DOCS / name).read_text(encoding="utf-8") for name in DOCUMENTS}
CITY = city_of(blocks_of(TEXTS["draw.md"]), sent=SENT)
HEX = re.compile(r"(?<![0-9a-zA-Z+])[0-9a-f]{8,}(?![0-9a-zA-Z])")


INPUTS = ("schools", "children", "facts", "distances", "draw")


@functools.cache
def right_blocks(*inputs: tuple[tuple[str, ...], ...]) -> dict[str, Block]:
    stated = dict(zip(INPUTS, inputs, strict=True))
    tampering = [(name, key) for name, (key, _) in forgeries.FORGERIES.items()]
    return {**expected(city_of(stated, sent=SENT)), "tampering": tampering}


def drifted(document: str) -> list[str]:
    """Return the blocks that are not what the document's own inputs lead to."""
    blocks = blocks_of(document)
    try:
        right = right_blocks(*(tuple(blocks[name]) for name in INPUTS))
    except (ValueError, KeyError) as error:  # an input that no city can have
        return [f"{type(error).__name__}: {error}"]
    return [
        *sorted(set(blocks) ^ set(right)),
        *(name for name in right if not _same(blocks.get(name, []), right[name])),
    ]


def _same(stated, right) -> bool:
    if isinstance(right, str) or isinstance(stated, str):
        return stated == right
    shortened = [row[: len(other)] for row, other in zip(stated, right, strict=False)]
    return len(stated) == len(right) and shortened == right


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_table_is_what_the_rules_make_of_the_inputs(name):
    assert drifted(TEXTS[name]) == []


def test_both_languages_tell_of_the_same_city_in_the_same_sections():
    english, vietnamese = (blocks_of(TEXTS[name]) for name in DOCUMENTS)
    sections = [re.findall(r"^(#+) ([\d.]*)", TEXTS[name], re.MULTILINE) for name in DOCUMENTS]

    assert city_of(vietnamese, sent=SENT) == city_of(english, sent=SENT)
    assert list(vietnamese) == list(english)
    assert sections[0] == sections[1]


def changed_digits(document: str) -> list[tuple[str, str]]:
    """Return the document with one digit changed, once for every row of every block."""
    found = []
    for match in MARK.finditer(document):
        body = match.start(2)
        lines = match[2].splitlines(keepends=True)
        skipped = 2 if lines[0].startswith("|") else 1
        place = body + sum(map(len, lines[:skipped]))
        for at, line in enumerate(lines[skipped:]):
            digits = list(re.finditer(r"\d", line)) if match[1] != "tampering" else []
            if digits:
                digit = digits[at * 7 % len(digits)]
                spot = place + digit.start()
                other = str((int(digit[0]) + 1) % 10)
                found.append((match[1], document[:spot] + other + document[spot + 1 :]))
            place += len(line)
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_one_changed_digit_is_noticed_wherever_it_is(name):
    changes = changed_digits(TEXTS[name])

    assert len(changes) > 120
    assert [block for block, document in changes if not drifted(document)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_hash_in_the_prose_is_one_of_the_tables(name):
    known = [
        word
        for block in expected(CITY).values()
        for row in ([(block,)] if isinstance(block, str) else block)
        for cell in row
        for word in HEX.findall(cell)
    ]
    prose = HEX.findall(MARK.sub("", TEXTS[name]))

    assert [word for word in prose if not any(other.startswith(word) for other in known)] == []


def test_writing_the_tables_anew_changes_nothing():
    blocks = expected(CITY)

    assert {name: rewritten(text, blocks) for name, text in TEXTS.items()} == TEXTS


def test_the_files_are_those_of_the_document():
    files = files_of(CITY)
    inputs = {"submissions.jsonl", "recompute.py"}
    there = {str(path.relative_to(FILES)) for path in FILES.rglob("*") if path.is_file()}

    assert {name for name in there if "__pycache__" not in name} == {*files, *inputs}
    assert {name: (FILES / name).read_bytes() for name in files} == files
    lines = (FILES / "submissions.jsonl").read_bytes().splitlines()
    assert lines == [sealing.canonical_json(line) for line in SENT.values()]


@pytest.mark.parametrize("folder", CONTESTS)
def test_the_allocation_of_files_gives_exactly_the_bytes_of_each_stage(folder, tmp_path):
    given = [f"--{name}={FILES / folder / name}.csv" for name in ("schools", "wishes", "lottery")]

    result = CliRunner().invoke(commands.allocate, [*given, f"--out={tmp_path / 'P.csv'}"])

    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "P.csv").read_bytes() == (FILES / folder / "placements.csv").read_bytes()


def test_the_lottery_command_gives_the_numbers_of_the_city():
    draw = CITY.draw
    options = [f"--seed={draw.seed}", f"--public-value={draw.public_value}"]
    families = {entry.family for entry in CITY.entries}

    result = CliRunner().invoke(
        commands.lottery, [*options, f"--list-hash={draw.list_hash}", *families]
    )

    numbers = dict(expected(CITY)["full-numbers"])
    rows = {f"{e.family},{numbers[CITY.names[e.code]]}" for e in CITY.entries}
    assert result.output.splitlines() == ["code,number", *sorted(rows)]


def test_the_bundle_verifies_as_the_document_says(tmp_path, capsys):
    path = tmp_path / "B.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in bundle.MEMBERS:
            archive.write(FILES / "bundle" / name, name)
    digests = dict(expected(CITY)["digests"])
    announced = [
        f"--commitment={CITY.draw.commitment}",
        f"--list-hash={CITY.draw.list_hash}",
        f"--rules-hash={digests['rules_hash']}",
        f"--seat-plans-hash={digests['seat_plans_hash']}",
        f"--distances-hash={digests['distances_hash']}",
        f"--public-value= {CITY.draw.public_value} ",
    ]

    assert verifier.main([str(path), *announced]) == 0
    assert CITY.draw.public_value in capsys.readouterr().out


@pytest.mark.parametrize("name", forgeries.FORGERIES)
def test_each_forgery_is_found_as_the_document_says(name):
    key, members = forgeries.FORGERIES[name]
    forged = members(CITY)
    first = next((line.key for line in verify(forged).differences), None)
    if not name.startswith("all-"):
        assert first == key
        return
    announced = Announced(
        commitment=CITY.draw.commitment,
        list_hash=CITY.draw.list_hash,
        rules_hash=rules_hash(CITY.rules),
        seat_plans_hash=bundle.seat_plans_hash(CITY.plans),
        distances_hash=bundle.distances_hash(CITY.table),
        public_value=CITY.draw.public_value,
    )
    found = {line.key for line in verify(forged, announced=announced).differences}
    assert forged != CITY.members
    assert (first, found) == (None, {key} - {"–"})


def recomputed(directory) -> tuple[int, bytes]:
    done = subprocess.run(
        [sys.executable, "-I", str(FILES / "recompute.py"), str(directory)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("case", ["example", "hanoi", "per-school"])
def test_a_second_program_written_from_the_document_agrees(case, tmp_path):
    rules = bundles.PER_SCHOOL if case == "per-school" else bundles.HANOI_2018
    members = CITY.members if case == "example" else bundles.made_members(rules=rules)
    for name, data in members.items():
        (tmp_path / name).write_bytes(data)

    assert recomputed(tmp_path) == (0, members["placements.csv"])


def test_the_second_program_refuses_another_list(tmp_path):
    shutil.copytree(FILES / "bundle", tmp_path / "bundle")
    entries = tmp_path / "bundle" / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"TH02":900', b'"TH02":800'))

    assert recomputed(tmp_path / "bundle") == (1, b"")


def test_the_story_around_the_tables_is_true():
    blocks = expected(CITY)
    ended = {name: (school, wish, stage) for name, school, wish, stage in blocks["result"]}
    places = {name: int(place) for place, name, *_ in blocks["numbers"]}
    last_rounds = {school: kept for _, school, _, _, kept, _ in blocks["rounds"]}
    seated = {name: school for name, (school, _, stage) in ended.items() if stage == "1"}

    assert {n: s for s, kept in last_rounds.items() for n in kept.split(", ")} == seated
    assert places["Dũng"] == 1
    assert (places["Hà"], places["Hải"]) == (8, 9)
    assert ended["Khánh"] == ("TH03", "–", "2")
    assert places["Nga"] < places["Minh"]
    assert ended["Minh"][0] == "–"
    assert CITY.computed.zones[ZONE].leftover == (CITY.by_name("Khánh").code,)
    assert all(is_rehearsal_code(entry.code) for entry in CITY.entries)
    cities = {
        row[0]: dict(zip(CITY.names.values(), row[1:], strict=True)) for row in blocks["variants"]
    }
    assert (cities["reserve"]["Khánh"], cities["reserve"]["Chi"]) == ("TH02", "TH03")
    assert (cities["sibling"]["Hà"], cities["sibling"]["Hải"]) == ("TH01", "TH01")
    assert (cities["own-numbers"]["Hà"], cities["own-numbers"]["Hải"]) == ("TH01", "TH02")


def test_the_proof_in_the_document_leads_to_the_list_hash():
    leaf = sealing.entry_bytes(CITY.by_name(PROVED))
    tree = {(level, at): bytes.fromhex(node) for level, at, node in expected(CITY)["tree"]}
    proof = [bytes.fromhex(node) for _, node in expected(CITY)["proof"]]

    assert sealing.verify_inclusion(root=tree["4", "0"], leaf=leaf, index=2, size=9, proof=proof)
    assert proof == [tree["0", "3"], tree["1", "0"], tree["2", "1"], tree["3", "1"]]
    assert CITY.draw.list_hash == tree["4", "0"].hex()
