"""Payloads of one layout come together with all their records, as single decoding gives them."""

from __future__ import annotations

import numpy as np

from hypothesis import given
from hypothesis import strategies as st

from divako.drivers import for_device
from divako.errors import DivakoError
from divako.telegrams import decode
from divako.telegrams._in_layouts import decode_alike


DEVICE = "axioma_w1"
FULL, ALARM = (example.payload for example in for_device(DEVICE).examples)
NOON = np.datetime64("2026-02-01T12:00", "ms")


@st.composite
def payloads(draw: st.DrawFn) -> list[bytes]:
    """Draw payloads of every length, most of them good, with clocks, statuses and histories of their own."""
    out: list[bytes] = []
    for _ in range(draw(st.integers(1, 12))):
        payload = bytearray(draw(st.sampled_from([FULL, FULL, FULL, ALARM, FULL[:9], b""])))
        for at in draw(st.lists(st.integers(0, 46), max_size=3)):
            if at < len(payload):
                payload[at] = draw(st.integers(0, 255))
        out.append(bytes(payload))
    return out


@given(payloads=payloads(), least=st.sampled_from([1, 3]), named=st.booleans())
def test_records_are_those_of_single_payloads(payloads: list[bytes], least: int, *, named: bool) -> None:
    n = len(payloads)
    device = DEVICE if named else None
    ports = [103 if len(payload) == len(ALARM) else 100 for payload in payloads]
    times = NOON + np.arange(n).astype("timedelta64[s]")
    heads, found = decode_alike(
        payloads, received_at=times, f_port=ports, device=device, meter_ids=list(map(str, range(n))), _min_rows=least
    )
    taken = [row for alike in found for row in alike.telegram.tolist()]
    assert len(taken) == len(set(taken))
    for alike in found:
        assert len(alike.telegram) >= least
        for at, row in enumerate(alike.telegram.tolist()):
            wanted = decode(payloads[row], f_port=ports[row], device=device, received_at=times[row])
            assert heads.meter_ids[heads.meter[row]] == str(row)
            assert heads.status[row] == wanted.status
            assert len(alike.entries) == len(wanted.records) > 0
            for entry, record in zip(alike.entries, wanted.records, strict=True):
                assert entry.value is not None
                assert entry.time is not None
                assert (entry.records[0].register, entry.value[at]) == (record.register, record.value)
                assert (entry.status[at], entry.time[at]) == (record.status, record.time)
    many = [readings_in(payloads[row], ports[row], device) for row in range(n)]
    if least == 1 and None not in many:  # with damaged ones beside them, some are left to single decoding
        assert taken == [row for row in range(n) if many[row]]


def readings_in(payload: bytes, f_port: int, device: str | None) -> int | None:
    try:
        return len(decode(payload, f_port=f_port, device=device).records)
    except DivakoError:
        return None
