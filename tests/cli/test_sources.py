"""Files, folders and standard input, as the arguments name them."""

from __future__ import annotations

import itertools
import math
import os

from pathlib import Path

import pytest

from divako.cli import _sources
from divako.cli._sources import groups_of, sources_of
from divako.errors import InputError, StoreError
from divako.stores import Line


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


def test_a_group_goes_on_from_one_file_to_the_next(tmp_path: Path) -> None:
    for name, count in (("a", 3), ("b", 0), ("c", 2)):
        (tmp_path / name).write_text("".join(f"{name}{i}\n" for i in range(count)))
    (group,) = groups_of([str(tmp_path / name) for name in "abc"])
    assert [(Path(line.file).name, line.number, line.text) for line in group] == [
        ("a", 1, "a0"),
        ("a", 2, "a1"),
        ("a", 3, "a2"),
        ("c", 1, "c0"),
        ("c", 2, "c1"),
    ]


def test_groups_grow_so_that_the_first_answer_comes_soon_and_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("00\n" * 40_000)
    sizes = [len(group) for group in groups_of([str(tmp_path / "t")], patience_s=math.inf)]
    assert sizes[:6] == [256, 512, 1024, 2048, 4096, 8192]
    assert max(sizes) == 8192
    assert sum(sizes) == 40_000


def test_long_lines_make_short_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sources, "_MOST_CHARACTERS", 1000)
    (tmp_path / "t").write_text(("0" * 300 + "\n") * 10 + "00\n" * 10)
    groups = list(groups_of([str(tmp_path / "t")], patience_s=math.inf))
    assert [len(group) for group in groups] == [4, 4, 12]


def test_no_line_is_kept_longer_than_patience_lasts(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("00\n" * 5)
    assert [len(group) for group in groups_of([str(tmp_path / "t")], patience_s=-1)] == [1] * 5


@pytest.mark.parametrize(("patience_s", "sizes"), [(60, [2, 1, 1]), (math.inf, [4])])
def test_a_sender_that_pauses_ends_a_group_if_somebody_waits(
    patience_s: float, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    come = [*map(Line, itertools.repeat("-"), itertools.count(1), ["a", "b", "c", "d"])]
    lines = [None, *come[:2], None, None, come[2], None, come[3]]
    monkeypatch.setattr(_sources, "lines_as_they_come", lambda *_, **__: iter(lines))
    groups = list(groups_of(["-"], patience_s=patience_s))
    assert [len(group) for group in groups] == sizes
    assert [line for group in groups for line in group] == come


def test_what_stood_before_a_file_that_cannot_be_read_is_given(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("00\n")
    groups = groups_of([str(tmp_path / "a"), str(tmp_path)])
    assert [line.text for line in next(groups)] == ["00"]
    with pytest.raises(StoreError, match="cannot be read"):
        next(groups)
