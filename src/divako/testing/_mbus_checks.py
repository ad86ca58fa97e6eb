"""The promises that every driver of an M-Bus meter keeps, one function each."""

from __future__ import annotations

import functools

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from divako.drivers import INSTALLED, Block, Fixed, MbusDriver, TelegramExample, available, label, load
from divako.errors import AmbiguousDriverError, DecodeError, MalformedError, TruncatedError
from divako.mbus import Body
from divako.model import Record, Status, Telegram
from divako.telegrams import KeyStore, decode, decode_batch, readings_of
from divako.testing._checks import driver_is_a_value, source_and_devices_are_stated
from divako.testing._extras import strategies as st
from divako.testing._outcomes import fail, holds, quotes, rows_of
from divako.testing._telegrams import Alone, frames, read_alone


MbusCheck: TypeAlias = Callable[[MbusDriver], None]


def _name(driver: MbusDriver, example: TelegramExample) -> str:
    return f"example {driver.examples.index(example) + 1} of {len(driver.examples)}"


def _read(driver: MbusDriver, example: TelegramExample) -> tuple[Telegram, Alone]:
    try:
        return read_alone(driver, example.frame, example.key)
    except DecodeError as error:
        fail(f"{_name(driver, example)} does not decode: {error}")
        raise


def _answer(record: Record) -> float | str | None:
    if record.register is not None or record.content is None:
        return record.value
    return record.content.hex() if isinstance(record.content, bytes) else str(record.content).replace(" ", "T")


def telegrams_decode_as_stated(driver: MbusDriver) -> None:
    """Each example gives its stated records, all that the driver or the standard names."""
    for example in driver.examples:
        name = _name(driver, example)
        telegram, alone = _read(driver, example)
        if not alone.asked and not alone.opened and not alone.tried:
            fail(f"{name} is not of a meter and CI field that the driver accepts")
        known = [record for record in telegram.records if Status.UNKNOWN_QUANTITY not in record.status]
        labels = [label(record) for record in known]
        twice = sorted({one for one in labels if labels.count(one) > 1})
        if twice:
            fail(f"{name} has several records that are told apart by nothing: {twice}")
        seen = dict(zip(labels, map(_answer, known), strict=True))
        stated = dict(example.values)
        if seen != stated:
            differing = {k: (stated.get(k), seen.get(k)) for k in {*seen, *stated} if _differ(stated, seen, k)}
            fail(f"{name}: stated and decoded differ in {differing}")


def _differ(one: dict[str, float | str | None], other: dict[str, float | str | None], key: str) -> bool:
    return (key in one) != (key in other) or one.get(key) != other.get(key)


def drivers_are_found_by_telegram(driver: MbusDriver) -> None:
    """Once installed, the driver is found by its telegrams, and no other reads them."""
    if driver.name not in available() or load(driver.name) != driver:
        return
    for example in driver.examples:
        name = _name(driver, example)
        _, alone = _read(driver, example)
        for body in alone.asked:
            try:
                found = INSTALLED.find(body.address.mvt, body.ci, body.data)
            except AmbiguousDriverError as error:
                fail(f"{name}: {error}")
            if found is None or found.name != driver.name:
                fail(f"{name}: is its entry point in the group of its manufacturer?")
        for body in alone.opened:
            mode = 0 if body.header is None else body.header.mode
            opener = INSTALLED.opener(body.address.mvt, body.ci, mode)
            if opener is None or opener.name != driver.name:
                fail(f"{name}: is its entry point in the group of its manufacturer?")


def blocks_are_read_whole_or_not_at_all(driver: MbusDriver) -> None:
    """A block that is cut off or too long is refused, wherever it ends."""
    for block, data, body in _blocks(driver):
        sizes = [size for size in range(len(data) + 2) if size not in block.size]
        for size in sizes:
            try:
                block.read((data + b"\0")[:size], body)
            except (TruncatedError, MalformedError):
                continue
            fail(f"a block of {len(data)} bytes is read although only {size} of them are there")


def constants_of_blocks_are_checked(driver: MbusDriver) -> None:
    """A wrong byte of a constant makes a block malformed."""
    for block, data, body in _blocks(driver):
        for part in block.parts:
            if isinstance(part, Fixed) and block.prepare is None:
                start = part.at % len(data)
                for place in range(part.size):
                    mask = part.mask[place] if part.mask else 0xFF
                    wrong = bytearray(data)
                    wrong[start + place] ^= mask
                    try:
                        block.read(bytes(wrong), body)
                    except MalformedError:
                        continue
                    fail(f"a changed constant at byte {start + place} of the block is not noticed")


