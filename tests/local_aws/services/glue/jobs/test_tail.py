from pathlib import Path

from local_aws.services.glue.jobs.tail import Tail


def test_whole_lines_as_they_come_and_the_rest_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "log"
    lines: list[str] = []
    tail = Tail(file, lines.extend)
    tail.pump()
    with file.open("wb") as stream:
        stream.write("ä\n\nha".encode())
        stream.flush()
        tail.pump()
        assert lines == ["ä"]
        stream.write(b"lf")
    tail.pump(last=True)
    assert lines == ["ä", "half"]


def test_starts_where_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"old\nnew\n")
    lines: list[str] = []
    Tail(file, lines.extend, offset=4).pump()
    assert lines == ["new"]
