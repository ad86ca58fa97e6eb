"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import threading

from pathlib import Path

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import StoreError
from divako.stores import make_folder, replacing, replacing_files, write_bytes, write_json, write_text


def write_half(target: Path, stop: BaseException) -> None:
    with replacing(target) as beside:
        beside.write_text("half")
        raise stop


def write_one_of_two(folder: Path, stop: BaseException) -> None:
    with replacing_files(folder) as new:
        write_text("new a", new / "a.txt")
        raise stop


@given(content=st.binary(max_size=200), old=st.none() | st.binary(max_size=200))
def test_what_is_written_is_read_back_and_nothing_lies_beside_it(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, old: bytes | None
) -> None:
    target = tmp_path_factory.mktemp("folder") / "file.bin"
    if old is not None:
        target.write_bytes(old)
    write_bytes(content, target)
    assert target.read_bytes() == content
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, ValueError, GeneratorExit])
@pytest.mark.parametrize("old", [None, "old"])
def test_an_exception_in_the_middle_leaves_what_was_there(
    tmp_path: Path, stop: type[BaseException], old: str | None
) -> None:
    target = tmp_path / "file.txt"
    if old is not None:
        target.write_text(old)
    with pytest.raises(stop):
        write_half(target, stop())
    assert list(tmp_path.iterdir()) == ([] if old is None else [target])
    assert old is None or target.read_text() == old


def test_the_name_beside_has_the_suffix_that_writers_go_by(tmp_path: Path) -> None:
    with replacing(tmp_path / "table.parquet") as beside:
        assert beside.parent == tmp_path
        assert beside.suffix == ".parquet"


@pytest.mark.parametrize("name", ["a-file/out.txt", "none/out.txt", "folder", f"{'a' * 300}.txt"])
def test_where_nothing_can_be_written_the_error_says_what_and_why(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="cannot be written: ") as caught:
        write_text("text", tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a-file", "folder"]


def test_a_full_disk_is_named_and_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(StoreError, match="No space left on device"):
        write_half(target, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to("real.txt")
    write_text("new", link)
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_what_is_no_regular_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_text("through the pipe", pipe)
    reader.join(timeout=10)
    assert got == ["through the pipe"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_text_that_utf_8_cannot_say_is_written_as_an_escape(tmp_path: Path) -> None:
    write_text("blåbær \udcff", tmp_path / "file.txt")
    assert (tmp_path / "file.txt").read_bytes() == "blåbær \\udcff".encode()


def test_a_document_is_written_as_people_read_it(tmp_path: Path) -> None:
    write_json({"navn": "Blåbær", "tall": [1, None]}, tmp_path / "file.json")
    text = (tmp_path / "file.json").read_text(encoding="utf-8")
    assert '"navn": "Blåbær"' in text
    assert text.endswith("}\n")


def test_files_that_belong_together_are_replaced_together(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old a")
    (tmp_path / "mine.txt").write_text("not of ours")
    with replacing_files(tmp_path) as new:
        write_text("new a", new / "a.txt")
        write_text("new b", new / "b.txt")
        assert (tmp_path / "a.txt").read_text() == "old a"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.txt": "new a",
        "b.txt": "new b",
        "mine.txt": "not of ours",
    }


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError])
def test_an_exception_between_files_leaves_all_as_they_were(tmp_path: Path, stop: type[BaseException]) -> None:
    (tmp_path / "a.txt").write_text("old a")
    with pytest.raises(stop):
        write_one_of_two(tmp_path, stop())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old a"}


def test_files_for_a_folder_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written to: "), replacing_files(tmp_path / "none"):
        pass


def test_a_folder_is_made_with_those_above_it_unless_a_file_is_in_the_way(tmp_path: Path) -> None:
    assert make_folder(tmp_path / "a" / "b").is_dir()
    assert make_folder(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be made a folder: "):
        make_folder(tmp_path / "file" / "a")