def counts_are_correctly_rounded(driver: MbusDriver) -> None:
    """Each value is the float nearest to its count times the factor."""

    def promise(drawn: tuple[bytes, TelegramExample]) -> None:
        frame, example = drawn
        try:
            telegram, _ = read_alone(driver, frame, example.key)
        except DecodeError:
            return
        for record in telegram.records:
            if record.register is not None and record.count is not None and record.value is not None:
                exact = float(Fraction(record.count) * record.register.factor)
                if exact != record.value:
                    fail(f"{record.count} counts of {record.register.quantum} are {exact!r} and not {record.value!r}")

    holds(promise, frames(driver))


def damaged_telegrams_never_escape(driver: MbusDriver) -> None:
    """Arbitrary blocks and bodies decode or raise DecodeError, and the error quotes none of them."""

    def promise(drawn: tuple[bytes, TelegramExample]) -> None:
        frame, example = drawn
        _harmless(lambda: read_alone(driver, frame, example.key)[0].records, frame)

    holds(promise, frames(driver))
    for block, data, body in _blocks(driver):
        # Sizes that occur, and bytes as they come: only the block itself stands between them and a number.
        sizes = sorted(size for size in block.size if size <= len(data) + 8)
        near = st.dictionaries(st.integers(0, len(data) - 1), st.integers(0, 255), max_size=6)
        anything = st.sampled_from(sizes).flatmap(lambda size: st.binary(min_size=size, max_size=size))
        changed = near.map(functools.partial(_edited, data))

        def block_promise(drawn: bytes, block: Block = block, body: Body = body) -> None:
            _harmless(lambda: block.read(drawn, body), drawn)

        holds(block_promise, anything | changed)


def _edited(data: bytes, edits: dict[int, int]) -> bytes:
    return bytes(edits.get(place, byte) for place, byte in enumerate(data))


def _harmless(read: Callable[[], tuple[Record, ...]], given: bytes) -> None:
    try:
        records = read()
    except DecodeError as error:
        if quotes(str(error), given):
            fail("the message of an error quotes the telegram")
    except Exception as error:  # whatever it is, it must not reach a caller
        msg = f"{len(given)} bytes raise {type(error).__name__}, which is no DecodeError: {error}"
        raise AssertionError(msg) from error
    else:
        for record in records:
            missing = record.value is None and record.content is None
            if (missing or record.value != record.value) and not record.status:
                fail(f"{label(record)} has no value and no status says why")


def telegrams_in_a_batch_stay_themselves(driver: MbusDriver) -> None:
    """Once installed, a batch gives the readings of its telegrams one by one, as sent and with bytes changed."""
    if driver.name not in available() or load(driver.name) != driver:
        return

    def promise(drawn: list[tuple[bytes, TelegramExample]]) -> None:
        for example in driver.examples:
            sent = [example.frame] * 2 + [frame for frame, of in drawn if of == example]
            keys = None if example.key is None else KeyStore.single(example.key)
            alone = rows_of(readings_of([one for one in (_decoded(frame, keys) for frame in sent) if one is not None]))
            if rows_of(decode_batch(sent, keys=keys, errors="collect", _min_rows=2).readings) != alone:
                fail(f"{_name(driver, example)}: a batch differs from its telegrams one by one")

    holds(promise, st.lists(frames(driver), max_size=6))


def _decoded(frame: bytes, keys: KeyStore | None) -> Telegram | None:
    try:
        return decode(frame, keys=keys)
    except (DecodeError, AmbiguousDriverError):  # with bytes changed, another driver may claim it too
        return None


def _blocks(driver: MbusDriver) -> list[tuple[Block, bytes, Body]]:
    """Give the blocks of the examples that are read, with their bytes."""
    found: list[tuple[Block, bytes, Body]] = []
    for example in driver.examples:
        for block, data, body in _read(driver, example)[1].blocks:
            try:
                block.read(data, body)
            except DecodeError:
                continue  # another block of the same driver reads these bytes
            found.append((block, data, body))
    return found


def every_block_has_an_example(driver: MbusDriver) -> None:
    """Each block and each named record is shown by an example."""
    shown = {block for block, _, _ in _blocks(driver)}
    declared = [*driver.body, *driver.after_records, *(block for known in driver.records for block in known.block)]
    for place, block in enumerate(declared, 1):
        if block not in shown:
            fail(f"no example shows block {place} of {len(declared)}")


MBUS_CHECKS: tuple[MbusCheck, ...] = (
    source_and_devices_are_stated,
    every_block_has_an_example,
    telegrams_decode_as_stated,
    drivers_are_found_by_telegram,
    blocks_are_read_whole_or_not_at_all,
    constants_of_blocks_are_checked,
    counts_are_correctly_rounded,
    damaged_telegrams_never_escape,
    telegrams_in_a_batch_stay_themselves,
    driver_is_a_value,
)
