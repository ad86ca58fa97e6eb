"""Wireless frames of every form and length go by columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.model import Mvt
from divako.simulate import Address, wireless_frame
from divako.telegrams import decode, decode_batch


INFINITY = 10**9
SENDER = Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=4))
FORMS: list[Any] = ["A", "B", "stripped"]


def records_of(many: int, fillers: int, seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    return b"".join(b"\x04\x13" + rng.bytes(3) + b"\0" for _ in range(many)) + b"\x2f" * fillers


made = st.lists(
    st.tuples(st.sampled_from(FORMS), st.integers(0, 36), st.integers(0, 7), st.integers(0, 9)), min_size=1, max_size=6
)


def frame_of(form: Any, many: int, fillers: int, seed: int) -> bytes:
    return wireless_frame(SENDER, records_of(many, fillers, seed), frame_format=form)


@settings(max_examples=60, deadline=None)
@given(made, st.data())
def test_a_batch_of_forms_is_its_telegrams_one_by_one(all_same: Any, made: list[Any], data: st.DataObject) -> None:
    frames = [frame_of(*one) for one in made]
    for _ in range(data.draw(st.integers(0, 2))):
        which = data.draw(st.integers(0, len(frames) - 1))
        raw = bytearray(frames[which])
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        frames[which] = bytes(raw)
    form = data.draw(st.sampled_from([None, *FORMS]))
    asked: dict[str, Any] = {"frame_format": form, "errors": "collect"}
    all_same(decode_batch(frames, _min_rows=1, **asked), decode_batch(frames, _min_rows=INFINITY, **asked))


@pytest.mark.usefixtures("no_single_decoding")
@pytest.mark.parametrize("form", FORMS)
def test_frames_of_every_length_go_by_columns(form: str) -> None:
    frames = [frame_of(form, many, fillers, 0) for many in range(1, 37) for fillers in range(6)]
    batch = decode_batch(frames, frame_format=form)
    alone = [record.value for frame in frames for record in decode(frame, frame_format=form).records]
    assert batch.readings.value.tolist() == alone
