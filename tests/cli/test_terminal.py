"""What people see: aligned tables, no control characters, no progress where nobody looks."""

from __future__ import annotations

import io
import sys

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.cli import _terminal
from divako.cli._terminal import Progress, counted, printable, refuse, write_readable
from divako.errors import ChecksumError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@given(text=st.text())
def test_no_character_that_is_shown_steers_the_terminal(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)


def test_columns_are_aligned_in_plain_text() -> None:
    out = io.StringIO()
    write_readable(("id", "value"), [("a", "1.5"), ("long name", "12345.678")], out, right="value")
    assert out.getvalue().splitlines() == [
        "id             value",
        "a                1.5",
        "long name  12345.678",
    ]


def test_a_terminal_gets_the_same_cells_through_rich() -> None:
    out = Terminal()
    write_readable(("id", "value"), [("[bold]a[/]", "1.5"), ("\x1b[2J", "2.5")], out)
    assert "[bold]a[/]" in out.getvalue()
    assert "1.5" in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()


def test_a_terminal_without_rich_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    out = Terminal()
    write_readable(("id",), [("a",)], out)
    assert out.getvalue() == "id\na\n"


def test_a_refusal_is_one_line_with_place_and_code(capsys: pytest.CaptureFixture[str]) -> None:
    refuse("in\nput.hex:3", ChecksumError("the checksum\x1b differs", layer="mbus.link", offset=8))
    assert capsys.readouterr().err == ("in?put.hex:3: decode.checksum: the checksum? differs (mbus.link at byte 8)\n")


def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(_terminal, "_PATIENCE_S", 0.0)
    with Progress("decoding") as progress:
        assert list(counted(iter(["ab"] * 1000), progress)) == ["ab"] * 1000
    assert err.getvalue() == ""


def test_what_takes_less_than_a_second_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    err = Terminal()
    monkeypatch.setattr(sys, "stderr", err)
    with Progress("decoding") as progress:
        list(counted(iter(["ab"] * 1000), progress))
    assert err.getvalue() == ""


def test_a_long_task_shows_on_a_terminal_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    err = Terminal()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(_terminal, "_PATIENCE_S", 0.0)
    with Progress("decoding") as progress:
        progress._timer.join(timeout=30)
        for n in range(10):
            progress(n, 10, what="reckoning")
    assert "decoding" in err.getvalue()
    assert "reckoning" in err.getvalue()
    assert "9 of 10" in err.getvalue()


def test_progress_counts_the_items_of_chunks_that_are_done() -> None:
    told: list[int] = []

    class Noted(Progress):
        def __call__(self, done: int, total: int | None = None, *, what: str | None = None) -> None:
            told.append(done)

    told.extend(-len(chunk) for chunk in counted(iter(["abc", "", "de"]), Noted("decoding")))
    assert told == [-3, 3, 0, 3, -2, 5]


def test_a_long_task_is_seen_before_it_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    err = Terminal()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(_terminal, "_PATIENCE_S", 0.0)
    with Progress("making the sample") as progress:
        progress._timer.join(timeout=30)
    assert "making the sample" in err.getvalue()


def test_a_terminal_without_rich_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    err = Terminal()
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(_terminal, "_PATIENCE_S", 0.0)
    with Progress("decoding") as progress:
        progress._timer.join(timeout=30)
        progress(1, 2)
    assert err.getvalue() == ""
