"""Files, folders and standard input, as the arguments name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from divako.cli._sources import sources_of
from divako.errors import InputError


def test_a_folder_stands_for_its_files_of_telegrams_by_name(tmp_path: Path) -> None:
    for name in ("b.hex", "a.jsonl", "c.TXT", "keys.toml", "notes.md"):
        (tmp_path / name).touch()
    (tmp_path / "deeper.hex").mkdir()
    assert [Path(name).name for name in sources_of([str(tmp_path), "-"])] == ["a.jsonl", "b.hex", "c.TXT", "-"]


def test_a_file_is_taken_whatever_its_name_and_as_often_as_it_is_named(tmp_path: Path) -> None:
    name = str(tmp_path / "log")
    Path(name).touch()
    assert sources_of([name, name]) == [name, name]


def test_a_folder_without_telegrams_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file in this folder"):
        sources_of([str(tmp_path)])


def test_a_file_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        sources_of([str(tmp_path / "none.hex")])
    assert caught.value.filename == str(tmp_path / "none.hex")


def test_standard_input_is_read_once() -> None:
    with pytest.raises(InputError, match="only once"):
        sources_of(["-", "-"])
