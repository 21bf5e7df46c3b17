import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core import tables

HEADER = ("code", "school")
fields = st.text(st.sampled_from('ab ,"ệ;'), max_size=5)


def test_a_table_is_plain_text_that_quotes_only_where_needed():
    data = tables.write_table(header=HEADER, rows=[("AR1", "TH01"), ("AR2", 'Chu Văn An, "A"')])

    assert data == 'code,school\nAR1,TH01\nAR2,"Chu Văn An, ""A"""\n'.encode()


@given(st.lists(st.tuples(fields, fields), max_size=5))
def test_a_table_survives_writing_and_reading(rows):
    data = tables.write_table(header=HEADER, rows=rows)

    assert tables.read_table(data, header=HEADER) == rows
    assert list(map(tuple, csv.reader(io.StringIO(data.decode(), newline="")))) == [HEADER, *rows]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "last line"),
        (b"code,school", "last line"),
        (b"code\n", "line 1"),
        (b"school,code\n", "line 1"),
        (b"code,school\nAR1\n", "line 2"),
        (b"code,school\nAR1,x,y\n", "line 2"),
        (b'code,school\nAR1,"x"\n', "line 2"),
        (b'code,school\nAR1,"x\n', "line 2"),
        (b'code,school\nAR1,"x"y"\n', "line 2"),
        (b'code,school\nAR1,x"\n', "line 2"),
        (b"code,school\r\nAR1,x\n", "line 1"),
        (b"code,school\nAR1,x\r\n", "line break"),
        (b"code,school\n\xff,x\n", "decode"),
    ],
)
def test_a_table_spelled_in_another_way_is_refused(data, line):
    with pytest.raises(ValueError, match=line):
        tables.read_table(data, header=HEADER)


def test_what_cannot_be_a_row_is_not_written():
    with pytest.raises(ValueError, match="line break"):
        tables.write_table(header=HEADER, rows=[("a\nb", "c")])
    with pytest.raises(ValueError, match="2 headings"):
        tables.write_table(header=HEADER, rows=[("a",)])
