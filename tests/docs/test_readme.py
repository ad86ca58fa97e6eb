"""The readme is true: its lines are those of the project, and its code runs."""

from __future__ import annotations

import re

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from divako.codec import AesKey
from divako.model import Mvt
from divako.simulate import Address, encode_record, wireless_frame


README = Path(__file__).resolve().parents[2] / "README.md"
NUMBER, KEY = "20260101", bytes(range(16))  # as the readme has them

pytestmark = pytest.mark.skipif(not README.is_file(), reason="an installed package has no readme beside it")


def leaking(hours: int) -> tuple[list[bytes], Any]:
    """Make hourly telegrams of a meter behind which water never rests."""
    address = Address(NUMBER, Mvt(manufacturer="DVK", version=1, device_type=0x16))
    frames = [
        wireless_frame(
            address,
            encode_record(bytes.fromhex("0413"), 1000 + 12 * hour),
            frame_format="A",
            key=AesKey(KEY),
            access_number=hour,
        )
        for hour in range(hours)
    ]
    return frames, np.datetime64("2026-01-01T00:00", "ms") + np.arange(hours) * np.timedelta64(1, "h")


def test_the_code_finds_a_leak_in_telegrams() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    frames, times = leaking(49)
    frames[20] = frames[20][:-1]  # a damaged telegram is listed, not fatal
    names: dict[str, Any] = {"frames": frames, "times": times}
    exec(compile(code, str(README), "exec"), names)
    assert len(names["batch"].errors) == 1
    assert [(row.subject, row.code, row.size) for row in names["leaks"].rows()] == [(NUMBER, "customer_leak", 0.012)]


def test_two_lines_are_all_the_set_up() -> None:
    lines = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("python3 -m venv ")]
    assert len(lines) == 2
    assert lines[0].endswith(" -m divako demo")
    assert lines[1].endswith(" -m pytest")
