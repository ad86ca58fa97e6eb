"""ABB's record errors give no numbers, and its subunits say which energy is counted."""

from __future__ import annotations

import pytest

from divako.drivers import wired_frame
from divako.model import Record, Status
from divako.telegrams import decode


def record(body: str) -> Record:
    (only,) = decode(wired_frame("ABB", 0x20, 0x02, body)).records
    return only


@pytest.mark.parametrize("error", ["15", "16", "17", "18"])
@pytest.mark.parametrize("vib", ["a9ff81", "fdc8ff82", "fdd9ff84", "ffe0", "ffd9", "84fff2"])
def test_a_record_error_is_no_number(vib: str, error: str) -> None:
    got = record(f"04 {vib}{error} 39300000")
    assert got.value is None
    assert Status.RECORD_ERROR in got.status
    assert record(f"04 {vib}00 39300000").value is not None


@pytest.mark.parametrize(
    ("dife", "column"),
    [
        ("04 84", "energy_kwh"),
        ("8440 84", "energy_kwh"),
        ("848040 84", "reactive_energy_kvarh"),
        ("84c040 84", "reactive_energy_kvarh"),
        ("84808040 84", "apparent_energy_kvah"),
        ("84c08040 84", "apparent_energy_kvah"),
        ("8480c040 84", "energy_net_kwh"),
        ("848040 a9", "reactive_power_kvar"),
        ("84808040 a9", "apparent_power_kva"),
    ],
)
def test_the_subunit_says_what_is_counted(dife: str, column: str) -> None:
    got = record(f"{dife}00 39300000")
    assert got.register is not None
    assert got.register.column == column
    assert got.value == pytest.approx(12_345 * (1e-5 if "power" in column else 1e-2), rel=1e-15)
