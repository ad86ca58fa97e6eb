"""LoRaWAN payloads and the documents in which network servers deliver them.

References
----------
.. [1] Axioma Metering, "Qalcosonic W1 LoRa payload", standard layout of port 100.
.. [2] The Things Stack v3, "Data formats": the uplink message.
.. [3] ChirpStack v4, "Integration events": the ``up`` event.
"""

from __future__ import annotations

import base64
import itertools
import struct

from collections.abc import Sequence
from typing import Any

import numpy as np

from divako.errors import InputError


AXIOMA_PORT = 100
AXIOMA_HOURS = 15  # differences behind the log volume, which make 47 bytes


def axioma_w1_payload(
    *, time: np.datetime64, count: int, log_time: np.datetime64, log_counts: Sequence[int], status: int = 0
) -> bytes:
    """Build the standard report of an Axioma Qalcosonic W1 water meter.

    Parameters
    ----------
    time : datetime64
        When the report is made, in UTC.
    count : int
        The register then. [L]
    log_time : datetime64
        When the first logged register stood, in UTC.
    log_counts : sequence of int
        The register at `log_time` and at each hour after it: 16 of them. [L]
    status : int, default 0
        Status byte of the meter.

    Returns
    -------
    bytes
        47 bytes for port 100.

    Raises
    ------
    InputError
        There are not 16 logged registers, or they fall or rise by more than
        65,535 L in an hour.

    References
    ----------
    .. [1] Axioma Metering, "Qalcosonic W1 LoRa payload".

    Examples
    --------
    >>> hour = np.datetime64("2026-01-01T00:00:00")
    >>> payload = axioma_w1_payload(time=hour + 55_000, count=90, log_time=hour, log_counts=range(10, 26))
    >>> len(payload), payload[17:21].hex()
    (47, '01000100')
    """
    if len(log_counts) != AXIOMA_HOURS + 1:
        msg = f"the log has {AXIOMA_HOURS + 1} registers, and {len(log_counts)} were given"
        raise InputError(msg)
    steps = [after - before for before, after in itertools.pairwise(log_counts)]
    if min(steps) < 0 or max(steps) > 0xFFFF:
        msg = "a logged hour must rise by 0 to 65,535 L"
        raise InputError(msg)
    head = struct.pack("<IBIII", _unix(time), status, count, _unix(log_time), log_counts[0])
    return head + struct.pack(f"<{AXIOMA_HOURS}H", *steps)


def things_stack_document(
    dev_eui: str,
    payload: bytes,
    *,
    f_port: int,
    frame_counter: int,
    received_at: np.datetime64,
    gateway: str = "gateway-1",
    rssi: float = -97.0,
    snr: float = 6.5,
) -> dict[str, Any]:
    """Wrap a payload as The Things Stack delivers it.

    Parameters
    ----------
    dev_eui : str
        Sixteen hexadecimal digits.
    payload : bytes
        The deciphered application payload.
    f_port, frame_counter : int
        Port and counter of the uplink; a counter of 0 is left out, as the server does.
    received_at : datetime64
        When the network received it, in UTC.
    gateway : str, default "gateway-1"
        Who heard it.
    rssi, snr : float
        How well. [dBm], [dB]

    Returns
    -------
    dict
        What stands in the webhook or MQTT message.

    References
    ----------
    .. [1] The Things Stack v3, "Data formats".

    Examples
    --------
    >>> at = np.datetime64("2026-01-01T04:23:00")
    >>> document = things_stack_document("00DEC0DE00000001", b"abc", f_port=100, frame_counter=7, received_at=at)
    >>> document["uplink_message"]["frm_payload"], document["received_at"]
    ('YWJj', '2026-01-01T04:23:00.000Z')
    """
    time = f"{np.datetime_as_string(received_at, unit='ms')}Z"
    message: dict[str, Any] = {"f_port": f_port}
    if frame_counter:
        message["f_cnt"] = frame_counter
    message |= {
        "frm_payload": base64.b64encode(payload).decode(),
        "rx_metadata": [{"gateway_ids": {"gateway_id": gateway}, "rssi": rssi, "snr": snr}],
        "received_at": time,
    }
    ids = {"device_id": f"eui-{dev_eui.lower()}", "dev_eui": dev_eui.upper()}
    return {"end_device_ids": ids, "received_at": time, "uplink_message": message}


def chirpstack_document(
    dev_eui: str,
    payload: bytes,
    *,
    f_port: int,
    frame_counter: int,
    received_at: np.datetime64,
    gateway: str = "0000000000000001",
    rssi: float = -97.0,
    snr: float = 6.5,
) -> dict[str, Any]:
    """Wrap a payload as ChirpStack v4 delivers it.

    Parameters
    ----------
    dev_eui : str
        Sixteen hexadecimal digits.
    payload : bytes
        The deciphered application payload.
    f_port, frame_counter : int
        Port and counter of the uplink; what is 0 is left out, as the server does.
    received_at : datetime64
        When the network received it, in UTC.
    gateway : str, default "0000000000000001"
        Who heard it.
    rssi, snr : float
        How well. [dBm], [dB]

    Returns
    -------
    dict
        The ``up`` event.

    References
    ----------
    .. [1] ChirpStack v4, "Integration events".

    Examples
    --------
    >>> at = np.datetime64("2026-01-01T04:23:00")
    >>> chirpstack_document("00DEC0DE00000001", b"abc", f_port=100, frame_counter=0, received_at=at)["fPort"]
    100
    """
    numbers = {"fCnt": frame_counter, "fPort": f_port}
    heard = {key: value for key, value in {"rssi": rssi, "snr": snr}.items() if value}
    return {
        "time": f"{np.datetime_as_string(received_at, unit='ns')}+00:00",
        "deviceInfo": {"devEui": dev_eui.lower()},
        **{key: value for key, value in numbers.items() if value},
        "data": base64.b64encode(payload).decode(),
        "rxInfo": [{"gatewayId": gateway, **heard}],
    }


def _unix(time: np.datetime64) -> int:
    return int(time.astype("datetime64[s]").astype("int64"))
