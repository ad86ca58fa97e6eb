"""Which block a stretch of many bodies is: the first that fits, as one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from attrs import evolve

from divako.drivers import INSTALLED, Block, Fixed, Number, load
from divako.model import Mvt, Register
from divako.simulate import Address, wireless_frame
from divako.telegrams import _makers
from divako.telegrams._bodies import Bodies, applications_of, bodies_of
from divako.telegrams._makers import by_reader
from divako.telegrams._pieces import pieces_of_bodies
from divako.telegrams._source import Frames, source_of
from divako.units import Dimension


VOLUME = Register("volume", Dimension.VOLUME)
ANY = Block([Number(VOLUME, 0, 2)], size=4)
BODIES = ["0413 0100", "0513 0200", "0413 0300", "0613 0400"]


def none_more(_data: bytes, _body: Any) -> list[Any]:
    return []


def found_in(*texts: str, content: Any = "records") -> tuple[Frames, Bodies]:
    sender = Address("12345678", Mvt(manufacturer="KAM", version=0x35, device_type=4))
    frames = [wireless_frame(sender, bytes.fromhex(text), header="none", content=content) for text in texts]
    laid = source_of(frames).part(0, len(frames))
    return laid, bodies_of(laid.buffer, applications_of(laid, np.zeros(len(frames), dtype="int8")))


def test_a_body_is_the_first_block_that_fits_and_no_other() -> None:
    laid, bodies = found_in(*BODIES)
    marked = Block([Fixed(0, b"\x04"), Number(VOLUME, 2, 2)], size=4)
    first, second = pieces_of_bodies(laid.buffer, (marked, ANY), np.arange(4), bodies, 4)
    assert (first.members.tolist(), first.kept.count.tolist()) == ([0, 2], [[1, 3]])
    assert (second.members.tolist(), second.kept.count.tolist()) == ([1, 3], [[0x1305, 0x1306]])


def test_what_a_function_may_read_first_is_left_to_it() -> None:
    laid, bodies = found_in(*BODIES)
    asks = Block([Fixed(0, b"\x04")], size=4, unroll=none_more)
    assert pieces_of_bodies(laid.buffer, (asks, ANY), np.arange(4), bodies, 4) == []
    of_others = evolve(asks, versions=(1,))
    (piece,) = pieces_of_bodies(laid.buffer, (of_others, ANY), np.arange(4), bodies, 4)
    assert piece.members.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("content", "groups"), [("records", 1), ("compact", 0)])
def test_drivers_that_look_at_bodies_do_not_look_at_compact_ones(
    monkeypatch: pytest.MonkeyPatch, content: str, groups: int
) -> None:
    driver: Any = load("kamstrup_multical")
    looks = evolve(driver, accepts=evolve(driver.accepts, check=len))
    monkeypatch.setattr(_makers, "readers_of", lambda _mvt, _ci: (looks,))
    monkeypatch.setattr(type(INSTALLED), "find", lambda *_: looks)
    laid, bodies = found_in(*BODIES, content=content)
    assert len(bodies.row) == 4
    assert len(by_reader(laid.buffer, bodies)) == groups
