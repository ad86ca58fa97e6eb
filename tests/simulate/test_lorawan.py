"""LoRaWAN payloads and envelopes read back."""

from __future__ import annotations

import itertools

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import InputError
from divako.lorawan import parse_uplink
from divako.simulate import AXIOMA_HOURS, AXIOMA_PORT, axioma_w1_payload, chirpstack_document, things_stack_document
from divako.telegrams import decode_uplink


HOUR = np.datetime64("2026-02-01T00:00:00", "ms")
EUI = "00dec0de0a0b0c0d"
envelopes = pytest.mark.parametrize("envelope", [things_stack_document, chirpstack_document])
steps = st.lists(st.integers(0, 0xFFFF), min_size=AXIOMA_HOURS, max_size=AXIOMA_HOURS)


@envelopes
@settings(max_examples=20, deadline=None)
@given(payload=st.binary(max_size=51), f_port=st.integers(1, 223), counter=st.integers(0, 70_000))
def test_an_envelope_parses_to_what_was_put_in(
    envelope: Callable[..., dict[str, Any]], payload: bytes, f_port: int, counter: int
) -> None:
    got = parse_uplink(
        envelope(EUI, payload, f_port=f_port, frame_counter=counter, received_at=HOUR, rssi=-99.0, snr=5.5)
    )

    assert (got.dev_eui, got.payload, got.f_port, got.time) == (EUI, payload, f_port, HOUR)
    assert (got.frame_counter or 0) == counter
    assert [(gateway.rssi, gateway.snr) for gateway in got.gateways] == [(-99.0, 5.5)]


@envelopes
@settings(max_examples=20, deadline=None)
@given(steps=steps, start=st.integers(0, 10**9), since=st.integers(0, 500))
def test_a_water_report_decodes_to_its_hours(
    envelope: Callable[..., dict[str, Any]], steps: list[int], start: int, since: int
) -> None:
    log = list(itertools.accumulate(steps, initial=start))
    time = HOUR + np.timedelta64(AXIOMA_HOURS * 60 + 23, "m")
    payload = axioma_w1_payload(time=time, count=log[-1] + since, log_time=HOUR, log_counts=log)
    document = envelope(EUI, payload, f_port=AXIOMA_PORT, frame_counter=1, received_at=time)

    got = decode_uplink(document, device="axioma_w1")

    seen = {(record.time, record.count) for record in got.records if record.quantity == "volume"}
    assert len(payload) == 47
    assert (time, log[-1] + since) in seen
    assert {(HOUR + np.timedelta64(hour, "h"), count) for hour, count in enumerate(log)} <= seen


def test_a_log_of_another_length_or_that_falls_is_refused() -> None:
    with pytest.raises(InputError, match="16 registers, and 15 were given"):
        axioma_w1_payload(time=HOUR, count=1, log_time=HOUR, log_counts=range(15))
    with pytest.raises(InputError, match="rise by 0 to 65,535 L"):
        axioma_w1_payload(time=HOUR, count=1, log_time=HOUR, log_counts=range(16, 0, -1))
