"""Radio meters of a sample, and the lines in which their telegrams arrive."""

from __future__ import annotations

import json

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.codec import AesKey, crc16_en13757
from divako.model import Mvt
from divako.simulate import Address, FrameFormat, Header, encode_record, wireless_frame


MANUFACTURER = "DVK"  # invented
COLD_WATER, HEAT, WATER, ROOM = 0x16, 0x04, 0x07, 0x1B  # device types of EN 13757-7

Times = npt.NDArray[np.datetime64]
Counts = npt.NDArray[np.int64]
Arrival = tuple[int, str]  # when, in ms since 1970, and the rest of the line


class Numbers:
    """Draws numbers and keys of meters, each once."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._given: set[int] = set()

    def meter(self) -> str:
        """Draw eight digits."""
        while (number := int(self._rng.integers(10_000_000, 99_999_999))) in self._given:
            pass
        self._given.add(number)
        return str(number)

    def key(self) -> bytes:
        """Draw sixteen bytes."""
        return self._rng.bytes(16)


@frozen(kw_only=True)
class Radio:
    """A wireless meter and the way it sends.

    Parameters
    ----------
    address : Address
        Of the meter.
    key : bytes or None
        Of the meter; None sends plain records.
    frame_format, header, adapter
        As `divako.simulate.wireless_frame` takes them.
    """

    address: Address
    key: bytes | None = field(repr=False)
    frame_format: FrameFormat = "A"
    header: Header = "short"
    adapter: Address | None = None

    @classmethod
    def drawn(
        cls,
        numbers: Numbers,
        device_type: int,
        *,
        frame_format: FrameFormat = "A",
        plain: bool = False,
        with_adapter: bool = False,
    ) -> Radio:
        """Make a meter with a number and a key of its own."""
        mvt = Mvt(manufacturer=MANUFACTURER, version=1, device_type=device_type)
        adapter = Mvt(manufacturer=MANUFACTURER, version=2, device_type=0x37)  # a radio converter
        return cls(
            address=Address(numbers.meter(), mvt),
            key=None if plain else numbers.key(),
            frame_format=frame_format,
            header="long" if with_adapter else "short",
            adapter=Address(numbers.meter(), adapter) if with_adapter else None,
        )

    @property
    def meter_id(self) -> str:
        """Number of the meter."""
        return self.address.meter_id

    def arrivals(self, times: Times, bodies: Iterable[bytes], *, access_number: int = 0) -> list[Arrival]:
        """Send one telegram at each time.

        Parameters
        ----------
        times : ndarray of datetime64[ms], shape (n,)
            When they are received, in UTC.
        bodies : iterable of bytes
            The records of each.
        access_number : int, default 0
            Of the first telegram; it rises by one.
        """
        cipher = None if self.key is None else AesKey(self.key)
        out: list[Arrival] = []
        for at, records in zip(times.astype("int64").tolist(), bodies, strict=True):
            frame = self._frame(records, access_number, cipher)
            if self.frame_format == "stripped" and _looks_like_b(frame):
                access_number += 1
                frame = self._frame(records, access_number, cipher)
            access_number += 1
            out.append((at, f'"hex":"{frame.hex()}"'))
        return out

    def _frame(self, records: bytes, access_number: int, cipher: AesKey | None) -> bytes:
        return wireless_frame(
            self.address,
            records,
            frame_format=self.frame_format,
            header=self.header,
            access_number=access_number & 0xFF,
            key=cipher,
            adapter=self.adapter,
        )


def _looks_like_b(frame: bytes) -> bool:
    # One stripped frame in 65,536 ends as if with its own CRC. No reader who was not told
    # can know better, and a sample should not hang on that chance.
    return crc16_en13757(frame[:-2]) == int.from_bytes(frame[-2:], "big")


def document_arrival(received_at: np.datetime64, document: Mapping[str, Any], *, device: str) -> Arrival:
    """Put an envelope and the name of its device into a line."""
    text = json.dumps(document, separators=(",", ":"))
    return int(received_at.astype("datetime64[ms]").astype("int64")), f'"document":{text},"device":"{device}"'


def json_lines(prefix: str, arrivals: Sequence[Arrival], *, stamped: bool = True) -> bytes:
    """Write arrivals in the order of time, each with an identifier that says nothing of its meter.

    Parameters
    ----------
    prefix : str
        How identifiers begin.
    arrivals : sequence of Arrival
        In any order.
    stamped : bool, default True
        Whether to write when each came; envelopes say it themselves.
    """
    ordered = sorted(arrivals)
    times = np.datetime_as_string(np.array([at for at, _ in ordered], dtype="datetime64[ms]"), unit="ms").tolist()
    lines = [
        f'{{"id":"{prefix}-{n:06d}",{text}' + (f',"received_at":"{at}Z"}}\n' if stamped else "}\n")
        for n, ((_, text), at) in enumerate(zip(ordered, times, strict=True), 1)
    ]
    return "".join(lines).encode()


def keys_file(radios: Iterable[Radio]) -> bytes:
    """Write the keys of those that have one."""
    lines = [f'"{radio.meter_id}" = "{radio.key.hex()}"' for radio in radios if radio.key is not None]
    return ("# Keys of an invented site.\n[keys]\n" + "\n".join(lines) + "\n").encode()


def water_bodies(counts: Counts, times: Times, *, due_times: Times, due_counts: Counts) -> list[bytes]:
    """Give the records of a water meter: register now, error flags, due date and register then.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
        The register at each time. [L]
    times : ndarray of datetime64[ms], shape (n,)
        When it sends, in UTC.
    due_times : ndarray of datetime64[ms], shape (d,)
        Due dates, in UTC: the latest before a time is sent with it.
    due_counts : ndarray of int64, shape (d,)
        The register then; negative where the meter was not there yet. [L]
    """
    flags = encode_record(b"\x02\xfd\x17", 0)
    tails = [_no_due_date(flags)]
    for due, count in zip(due_times, due_counts.tolist(), strict=True):
        # Midnight in the zones of these samples is the evening before in UTC.
        day = (due + np.timedelta64(12, "h")).astype("datetime64[D]").item()
        stored = encode_record(b"\x42\x6c", day) + encode_record(b"\x44\x13", count)
        tails.append(flags + stored if count >= 0 else _no_due_date(flags))
    place = np.searchsorted(due_times, times, side="right").tolist()
    return [encode_record(b"\x04\x13", count) + tails[i] for count, i in zip(counts.tolist(), place, strict=True)]


def _no_due_date(flags: bytes) -> bytes:
    # FFFF is the date that a meter has not got.
    return flags + encode_record(b"\x42\x6c", None, unsigned=True) + encode_record(b"\x44\x13", 0)


def heat_bodies(energy: Counts, volume: Counts, flow: Counts, back: Counts, *, fine: bool) -> list[bytes]:
    """Give the records of a heat meter: energy, volume, flow and return temperature.

    Parameters
    ----------
    energy : ndarray of int64, shape (n,)
        The register. [10 Wh if `fine`, else kWh]
    volume : ndarray of int64, shape (n,)
        The register. [10 L]
    flow, back : ndarray of int64, shape (n,)
        Temperatures. [0.1 °C]
    fine : bool
        Whether the energy counts 10 Wh in binary, or kWh in decimal digits.
    """
    head = b"\x04\x04" if fine else b"\x0c\x06"
    columns = (energy.tolist(), volume.tolist(), flow.tolist(), back.tolist())
    return [
        encode_record(head, e)
        + encode_record(b"\x0c\x14", v)
        + encode_record(b"\x0a\x5a", f)
        + encode_record(b"\x0a\x5e", b)
        for e, v, f, b in zip(*columns, strict=True)
    ]


def climate_bodies(temperature: npt.NDArray[np.float64], humidity: npt.NDArray[np.float64]) -> list[bytes]:
    """Give the records of a room sensor: temperature in 0.01 °C and humidity in whole per cent."""
    hundredths, percent = np.rint(temperature * 100).astype("int64"), np.rint(humidity).astype("int64")
    return [
        encode_record(b"\x02\x65", t) + encode_record(b"\x01\xfb\x1b", h)
        for t, h in zip(hundredths.tolist(), percent.tolist(), strict=True)
    ]
