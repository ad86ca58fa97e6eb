"""From the records of telegrams to the rows of a readings table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from divako.model._readings import Readings
from divako.model._register import Register
from divako.model._status import Status
from divako.model._telegram import Record


_INT64 = range(-(1 << 63), 1 << 63)


def is_reading(record: Record) -> bool:
    """Tell whether a record becomes a row: a quantity, known or not, and no date or text."""
    return record.content is None and (record.register is not None or Status.UNKNOWN_QUANTITY in record.status)


def readings_of_records(
    meter_ids: Sequence[str],
    records: Iterable[Sequence[Record]],
) -> tuple[Readings, npt.NDArray[np.int64]]:
    """Put the records of many telegrams into one table.

    Parameters
    ----------
    meter_ids : sequence of str
        The meter of each of ``n`` telegrams.
    records : iterable of sequence of Record
        Their records, telegram by telegram. Dates and texts are passed over;
        they stay with the telegram.

    Returns
    -------
    tuple of Readings and ndarray of int64
        One row per reading, in the order of the records, and for each row which
        telegram it is from.
    """
    meters: dict[str, int] = {}
    registers: dict[Register | None, int] = {None: -1}
    # Records of one kind share their register, and looking at that costs less than comparing factors.
    seen: dict[int, tuple[int, Register | None]] = {id(None): (-1, None)}
    rows: list[tuple[int, int, int, Record]] = []
    for i, (meter_id, of_telegram) in enumerate(zip(meter_ids, records, strict=True)):
        meter = meters.setdefault(meter_id, len(meters))
        for record in of_telegram:
            if is_reading(record):
                kept = seen.get(id(record.register))
                if kept is None:
                    code = registers.setdefault(record.register, len(registers) - 1)
                    kept = seen[id(record.register)] = code, record.register  # which stays alive, and its id its own
                rows.append((i, meter, kept[0], record))
    known = [row[3].count is not None and row[3].count in _INT64 for row in rows]
    count = (row[3].count if ok else 0 for row, ok in zip(rows, known, strict=True))
    n = len(rows)
    nat = np.datetime64("NaT", "ms")
    readings = Readings(
        meter=np.fromiter((row[1] for row in rows), dtype="int32", count=n),
        register=np.fromiter((row[2] for row in rows), dtype="int32", count=n),
        time=np.array([nat if row[3].time is None else row[3].time for row in rows], dtype="datetime64[ms]"),
        value=np.fromiter((np.nan if row[3].value is None else row[3].value for row in rows), dtype="float64", count=n),
        count=np.fromiter((c or 0 for c in count), dtype="int64", count=n),
        count_known=np.array(known, dtype="bool"),
        storage=np.fromiter((row[3].storage for row in rows), dtype="int64", count=n),
        tariff=np.fromiter((row[3].tariff for row in rows), dtype="int32", count=n),
        subunit=np.fromiter((row[3].subunit for row in rows), dtype="int32", count=n),
        function=np.fromiter((row[3].function for row in rows), dtype="uint8", count=n),
        status=np.fromiter((row[3].status for row in rows), dtype="uint32", count=n),
        meter_ids=tuple(meters),
        registers=tuple(register for register in registers if register is not None),
    )
    return readings, np.fromiter((row[0] for row in rows), dtype="int64", count=n)
