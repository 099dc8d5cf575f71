"""Records keep their bytes and know their line, quotes or not."""

import csv
import io
import time

from hypothesis import given
from hypothesis import strategies as st

from tarn.rows.delimited import records, select


def test_plain_lines() -> None:
    found = list(records([b"a,b\n", b"1,2\n", b"3,4"]))
    assert [(r.line, r.count, r.complete) for r in found] == [
        (1, 2, True),
        (2, 2, True),
        (3, 2, False),
    ]


def test_a_field_over_lines() -> None:
    found = list(records([b"a,b\n", b'1,"x\n', b'y, z"\n', b"3,4\n"]))
    assert [(r.line, r.count) for r in found] == [(1, 2), (2, 2), (4, 2)]
    assert found[1].fields() == ["1", "x\ny, z"]


def test_a_quote_never_closed() -> None:
    found = list(records([b"a,b\n", b'1,"x\n', b"3,4\n"]))
    assert [(r.line, r.complete) for r in found] == [(1, True), (2, False)]


def test_a_quote_never_closed_is_read_once() -> None:
    lines = [b"a,b\n", b'1,"x\n', *[b"1,2,3,4,5,6,7,8,9,10\n"] * 100_000]
    before = time.process_time()
    assert [r.line for r in records(lines)] == [1, 2]
    assert time.process_time() - before < 2.0  # 0.03; minutes where each line looks at all of them


def test_select() -> None:
    lines = [b"1,3,x\n", b"1,31,x\n", b'"1","3","a\n', b'b"\n', b"13,3,x\n", b"1\n", b"\n"]
    assert list(select(lines, {0: "1", 1: "3"})) == [b"1,3,x\n", b'"1","3","a\nb"\n']
    assert list(select([b"a,1\n", b"b,2\r\n", b"c,2"], {1: "2"})) == [b"b,2\r\n", b"c,2"]


FIELD = st.text(alphabet='ab ,"\n', max_size=5)


@given(st.lists(st.lists(FIELD, min_size=2, max_size=4), min_size=1, max_size=8))
def test_agrees_with_csv(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    data = out.getvalue().encode()
    found = list(records(io.BytesIO(data)))
    assert [record.fields() for record in found] == rows
    assert [record.count for record in found] == [len(row) for row in rows]
    assert b"".join(record.raw for record in found) == data
