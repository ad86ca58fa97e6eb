"""Files, folders and standard input, as the arguments name them."""

from __future__ import annotations

import os

from pathlib import Path

import pytest

from divako.cli._sources import sources_of
from divako.errors import InputError


def test_a_folder_stands_for_its_files_of_telegrams_by_name(tmp_path: Path) -> None:
    for name in ("b.hex", "a.jsonl", "c.TXT", "keys.toml", "notes.md"):
        (tmp_path / name).touch()
    (tmp_path / "empty.hex").mkdir()
    assert [Path(name).name for name in sources_of([str(tmp_path), "-"])] == ["a.jsonl", "b.hex", "c.TXT", "-"]


def test_a_folder_stands_for_the_folders_in_it_too(tmp_path: Path) -> None:
    wanted = ["2026/01/a.hex", "2026/01/b.hex", "2026/02/a.hex", "z.jsonl"]
    for name in [*reversed(wanted), "2026/02/keys.toml"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert sources_of([str(tmp_path)]) == [str(tmp_path / name) for name in wanted]


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.hex").touch()
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def closed(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(PermissionError):
        sources_of([str(tmp_path)])


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
