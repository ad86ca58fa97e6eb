"""Telegrams of others give the same one by one and in a batch."""

from __future__ import annotations

import json

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attrs import fields

from divako.errors import DivakoError
from divako.model import Readings, Telegram
from divako.telegrams import KeyStore, decode, decode_batch, learn_formats, readings_of


RECEIVED = np.datetime64("2026-01-02T03:04:05", "ms")


def outcome(frame: bytes, **asked: Any) -> Telegram | DivakoError:
    try:
        return decode(frame, **asked)
    except DivakoError as error:
        return error


def of_key(path: Path) -> dict[tuple[str | None, str | None], list[bytes]]:
    """Sort frames by what a decoder is told beside them."""
    out: dict[tuple[str | None, str | None], list[bytes]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        try:
            frame, key = bytes.fromhex(case["hex"]), case.get("key")
            if key is not None:
                KeyStore.single(key)
        except ValueError:
            continue  # neither way is told anything to decode
        form = case.get("frame_format")
        out[key, form if form in {"A", "B", "stripped"} else None].append(frame)
    return out


@pytest.mark.parametrize("name", ["telegrams", "derived", "malformed"])
@pytest.mark.parametrize("min_rows", [1, 16])
def test_a_batch_gives_what_single_telegrams_give(cases: Path, name: str, min_rows: int) -> None:
    for (key, form), frames in of_key(cases / "mbus" / f"{name}.jsonl").items():
        store = None if key is None else KeyStore.single(key)
        asked: dict[str, Any] = {"keys": store, "frame_format": form, "received_at": RECEIVED}
        full = [outcome(frame, **asked) for frame in frames]
        asked["formats"] = learn_formats([one for one in full if isinstance(one, Telegram)])
        # Many of each, so that layouts are worth columns.
        alone = [outcome(frame, **asked) for frame in frames] * 17
        batch = decode_batch(frames * 17, errors="collect", _min_rows=min_rows, **asked)

        readings = readings_of([one for one in alone if isinstance(one, Telegram)])
        for field in fields(Readings):
            mine, yours = getattr(batch.readings, field.name), getattr(readings, field.name)
            if isinstance(mine, np.ndarray):
                np.testing.assert_array_equal(mine, yours)
            else:
                assert mine == yours
        table = batch.telegrams
        for row, one in enumerate(alone):
            if isinstance(one, DivakoError):
                assert table.error_codes[table.error[row]] == one.code
            else:
                assert table.securities[table.security[row]] == one.security
                assert table.verdicts[table.verdict[row]] == one.verdict.value
                assert table.media[table.medium[row]] == one.medium.value
                assert table.status[row] == one.status
