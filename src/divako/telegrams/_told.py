"""What is said of the frames of a batch, one for all or one for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from divako.codec import AesKey, DesKey
from divako.mbus import KeyLookup
from divako.model import Mvt, Telegram
from divako.telegrams._asked import FORMATS, Asked
from divako.telegrams._decode import decode
from divako.telegrams._keyring import KeysOf
from divako.telegrams._keys import KeyStore
from divako.telegrams._source import Source


_NO_FORM = -1


class Told:
    """What is said of the frames, one for all or one for each."""

    def __init__(
        self, n: int, received_at: Any, frame_format: Any, f_port: Any, device: Any, meter_ids: Sequence[str] | None
    ) -> None:
        self.n = n
        self.received_at = _spread(received_at, n)
        self.frame_format, self.f_port, self.device = (_spread(v, n) for v in (frame_format, f_port, device))
        self.meter_ids = None if meter_ids is None else _spread(meter_ids, n)

    def asked(self, keys_of: KeysOf | None, trailing: int, alone: Callable[[int], Telegram]) -> Asked:
        """Bring the columns to the form that parts are decoded with."""
        n = self.n
        times = np.array([np.datetime64("NaT", "ms") if self.received_at is None else self.received_at])
        if isinstance(self.received_at, np.ndarray):
            times = self.received_at
        form = self.frame_format
        if form is None or isinstance(form, str):
            codes = np.full(n, FORMATS.get(form, _NO_FORM), dtype="int8")
        else:
            codes = np.array([FORMATS.get(one, _NO_FORM) for one in form], dtype="int8")
        payloads: dict[tuple[str | None, int | None], Any] = {}
        if isinstance(self.f_port, int | None) and isinstance(self.device, str | None):
            if self.f_port is not None or self.device is not None:
                payloads[self.device, self.f_port] = np.arange(n)
                codes[:] = _NO_FORM
        else:
            ports = [self.f_port] * n if isinstance(self.f_port, int | None) else self.f_port
            devices = [self.device] * n if isinstance(self.device, str | None) else self.device
            for row, (device, port) in enumerate(zip(devices, ports, strict=True)):
                if device is not None or port is not None:
                    payloads.setdefault((device, port), []).append(row)
                    codes[row] = _NO_FORM
        return Asked(
            received_at=np.broadcast_to(times.astype("datetime64[ms]"), (n,)),
            formats=codes,
            payloads={which: np.array(rows, dtype="int64") for which, rows in payloads.items()},
            meter_ids=self.meter_ids,
            keys_of=keys_of,
            trailing=trailing,
            alone=alone,
        )


def keys_of(keys: KeyLookup | None) -> KeysOf | None:
    """Let any lookup give the keys of a meter in turn."""
    if keys is None or isinstance(keys, KeyStore):
        return None if keys is None else keys.keys_of

    def only(meter_id: str, mvt: Mvt | None) -> tuple[AesKey | DesKey, ...]:
        key = keys.key_of(meter_id, mvt)
        return () if key is None else (key,)

    return only


def _spread(value: Any, n: int) -> Any:
    """Check that one came, or ``n``."""
    if value is None or isinstance(value, str | int | np.datetime64):
        return value
    if len(value) != n:
        msg = f"{len(value)} values for {n} telegrams"
        raise ValueError(msg)
    return value


def decode_alone(source: Source, columns: Told, more: dict[str, Any], row: int) -> Telegram:
    """Decode one row as `decode` does."""

    def of(value: Any) -> Any:
        return value if value is None or isinstance(value, str | int | np.datetime64) else value[row]

    return decode(
        source.frame(row),
        received_at=of(columns.received_at),
        frame_format=of(columns.frame_format),
        f_port=of(columns.f_port),
        device=of(columns.device),
        meter_id="" if columns.meter_ids is None else columns.meter_ids[row],
        **more,
    )
