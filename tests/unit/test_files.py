"""The file contract: other programs build on these bytes, statuses and messages."""

import errno
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.cli import files as commands
from enrol.cli.contest_files import place, read_contest
from enrol.core.lottery import draw_key, number

SCHOOLS = "school,seats\nA,1\nB,1\n"
WISHES = "child,rank,school,band\nC1,1,A,1\nC2,1,A,1\nC2,2,B,1\nC3,1,A,2\nC3,2,B,2\n"
LOTTERY = "child,number\nC1,0a\nC2,0b\nC3,01\nC4,00\n"


class Desk:
    """A directory with the three files, and the command run on them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.out = directory / "P.csv"
        self.write(S=SCHOOLS, W=WISHES, L=LOTTERY)

    def write(self, **tables: str | bytes) -> None:
        for name, content in tables.items():
            data = content if isinstance(content, bytes) else content.encode()
            (self.directory / f"{name}.csv").write_bytes(data)

    def allocate(self, out: Path | None = None) -> Result:
        named = {"schools": "S", "wishes": "W", "lottery": "L"}
        paths = [f"--{option}={self.directory / name}.csv" for option, name in named.items()]
        return CliRunner().invoke(commands.allocate, [*paths, f"--out={out or self.out}"])

    def faults(self) -> list[str]:
        """Return what is wrong as ``FILE:LINE: reason``; nothing else may have happened."""
        result = self.allocate()
        assert (result.exit_code, result.stdout) == (2, "")
        assert not self.out.exists()
        return result.stderr.replace(f"{self.directory}{os.sep}", "").splitlines()


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_places_by_band_then_number_and_names_every_child(desk):
    result = desk.allocate()

    assert (result.exit_code, result.output) == (0, "")
    assert desk.out.read_bytes() == b"child,school\nC1,A\nC2,B\nC3,\nC4,\n"


def test_distance_counts_after_the_band_and_before_the_number(desk):
    desk.write(
        S="school,seats\nA,1\n",
        W="child,rank,school,band,distance_m\nC1,1,A,1,700\nC2,1,A,1,650\nC3,1,A,2,10\n",
    )

    assert desk.allocate().exit_code == 0
    assert desk.out.read_text() == "child,school\nC1,\nC2,A\nC3,\nC4,\n"


def test_decimal_numbers_have_their_decimal_order(desk):
    desk.write(
        S="school,seats\nA,1\n",
        W="child,rank,school,band\nC1,1,A,1\nC2,1,A,1\nC3,1,A,2\n",
        L="child,number\nC1,100\nC2,99\nC3,-7\nC4,0\n",
    )

    assert desk.allocate().exit_code == 0
    assert desk.out.read_text() == "child,school\nC1,\nC2,A\nC3,\nC4,\n"


def test_equal_numbers_are_settled_by_the_child(desk):
    desk.write(
        S="school,seats\nA,1\n",
        W="child,rank,school,band\nC2,1,A,1\nC1,1,A,1\nC3,1,A,1\n",
        L="child,number\nC2,5\nC1,5\nC3,5\n",
    )

    assert desk.allocate().exit_code == 0
    assert desk.out.read_text() == "child,school\nC1,A\nC2,\nC3,\n"


def test_rank_is_the_order_of_the_family_whatever_the_order_of_rows_and_may_have_gaps(desk):
    desk.write(W="child,rank,school,band\nC1,9,A,1\nC1,3,B,1\n", L="child,number\nC1,1\n")

    assert desk.allocate().exit_code == 0
    assert desk.out.read_text() == "child,school\nC1,B\n"


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 2**32))
def test_any_order_of_rows_and_columns_gives_the_same_bytes(tmp_path_factory, random, seed):
    directory = tmp_path_factory.mktemp("any_order")
    tables = big_tables(seed)
    expected = placed(directory, tables)
    for name, (heading, *rows) in tables.items():
        order = list(range(len(heading)))
        random.shuffle(order)
        random.shuffle(rows)
        tables[name] = [[row[at] for at in order] for row in (heading, *rows)]

    assert placed(directory, tables) == expected


def big_tables(seed: int) -> dict[str, list[list[str]]]:
    schools = [[f"S{at}", str((seed >> at) % 3)] for at in range(4)]
    children = [f"C{at}" for at in range(9)]
    wishes = [
        [child, str(rank), f"S{(at + rank * (seed % 3 + 1)) % 4}", str(1 + (seed >> at) % 2), "9"]
        for at, child in enumerate(children)
        for rank in (1, 2)
        if rank == 1 or (rank * (seed % 3 + 1)) % 4 != (seed % 3 + 1) % 4
    ]
    numbers = [[child, str((seed * (at + 7)) % 11)] for at, child in enumerate(children)]
    return {
        "S": [["school", "seats"], *schools],
        "W": [["child", "rank", "school", "band", "distance_m"], *wishes],
        "L": [["child", "number"], *numbers],
    }


def placed(directory: Path, tables: dict[str, list[list[str]]]) -> bytes:
    for name, rows in tables.items():
        (directory / f"{name}.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    paths = {"schools": "S", "wishes": "W", "lottery": "L"}
    read = read_contest(**{name: directory / f"{stem}.csv" for name, stem in paths.items()})
    assert read.faults == []
    return place(read)


@pytest.mark.parametrize(
    "spelled",
    [
        b"\xef\xbb\xbf" + SCHOOLS.encode(),
        SCHOOLS.replace("\n", "\r\n").encode(),
        SCHOOLS.rstrip("\n").encode(),
        SCHOOLS.replace("\n", "\n\n").encode(),
        b'"school","seats"\n"A","1"\nB , 1\n',
        b"seats,school\n1,B\n1,A\n",
    ],
    ids=["BOM", "CRLF", "no last LF", "blank lines", "quotes and spaces", "other order"],
)
def test_tolerates_what_cannot_be_misread(desk, spelled):
    desk.write(S=spelled)

    assert desk.allocate().exit_code == 0
    assert desk.out.read_text() == "child,school\nC1,A\nC2,B\nC3,\nC4,\n"


def test_keeps_codes_that_need_quotation_marks_and_vietnamese_letters(desk):
    desk.write(
        S='school,seats\n"Tiểu học ""A"", cơ sở 2",1\n',
        W='child,rank,school,band\nĐ1,1,"Tiểu học ""A"", cơ sở 2",1\n',
        L="child,number\nĐ1,1\n",
    )

    assert desk.allocate().exit_code == 0
    assert desk.out.read_text("utf-8") == 'child,school\nĐ1,"Tiểu học ""A"", cơ sở 2"\n'


def test_files_without_rows_are_a_contest_without_children(desk):
    desk.write(S="school,seats\n", W="child,rank,school,band\n", L="child,number\n")

    assert desk.allocate().exit_code == 0
    assert desk.out.read_bytes() == b"child,school\n"


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"S": ""}, "S.csv:1: the file is empty"),
        ({"S": b"\xef\xbb\xbf"}, "S.csv:1: the file is empty"),
        ({"S": "school\nA\nB\n"}, "S.csv:1: the column seats is missing"),
        ({"S": "school;seats\nA;1\n"}, "S.csv:1: the column school is missing"),
        ({"S": "school,seats,zone\nA,1,Z\n"}, "S.csv:1: unknown column 'zone'"),
        ({"S": "school,seats,seats\nA,1,1\n"}, "S.csv:1: the column seats stands twice"),
        ({"S": "school,seats\nA,-1\nB,1\n"}, "S.csv:2: seats must be a whole number from 0"),
        ({"S": "school,seats\nA,1.5\nB,1\n"}, "S.csv:2: seats must be a whole number from 0"),
        ({"S": "school,seats\nA,²\nB,1\n"}, "S.csv:2: seats must be a whole number from 0"),
        ({"S": "school,seats\nA,1\nB\n"}, "S.csv:3: 1 fields under 2 columns"),
        ({"S": "school,seats\nA,1\nB,1,\n"}, "S.csv:3: 3 fields under 2 columns"),
        ({"S": "school,seats\nA,1\nA,1\nB,1\n"}, "S.csv:3: school 'A' stands twice"),
        ({"S": "school,seats\nA,1\n,1\nB,1\n"}, "S.csv:3: school is missing"),
        ({"S": b"school,seats\nA,1\nB\xff,1\nB,1\n"}, "S.csv:3: not UTF-8"),
        ({"S": SCHOOLS.encode("utf-16")}, "S.csv:1: not UTF-8"),
        ({"S": SCHOOLS + "x" * 10_000_000}, "S.csv:4: a line of more than 65536 bytes"),
        ({"S": SCHOOLS + "x" * 10_000_000 + "\n,\n"}, "S.csv:5: school is missing"),
        ({"S": 'school,seats\nA,1\nB,1\n"C,1\n'}, "S.csv:4: a quotation mark without its partner"),
        ({"S": 'school,seats\nA,1\nB,1\n"C\nD",1\n'}, "S.csv:4: a quotation mark without"),
        ({"S": "school,seats\nA,1\nB,1\nC\0,1\n"}, "S.csv:4: a character that cannot be printed"),
        ({"W": WISHES + "C1,2,X,1\n"}, "W.csv:7: unknown school 'X'"),
        ({"W": WISHES + "C1,2,,1\n"}, "W.csv:7: unknown school ''"),
        ({"W": WISHES + "C1,1,B,1\n"}, "W.csv:7: a second wish of rank 1"),
        ({"W": WISHES + "C1,2,A,1\n"}, "W.csv:7: the school is wished twice, as 1 and as 2"),
        ({"W": WISHES + "C1,0,B,1\n"}, "W.csv:7: rank must be a whole number from 1, not '0'"),
        ({"W": WISHES + "C1,2,B,\n"}, "W.csv:7: band must be a whole number from 1, not ''"),
        ({"W": WISHES + "C1,2,B,one\n"}, "W.csv:7: band must be a whole number from 1"),
        ({"W": WISHES + "C9,1,B,1\n"}, "W.csv:7: child 'C9' has no lottery number"),
        ({"W": WISHES + ",1,B,1\n"}, "W.csv:7: child is missing"),
        ({"W": WISHES.replace(",band", ",distance_m")}, "W.csv:1: the column band is missing"),
        (
            {"W": "child,rank,school,band,distance_m\nC1,1,A,1,\n"},
            "W.csv:2: distance_m must be whole metres from 0, not ''",
        ),
        (
            {"W": "child,rank,school,band,distance_m\nC1,1,A,1,-3\n"},
            "W.csv:2: distance_m must be whole metres from 0, not '-3'",
        ),
        ({"L": LOTTERY + "C1,5\n"}, "L.csv:6: child 'C1' stands twice"),
        ({"L": LOTTERY + "C5,\n"}, "L.csv:6: number must be hexadecimal or whole, not ''"),
        ({"L": LOTTERY + "C5,0x1\n"}, "L.csv:6: number must be hexadecimal or whole"),
        ({"L": LOTTERY + "C5,1_0\n"}, "L.csv:6: number must be hexadecimal or whole"),
        ({"L": LOTTERY + ",5\n"}, "L.csv:6: child is missing"),
    ],
)
def test_names_the_bad_row_and_writes_nothing(desk, tables, expected):
    desk.write(**tables)

    assert any(fault.startswith(expected) for fault in desk.faults())


def test_names_every_bad_row_of_every_file_in_order(desk):
    desk.write(
        S="school,seats\nA,1\nB,-1\nC,x\n",
        W="child,rank,school,band\nC1,1,A,1\nC1,1,A,1\nC2,2,X,1\nC2,A,B\n",
        L="child,number\nC1,zz\nC2,1\n",
    )

    assert [fault.split(": ")[0] for fault in desk.faults()] == [
        "S.csv:3",
        "S.csv:4",
        "W.csv:2",
        "W.csv:3",
        "W.csv:4",
        "W.csv:5",
        "L.csv:2",
    ]


def test_a_file_that_is_not_there_is_named(desk):
    (desk.directory / "L.csv").unlink()

    assert "L.csv:1: cannot be read: No such file or directory" in desk.faults()


def test_a_message_shows_no_control_character_and_no_endless_field(desk):
    desk.write(S="school,seats\nA,1\nB,1\nC," + "9" * 5000 + "\n")

    (fault,) = desk.faults()
    assert len(fault) < 150


def test_an_older_result_stays_whole_until_the_new_one_is(desk):
    desk.out.write_text("older\n")
    desk.write(S="school,seats\nA,-1\n")
    assert desk.allocate().exit_code == 2
    assert desk.out.read_text() == "older\n"

    desk.write(S=SCHOOLS)
    assert desk.allocate().exit_code == 0
    assert desk.out.read_text().startswith("child,school\n")
    assert sorted(path.name for path in desk.directory.iterdir()) == [
        "L.csv",
        "P.csv",
        "S.csv",
        "W.csv",
    ]


def test_the_result_has_the_rights_of_any_new_file(desk):
    plain = desk.directory / "plain"
    plain.touch()

    desk.allocate()

    assert stat.S_IMODE(desk.out.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_refuses_to_write_over_what_it_reads(desk):
    result = desk.allocate(out=desk.directory / "W.csv")

    assert result.exit_code == 2
    assert (desk.directory / "W.csv").read_text() == WISHES


def test_says_when_the_result_cannot_be_written(desk):
    result = desk.allocate(out=desk.directory / "missing" / "P.csv")

    assert result.exit_code == 2
    assert "P.csv: cannot be written: No such file or directory" in result.stderr


def test_a_full_disk_leaves_nothing_behind(desk, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    assert desk.faults() == ["P.csv: cannot be written: No space left on device"]
    assert {path.name for path in desk.directory.iterdir()} == {"L.csv", "S.csv", "W.csv"}


def test_writes_to_a_pipe_without_replacing_it(desk):
    result = desk.allocate(out=Path(os.devnull))

    assert result.exit_code == 0
    assert Path(os.devnull).is_char_device()


SEED, LIST_HASH = "01" * 32, "ab" * 32


def draw(*codes: str, **options: str) -> Result:
    given_ = {"seed": SEED, "public-value": "12345", "list-hash": LIST_HASH, **options}
    named = [f"--{name}={value}" for name, value in given_.items()]
    return CliRunner().invoke(commands.lottery, [*named, "--", *codes])


def test_lottery_prints_the_number_of_every_code_sorted():
    key = draw_key(
        seed=bytes.fromhex(SEED), public_value="12345", list_hash=bytes.fromhex(LIST_HASH)
    )

    result = draw("R2", "R1", "R2")

    assert result.exit_code == 0
    assert result.stdout == "code,number\n" + "".join(
        f"{code},{number(key=key, code=code)}\n" for code in ("R1", "R2")
    )


def test_lottery_takes_the_public_value_in_one_spelling():
    composed, decomposed = "Giải nhất \u1ea5", "Giải nhất a\u0302\u0301"

    assert (
        draw("R1", **{"public-value": composed}).stdout
        == draw("R1", **{"public-value": decomposed}).stdout
    )


@pytest.mark.parametrize(
    "options",
    [{"seed": "01"}, {"seed": "zz" * 32}, {"list-hash": "ab" * 31}, {"public-value": ""}],
)
def test_lottery_refuses_values_of_another_shape(options):
    result = draw("R1", **options)

    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("codes", [(), ("",), ("R\n1",)])
def test_lottery_refuses_what_is_not_a_code(codes):
    assert draw(*codes).exit_code == 2
