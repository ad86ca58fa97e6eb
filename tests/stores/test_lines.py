"""Lines of any file, and where each stood."""

from __future__ import annotations

import io
import os
import sys

from pathlib import Path

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import InputError, StoreError
from divako.stores import read_lines
from divako.stores._lines import lines_as_they_come


@given(content=st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_be_read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes(content)
    lines = list(read_lines(path))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert all((line.text is None) == isinstance(line.error, InputError) for line in lines)


@given(texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1), max_size=6))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ends_of_lines_and_a_byte_order_mark_make_no_difference(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], end: str, mark: str
) -> None:
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes((mark + "".join(text + end for text in texts)).encode())
    got = [line.text for line in read_lines(path)]
    if not texts:
        assert got in ([], [""])
    elif mark or not texts[0].startswith("\ufeff"):
        assert got == texts


def test_a_line_that_is_no_text_carries_an_error_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one\n\xff\xfe\nthree")
    first, second, third = read_lines(path, name="telegrams.hex")
    assert (first.file, first.number, first.text) == ("telegrams.hex", 1, "one")
    assert second.text is None
    assert "UTF-8" in str(second.error)
    assert (third.number, third.text) == (3, "three")


def test_a_hyphen_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nb\n")))
    assert [(line.file, line.number, line.text) for line in read_lines("-")] == [("-", 1, "a"), ("-", 2, "b")]


@given(pieces=st.lists(st.binary(min_size=1, max_size=40) | st.sampled_from([b"\n", b"ab", b"\r\n"]), max_size=6))
def test_lines_of_a_stream_come_when_they_are_whole(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    sink, source = os.pipe()
    lines: list[object] = []
    with os.fdopen(sink) as stdin, pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdin", stdin)
        coming = lines_as_they_come("-", grace_s=0)
        for at, piece in enumerate(pieces, 1):
            os.write(source, piece)
            lines += iter(lambda: next(coming), None)
            assert len(lines) == b"".join(pieces[:at]).count(b"\n")
        os.close(source)
        lines += coming
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes(b"".join(pieces))
    assert list(map(repr, lines)) == list(map(repr, read_lines(path, name="-")))


@pytest.mark.parametrize("in_memory", [True, False])
def test_lines_of_files_are_always_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_memory: bool) -> None:
    (tmp_path / "file").write_bytes(b"a\nb\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nb\n")))
    name = "-" if in_memory else str(tmp_path / "file")
    assert list(lines_as_they_come(name, grace_s=0)) == list(read_lines(tmp_path / "file", name=name))


def test_a_kind_that_cannot_be_asked_is_taken_to_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    sink, source = os.pipe()
    os.write(source, b"a\nb\n")
    os.close(source)
    with os.fdopen(sink) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr("select.select", unable)
        got = [None if line is None else line.text for line in lines_as_they_come("-", grace_s=0)]
    assert got == [None, "a", "b", None]


def unable(*_: object) -> None:
    msg = "not a socket"
    raise OSError(msg)


@pytest.mark.parametrize("name", ["none", "", "file/none"])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be read: "):
        list(read_lines(tmp_path / name))
