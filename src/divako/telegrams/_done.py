"""The parts of a batch, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import DivakoError
from divako.model import Readings, Telegram
from divako.telegrams._alike import Alike
from divako.telegrams._asked import Words
from divako.telegrams._blocks import Block
from divako.telegrams._contents import Contents
from divako.telegrams._sheet import readings_of_sheets
from divako.telegrams._tables import Refusals, Telegrams
from divako.telegrams._work import LINKS, MEDIA, VERDICTS, Part


@frozen(eq=False)
class Done:
    """All parts together."""

    telegrams: Telegrams
    readings: Readings
    first: npt.NDArray[np.int64]
    errors: Refusals
    blocks: tuple[Block, ...]
    alike: tuple[Alike, ...]
    alone: Callable[[int], Telegram]
    contents: Callable[[Telegrams], Contents]


def joined(
    parts: list[Part],
    words: Words,
    alone: Callable[[int], Telegram],
    contents: Callable[[Telegrams], Contents],
) -> Done:
    """Put parts behind one another."""
    refused: list[tuple[int, DivakoError]] = [one for part in parts for one in part.refused]
    many = np.concatenate([part.many for part in parts])
    first = np.zeros(len(many) + 1, dtype="int64")
    np.cumsum(many, out=first[1:])
    heads = {name: _concatenated([part.heads.pop(name) for part in parts]) for name in list(parts[0].heads)}
    meter_ids = tuple(words.meters)
    sorted_words = {}
    for name, of in (("manufacturer", words.manufacturers), ("security", words.securities), ("error", words.codes)):
        # In alphabetical order, so that they do not tell which way a telegram went.
        order = sorted(of)
        place = {word: at for at, word in enumerate(order)}
        to = np.array([*map(place.__getitem__, of), -1], dtype=heads[name].dtype)
        heads[name] = to[heads[name]]
        sorted_words[name] = tuple(order)
    telegrams = Telegrams(
        **{name: _without_repeats(column) for name, column in heads.items()},
        meter_ids=meter_ids,
        links=LINKS,
        manufacturers=sorted_words["manufacturer"],
        media=MEDIA,
        securities=sorted_words["security"],
        verdicts=VERDICTS,
        error_codes=sorted_words["error"],
    )
    readings = readings_of_sheets(
        [part.sheet for part in parts],
        _of_readings(heads["meter"], many, meter_ids),
        {"meter_ids": meter_ids, "registers": tuple(words.registers)},
    )
    blocks = tuple(block for part in parts for block in part.blocks)
    alike = tuple(one for part in parts for one in part.alike)
    return Done(telegrams, readings, first, Refusals.of(refused), blocks, alike, alone, contents)


def _of_readings(
    meter: npt.NDArray[np.int32], many: npt.NDArray[np.int64], meter_ids: tuple[str, ...]
) -> npt.NDArray[np.int32]:
    """Give the meters of telegrams to their readings; one meter throughout takes no memory."""
    if len(meter_ids) == 1 and (meter[many > 0] == 0).all():
        return np.broadcast_to(np.zeros(1, dtype="int32"), (int(many.sum()),))
    return np.repeat(meter, many)


def _without_repeats(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Let a column of one value throughout take no memory."""
    bits = column.view("int64") if column.dtype.kind == "M" else column  # NaT is not equal to itself
    if len(column) > 1 and bits[0] == bits[-1] and (bits == bits[0]).all():
        return np.broadcast_to(column[:1].copy(), column.shape)
    return column


def _concatenated(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
