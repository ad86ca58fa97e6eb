"""What a vendor writes to teach divako a meter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.drivers._history import History
from divako.drivers._layout import LAYER, Layout
from divako.drivers._naming import device_pairs, snake_name
from divako.drivers._records import Records
from divako.errors import DriverError, MalformedError, TruncatedError, UnsupportedError
from divako.model import (
    Function,
    Medium,
    Readings,
    Record,
    Register,
    Status,
    encode_words,
    readings_of_records,
    values_of_counts,
)


def _ports(ports: int | Iterable[int]) -> tuple[int, ...]:
    return (ports,) if isinstance(ports, int) else tuple(ports)


@frozen
class Uplink:
    """The LoRaWAN uplinks that a form of a driver reads.

    Parameters
    ----------
    f_port : int or sequence of int
        Ports, 1 to 223.

    Raises
    ------
    DriverError
        A port is none that applications use (LoRaWAN 1.0.4, 4.3.2).
    """

    f_port: tuple[int, ...] = field(converter=_ports)

    def __attrs_post_init__(self) -> None:
        if not self.f_port or not all(1 <= port <= 223 for port in self.f_port):
            msg = "a port of an application is 1 to 223"
            raise DriverError(msg)


def _pairs(values: Mapping[str, float] | Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(dict(values).items()))


@frozen
class Example:
    """A payload and what it must decode to; every driver carries at least one.

    Parameters
    ----------
    payload : bytes
        Deciphered payload of a test device, never of a customer.
    values : mapping of str to float
        The values of its last reading of each register, by name and unit:
        ``{"volume_m3": 12.345}``.
    time : str, optional
        Time of the newest reading, ISO 8601 in UTC; none where the payload has no clock.
    f_port : int, optional
        Port it came on; the first that the driver accepts, where it is not given.
    """

    payload: bytes = field(repr=False)
    values: tuple[tuple[str, float], ...] = field(converter=_pairs)
    time: str | None = None
    f_port: int | None = None


Scalar = TypeVar("Scalar", bound=np.generic)


def repeat_rows(column: npt.NDArray[Scalar], times: int) -> npt.NDArray[Scalar]:
    """Repeat each row of a column, for `unroll`; a column of one value throughout still takes no memory.

    Parameters
    ----------
    column : ndarray, shape (n,)
        A column of readings.
    times : int
        How often.

    Returns
    -------
    ndarray, shape (n * times,)
        Row by row.
    """
    if len(column) and column.strides == (0,):
        return np.broadcast_to(column[0], (len(column) * times,))
    return np.repeat(column, times)


Unroll: TypeAlias = Callable[[npt.NDArray[np.void], Readings], Readings]


@frozen(kw_only=True)
class Form:
    """One form of payload that a device sends.

    Parameters
    ----------
    accepts : Uplink
        The ports it comes on.
    layout : Layout or Records
        Its bytes.
    unroll : callable or History, optional
        Adds readings that a layout cannot say, such as a history of differences: a pure
        function of the structured array of shape ``(n,)`` and the readings so far.
    """

    accepts: Uplink
    layout: Layout | Records
    unroll: Unroll | History | None = None


def _examples(examples: Iterable[Example]) -> tuple[Example, ...]:
    return tuple(examples)


def _forms(forms: Iterable[Form]) -> tuple[Form, ...]:
    return tuple(forms)


@frozen(kw_only=True)
class Driver:
    """Declarative description of one meter model.

    Parameters
    ----------
    name : str
        Unique snake-case name; also the name of its entry point.
    medium : Medium
        What flows through the meter.
    accepts : Uplink
        The ports of its payloads.
    layout : Layout or Records
        The bytes of its payloads.
    source : str
        Document, edition and section that the layout was taken from.
    examples : sequence of Example
        Payloads with known answers, at least one; `divako.testing` runs them.
    unroll : callable or History, optional
        See `Form`.
    more : sequence of Form, optional
        Further forms of payload, on other ports or of other lengths.
    devices : sequence of (str, str), optional
        Vendor and model that people know the device by.

    Raises
    ------
    DriverError
        The name is no such name, source or example is missing, or a history has no differences.
    """

    name: str = field(validator=snake_name)
    medium: Medium
    accepts: Uplink
    layout: Layout | Records
    source: str
    examples: tuple[Example, ...] = field(converter=_examples)
    unroll: Unroll | History | None = None
    more: tuple[Form, ...] = field(default=(), converter=_forms)
    devices: tuple[tuple[str, str], ...] = field(default=(), converter=device_pairs)

    def __attrs_post_init__(self) -> None:
        if len(self.source) < 8 or not self.examples:
            msg = "a driver names the source of its layout and carries an example"
            raise DriverError(msg)
        for form in self.forms:
            if isinstance(form.unroll, History) and isinstance(form.layout, Layout):
                form.unroll.require(form.layout)

    @property
    def forms(self) -> tuple[Form, ...]:
        """Every form of payload, the first first."""
        return (Form(accepts=self.accepts, layout=self.layout, unroll=self.unroll), *self.more)

    def form_of(self, payload: bytes, *, f_port: int | None) -> Form:
        """Find the form of a payload by port and length.

        Raises
        ------
        UnsupportedError
            The driver reads nothing on this port.
        TruncatedError, MalformedError
            It reads this port, but no payload of this length.
        """
        on_port = [form for form in self.forms if f_port is None or f_port in form.accepts.f_port]
        if not on_port:
            msg = "this driver reads nothing on this port"
            raise UnsupportedError(msg, layer=LAYER)
        for form in on_port:
            if isinstance(form.layout, Records) or form.layout.size == len(payload):
                return form
        sizes = [form.layout.size for form in on_port if isinstance(form.layout, Layout)]
        if len(payload) < max(sizes):
            msg = "the payload is too short"
            raise TruncatedError(msg, layer=LAYER, offset=len(payload))
        msg = "the payload is too long"
        raise MalformedError(msg, layer=LAYER, offset=max(sizes))

    def read(
        self, payload: bytes, *, f_port: int | None = None, received_at: np.datetime64 | None = None
    ) -> tuple[Record, ...]:
        """Read one payload.

        Parameters
        ----------
        payload : bytes
            Deciphered application payload.
        f_port : int, optional
            Port it came on; without it the length decides.
        received_at : datetime64[ms], optional
            When it came, in UTC: the time of counters that no clock stands before.

        Returns
        -------
        tuple of Record
            In the order sent; history before what it leads to.

        Raises
        ------
        DecodeError
            The payload is not of a form that the driver knows.
        """
        form = self.form_of(payload, f_port=f_port)
        if isinstance(form.layout, Records):
            return form.layout.read(payload, received_at=received_at)
        one = np.zeros(1, dtype="int32")
        readings = decode_layout(form.layout, form.unroll, form.layout.split([payload]), one, ("",), received_at)
        return tuple(record_of(readings, row) for row in range(len(readings)))

    def decode(
        self,
        payloads: Sequence[bytes],
        meter_ids: Sequence[str],
        *,
        f_port: int | None = None,
        received_at: npt.NDArray[np.datetime64] | None = None,
    ) -> Readings:
        """Decode payloads of one form, one per meter.

        Parameters
        ----------
        payloads : sequence of bytes
            ``n`` deciphered application payloads.
        meter_ids : sequence of str
            The ``n`` meters that sent them.
        f_port : int, optional
            Port they came on; without it the length of the first decides.
        received_at : ndarray of datetime64[ms], shape (n,), optional
            When they came, in UTC.

        Returns
        -------
        Readings
            Payload by payload for records; register by register for layouts.

        Raises
        ------
        DecodeError
            A payload does not fit the form.
        """
        form = self.form_of(payloads[0], f_port=f_port) if payloads else self.forms[0]
        if isinstance(form.layout, Records):
            records = form.layout
            times = [None] * len(payloads) if received_at is None else list(received_at)
            rows = (records.read(p, received_at=t) for p, t in zip(payloads, times, strict=True))
            return readings_of_records(meter_ids, rows)[0]
        codes, words = encode_words(meter_ids)
        return decode_layout(form.layout, form.unroll, form.layout.split(payloads), codes, words, received_at)


def decode_layout(
    layout: Layout,
    unroll: Unroll | History | None,
    raw: npt.NDArray[np.void],
    meter: npt.NDArray[np.int32],
    meter_ids: tuple[str, ...],
    received_at: np.datetime64 | npt.NDArray[np.datetime64] | None,
) -> Readings:
    """Read split payloads of one layout, register by register unless `unroll` orders them otherwise."""
    n, counters = len(raw), layout.counters
    k = len(counters)
    received = np.asarray(np.datetime64("NaT", "ms") if received_at is None else received_at, "datetime64[ms]")
    if isinstance(unroll, History):
        return _with_history(layout, unroll, raw, meter, meter_ids, received)
    registers: dict[Register, int] = {}
    codes = [registers.setdefault(part.scaled, len(registers)) for _, part in counters]
    # Register by register in one piece each, so that nothing has to be put together.
    count = np.empty((k, n), dtype="int64")
    value = np.empty((k, n), dtype="float64")
    time = np.empty((k, n), dtype="datetime64[ms]")
    clock, status = layout.times(raw), layout.status(raw)
    for row, (name, part) in enumerate(counters):
        count[row] = layout.counts(raw, name)
        value[row] = values_of_counts(count[row], part.scaled)
        time[row] = clock.get(name, received)

    def throughout(value: int, dtype: str) -> npt.NDArray[Any]:
        """Make a column of one value, which takes no memory."""
        return np.broadcast_to(np.array(value, dtype=dtype), (n * k,))

    readings = Readings(
        meter=repeat_rows(meter, k) if meter.strides == (0,) else np.tile(meter, k),
        register=throughout(0, "int32") if len(registers) == 1 else np.repeat(np.array(codes, dtype="int32"), n),
        time=time.reshape(-1),
        value=value.reshape(-1),
        count=count.reshape(-1),
        count_known=throughout(1, "bool"),
        storage=throughout(0, "int64"),
        tariff=throughout(0, "int32"),
        subunit=throughout(0, "int32"),
        function=throughout(int(Function.INSTANTANEOUS), "uint8"),
        status=np.tile(status, k) if status.any() else throughout(0, "uint32"),
        meter_ids=meter_ids,
        registers=tuple(registers),
    )
    return readings if unroll is None else unroll(raw, readings)


def _with_history(
    layout: Layout,
    history: History,
    raw: npt.NDArray[np.void],
    meter: npt.NDArray[np.int32],
    meter_ids: tuple[str, ...],
    received_at: npt.NDArray[np.datetime64],
) -> Readings:
    """Read split payloads with a history, payload by payload."""
    columns, count, value, time = history.read(layout, raw, received_at)
    n, m = count.shape
    registers: dict[Register, int] = {}
    codes = np.array([registers.setdefault(part.scaled, len(registers)) for part in columns], dtype="int32")
    status = layout.status(raw)

    def throughout(value: int, dtype: str) -> npt.NDArray[Any]:
        return np.broadcast_to(np.array(value, dtype=dtype), (n * m,))

    return Readings(
        meter=repeat_rows(meter, m),
        register=throughout(0, "int32") if len(registers) == 1 else np.tile(codes, n),
        time=time.reshape(-1),
        value=value.reshape(-1),
        count=count.reshape(-1),
        count_known=throughout(1, "bool"),
        storage=throughout(0, "int64"),
        tariff=throughout(0, "int32"),
        subunit=throughout(0, "int32"),
        function=throughout(int(Function.INSTANTANEOUS), "uint8"),
        status=np.repeat(status, m) if status.any() else throughout(0, "uint32"),
        meter_ids=meter_ids,
        registers=tuple(registers),
    )


def record_of(readings: Readings, row: int) -> Record:
    """Give one reading of a payload as a record."""
    register = readings.registers[readings.register[row]]
    time = readings.time[row]
    return Record(
        register,
        int(readings.count[row]),
        float(readings.value[row]),
        None,
        int(readings.storage[row]),
        int(readings.tariff[row]),
        int(readings.subunit[row]),
        Function(int(readings.function[row])),
        Status(int(readings.status[row])),
        None if np.isnat(time) else time,
        b"",
        b"",
        register.name,
    )
