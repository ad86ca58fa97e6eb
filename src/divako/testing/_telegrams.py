"""Telegrams of M-Bus drivers: read with one driver alone, and taken apart for the checks."""

from __future__ import annotations

from attrs import define, field, frozen

from divako.codec import AesKey
from divako.drivers import Block, MbusDriver, TelegramExample
from divako.mbus import Address, Body, RecordList, decode_wired, looks_wired
from divako.model import Medium, Mvt, Telegram
from divako.testing._extras import strategies as st
from divako.wmbus import decode_wireless


@frozen
class _Key:
    key: AesKey

    def key_of(self, meter_id: str, mvt: Mvt | None) -> AesKey:  # noqa: ARG002 - part of the lookup's form
        return self.key


@define
class Alone:
    """One driver as the only one installed, and what it was asked (`Makers` and `Maker` in one).

    Parameters
    ----------
    driver : MbusDriver
        The driver.
    asked : list of Body
        The bodies that it was asked to read.
    opened : list of Body
        The bodies that it was asked to decipher.
    tried : bool
        Whether its public key was asked for.
    blocks : list of (Block, bytes, Body)
        Every block that it may read in them, with its bytes.
    """

    driver: MbusDriver
    asked: list[Body] = field(factory=list)
    opened: list[Body] = field(factory=list)
    tried: bool = False
    blocks: list[tuple[Block, bytes, Body]] = field(factory=list)

    def find(self, mvt: Mvt, ci: int, data: bytes) -> Alone | None:
        """Find the driver, where it is for the meter."""
        accepts = self.driver.accepts
        fits = self.driver.names_records and accepts.accepts(mvt, ci) and (accepts.check is None or accepts.check(data))
        return self if fits else None

    @property
    def medium(self) -> Medium:
        """As the driver says."""
        return self.driver.medium

    @property
    def security(self) -> str:
        """As the driver says."""
        return self.driver.security

    @property
    def reads_whole(self) -> bool:
        """As the driver says."""
        return self.driver.reads_whole

    def opener(self, mvt: Mvt, ci: int, mode: int) -> Alone | None:
        """Find the driver, where it deciphers the meter's telegrams."""
        cipher = self.driver.cipher
        fits = cipher is not None and mode in cipher.modes and self.driver.accepts.accepts(mvt, ci)
        return self if fits else None

    def public_key(self, mvt: Mvt, ci: int) -> AesKey | None:
        """As the driver says, which is asked with it."""
        key = self.driver.public_key if self.driver.accepts.accepts(mvt, ci) else None
        self.tried |= key is not None
        return None if key is None else AesKey(key)

    def printed(self, address: Address) -> Address:
        """As the driver says."""
        return self.driver.printed(address)

    def open(self, body: Body) -> bytes:
        """Decipher a body and remember it."""
        self.opened.append(body)
        return self.driver.open(body)

    def read(self, body: Body) -> RecordList:
        """Read a body and remember it."""
        self.asked.append(body)
        self.blocks.extend((block, body.data, body) for block in self.driver.body)
        return self.driver.read(body)

    def refine(self, found: RecordList, body: Body) -> RecordList:
        """Refine records and remember the body."""
        self.asked.append(body)
        if found.maker_data:
            self.blocks.extend((block, found.maker_data, body) for block in self.driver.after_records)
        for record in found.records:
            said = self.driver.said_of(record.header)
            if said is not None:
                self.blocks.extend((block, record.raw, body) for block in said.known.block)
        return self.driver.refine(found, body)


def read_alone(driver: MbusDriver, frame: bytes, key: bytes | None = None) -> tuple[Telegram, Alone]:
    """Decode a frame with one driver and no other.

    Raises
    ------
    DecodeError
        Of the layer that refused it.
    """
    alone = Alone(driver)
    keys = None if key is None else _Key(AesKey(key))
    if looks_wired(frame):
        return decode_wired(frame, keys=keys, makers=alone), alone
    return decode_wireless(frame, keys=keys, makers=alone), alone


def frames(driver: MbusDriver) -> st.SearchStrategy[tuple[bytes, TelegramExample]]:
    """Frames of a driver, good and bad ones: its examples with a few bytes behind the header changed.

    Parameters
    ----------
    driver : MbusDriver
        Its examples are what the frames are made from.

    Returns
    -------
    SearchStrategy of (bytes, TelegramExample)
        A frame, and the example that it was made from.
    """
    return st.one_of([_changed(example) for example in driver.examples])


def _changed(example: TelegramExample) -> st.SearchStrategy[tuple[bytes, TelegramExample]]:
    frame = example.frame
    first = 4 if looks_wired(frame) else 11  # behind the address, so that the meter stays the driver's
    edits = st.dictionaries(st.integers(first, len(frame) - 1), st.integers(0, 255), max_size=4)

    def change(edits: dict[int, int]) -> tuple[bytes, TelegramExample]:
        changed = bytearray(edits.get(place, byte) for place, byte in enumerate(frame))
        if looks_wired(frame):
            changed[-2:] = bytes((sum(changed[4:-2]) & 0xFF, 0x16))
        return bytes(changed), example

    return edits.map(change)
