"""Telegrams of meters that do not exist, and a terminal that does not either."""

from __future__ import annotations

import io
import sys

from collections.abc import Callable

import pytest


def long_frame(meter: str, litres: int) -> str:
    """Make a wired frame with one volume: EN 13757-2 long frame, CI 72, record 0C 13."""
    head = bytes.fromhex("080172") + bytes.fromhex(meter)[::-1] + bytes.fromhex("2d2c010405000000")
    body = head + b"\x0c\x13" + bytes.fromhex(f"{litres:08d}")[::-1]
    frame = bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) % 256, 0x16])
    return frame.hex()


@pytest.fixture(scope="session")
def frame() -> Callable[[str, int], str]:
    """Maker of frames: meter number and volume [l] to hexadecimal digits."""
    return long_frame


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Setter of what stands on standard input."""

    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    return put
