"""Plain telegrams of a project are decoded in runs, with the outcome of one by one."""

from __future__ import annotations

import datetime as dt
import json

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attrs import fields

from divako.errors import UnknownFormatError
from divako.model import Readings
from divako.pipeline import _intake as intake_module
from divako.pipeline import load_project
from divako.pipeline._intake import _take, take_in


Maker = Callable[..., str]
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
LISTED, STRANGER = "20260101", "99999999"
KEY, OTHER = "000102030405060708090A0B0C0D0E0F", "FF0102030405060708090A0B0C0D0E0F"


def mixed(line: Maker) -> list[str]:
    """Give lines of every fate, plain ones and others in turn."""
    lines = [line(LISTED, NOON + dt.timedelta(hours=i), 1000 + i, key=KEY if i % 3 == 0 else None) for i in range(40)]
    lines[5] = line(STRANGER, NOON, 7)
    lines[9] = json.dumps({**json.loads(lines[9]), "key": OTHER})
    lines[12] = lines[12].replace('"hex": "', '"hex": "00', 1)
    lines[20] = "no telegram"
    lines[21] = json.dumps({**json.loads(lines[21]), "meter": LISTED})
    return lines


@pytest.mark.parametrize("every", [3, 2000])
def test_runs_give_what_single_telegrams_give(
    every: int, house: dict[str, Any], write_house: Callable[..., Path], line: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.pop("costs", None)
    house["keys"] = "keys.toml"
    project = load_project(write_house(house, mixed(line), keys__toml=f'{LISTED} = "{KEY}"'))
    monkeypatch.setattr(intake_module, "_EVERY", every)
    wanted = _take(project, None, in_bulk=False)
    got = _take(project, None, in_bulk=True)
    assert got[1:] == wanted[1:]
    assert {one.code for one in got[2]} >= {"project.unlisted_meter", "decode.decryption", "input"}
    for field in fields(Readings):
        mine, yours = getattr(got[0], field.name), getattr(wanted[0], field.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, yours)
        else:
            assert mine == yours
    assert STRANGER not in got[0].meter_ids


def test_compact_frames_are_read_in_order(
    house: dict[str, Any], write_house: Callable[..., Path], line: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.pop("costs", None)
    project = load_project(write_house(house, [line(LISTED, NOON, 5)]))

    def needs_order(*_: object, **__: object) -> object:
        msg = "a compact frame"
        raise UnknownFormatError(msg, layer="mbus.compact")

    monkeypatch.setattr(intake_module, "decode_run", needs_order)
    readings, telegrams, refused = take_in(project, None)
    assert (len(readings) > 0, telegrams, refused) == (True, 1, [])
