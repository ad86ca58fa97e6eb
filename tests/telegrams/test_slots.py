"""Which words share a slot does not show in the answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from divako.model import Mvt
from divako.simulate import Address, long_frame
from divako.telegrams import _meters, _walk, decode, decode_batch
from divako.telegrams._slots import slot_of


MODEL = Mvt(manufacturer="DVK", version=1, device_type=7)
# The third is the first with more behind it; all begin alike.
BODIES = [
    bytes.fromhex(b) for b in ("0413 39300000", "0413 00000000 4413 00000000", "0413 39300000 4413 01000000 0259 0a00")
]


def _few(words: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.int64]:
    return slot_of(words, bits) & 1


@pytest.mark.parametrize("modules", [(_walk,), (_meters,)])
def test_words_that_share_a_slot_are_told_apart(monkeypatch: pytest.MonkeyPatch, modules: tuple[object, ...]) -> None:
    frames = [long_frame(Address(f"{i * i % 23:08d}", MODEL), BODIES[i % 7 % 3], access_number=i) for i in range(200)]
    for module in modules:
        monkeypatch.setattr(module, "slot_of", _few)
    batch = decode_batch(frames, _min_rows=2)
    alone = [decode(frame) for frame in frames]
    assert [batch.telegrams.meter_ids[m] for m in batch.telegrams.meter] == [one.meter_id for one in alone]
    assert batch.telegrams.meter_ids == tuple(dict.fromkeys(one.meter_id for one in alone))
    assert batch.readings.value.tolist() == [record.value for one in alone for record in one.records]
    assert np.diff(batch.first).tolist() == [len(one.records) for one in alone]
